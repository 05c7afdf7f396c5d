package logsource

import (
	"cmp"
	"slices"
)

const (
	// minPiece is the smallest piece that a file is cut into, in bytes.
	minPiece = 8 << 20
	// stdinWeight is what standard input counts for, as nobody knows its size.
	stdinWeight = 1 << 30
)

// Split divides files over n branches that are read side by side, so that each has about the same work. Plain files are cut into pieces of 8 MiB
// or more; others stay whole. A branch's ranges follow each other in the order of files as far as possible, so that it sees few minutes at once.
// The result always has n branches, some perhaps empty.
func Split(files []File, n int) [][]Range {
	n = max(n, 1)
	branches := make([][]Range, n)
	load := placeWhole(files, branches)
	placePieces(files, branches, load)
	for _, ranges := range branches {
		slices.SortFunc(ranges, func(a, b Range) int { return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.From, b.From)) })
	}
	return branches
}

// weight is how much work a whole file is, in bytes of a plain one: what logs shrink to, and what undoing it costs.
func (f File) weight() int64 {
	switch {
	case f.Path == StdinPath:
		return stdinWeight
	case f.Compression == Bzip2:
		return 60 * f.Size
	case f.Compression != None:
		return 16 * f.Size
	}
	return 2 * f.Size
}

// placeWhole gives each branch a run of whole files, such that the fullest branch has as little as possible. It returns what each branch has.
func placeWhole(files []File, branches [][]Range) []int64 {
	var heaviest, total int64
	for _, f := range files {
		if !f.divisible() {
			heaviest, total = max(heaviest, f.weight()), total+f.weight()
		}
	}
	low, high := heaviest, total
	for low < high {
		if middle := low + (high-low)/2; runsOf(files, middle, nil) <= len(branches) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	load := make([]int64, len(branches))
	runsOf(files, low, func(branch, source int) {
		f := files[source]
		branches[branch] = append(branches[branch], Range{Source: source, Path: f.Path, To: -1, Whole: true, Size: f.Size})
		load[branch] += f.weight()
	})
	return load
}

// runsOf returns how many runs of whole files there are if none weighs more than limit. It tells place the run of each file.
func runsOf(files []File, limit int64, place func(run, source int)) int {
	run, sum := 0, int64(0)
	for i, f := range files {
		if f.divisible() {
			continue
		}
		if sum > 0 && sum+f.weight() > limit {
			run, sum = run+1, 0
		}
		sum += f.weight()
		if place != nil {
			place(run, i)
		}
	}
	return run + 1
}

// placePieces fills the branches up with pieces of plain files until all have the same.
func placePieces(files []File, branches [][]Range, load []int64) {
	level := waterLevel(files, load)
	branch, room := 0, max(level-load[0], 0)
	for source, f := range files {
		if !f.divisible() {
			continue
		}
		for from := int64(0); from < f.Size; {
			last := branch == len(branches)-1
			size := pieceOf(f.Size-from, room, last)
			if size > 0 {
				branches[branch] = append(branches[branch], Range{Source: source, Path: f.Path, From: from, To: from + size, Size: f.Size})
				from, room = from+size, room-size
			}
			if room <= 0 || size == 0 {
				if !last {
					branch++
					room += max(level-load[branch], 0) // what the branch before has too much or too little is made good
				}
			}
		}
	}
}

// pieceOf returns how much of the rest of a file a branch takes that has some room: all, a piece that leaves no small rest, or nothing.
func pieceOf(rest, room int64, last bool) int64 {
	switch {
	case last || rest <= room:
		return rest
	case rest < 2*minPiece:
		if 2*room >= rest {
			return rest
		}
		return 0
	case room < minPiece/2:
		return 0
	}
	return min(max(room, minPiece), rest-minPiece)
}

// waterLevel returns the load that all branches have when the plain bytes are poured into those that have less.
func waterLevel(files []File, load []int64) int64 {
	var plain int64
	for _, f := range files {
		if f.divisible() {
			plain += f.Size
		}
	}
	sorted := slices.Sorted(slices.Values(load))
	for i, l := range sorted {
		lower := int64(i + 1)
		plain += l // the sum of the lowest loads and all plain bytes
		if i+1 == len(sorted) || plain <= sorted[i+1]*lower {
			return (plain + lower - 1) / lower
		}
	}
	return plain
}
