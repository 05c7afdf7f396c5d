package logsource

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const mib = 1 << 20

func plain(sizes ...int64) (files []File) {
	for i, size := range sizes {
		files = append(files, File{Path: fmt.Sprintf("%d.log", i), Size: size * mib})
	}
	return files
}

// describe writes branches as "source:from-to" in MiB.
func describe(branches [][]Range) (out [][]string) {
	for _, ranges := range branches {
		var b []string
		for _, r := range ranges {
			if r.Whole {
				b = append(b, fmt.Sprintf("%d", r.Source))
			} else {
				b = append(b, fmt.Sprintf("%d:%d-%d", r.Source, r.From/mib, r.To/mib))
			}
		}
		out = append(out, b)
	}
	return out
}

func TestSplit(t *testing.T) {
	zipped := func(size int64) File { return File{Path: "z.gz", Size: size * mib, Compression: Gzip} }
	for name, c := range map[string]struct {
		files []File
		n     int
		want  [][]string
	}{
		"one file":              {plain(1600), 2, [][]string{{"0:0-800"}, {"0:800-1600"}}},
		"small file stays":      {plain(9), 2, [][]string{{"0:0-9"}, nil}},
		"smallest that is cut":  {plain(16), 4, [][]string{{"0:0-8"}, nil, {"0:8-16"}, nil}},
		"a run for each branch": {plain(100, 100, 100), 2, [][]string{{"0:0-100", "1:0-50"}, {"1:50-100", "2:0-100"}}},
		"many small":            {plain(1, 1, 1, 1), 2, [][]string{{"0:0-1", "1:0-1"}, {"2:0-1", "3:0-1"}}},
		"compressed":            {[]File{zipped(9), zipped(5), zipped(5)}, 2, [][]string{{"0"}, {"1", "2"}}},
		"plain evens out":       {append([]File{zipped(10)}, plain(200)...), 2, [][]string{{"0", "1:0-20"}, {"1:20-200"}}},
		"stdin":                 {[]File{{Path: StdinPath, Size: -1}}, 2, [][]string{{"0"}, nil}},
		"JSON array":            {[]File{{Path: "a.json", Size: 100 * mib, Framing: Objects}}, 2, [][]string{{"0"}, nil}},
		"nothing":               {nil, 3, [][]string{nil, nil, nil}},
	} {
		if diff := cmp.Diff(c.want, describe(Split(c.files, c.n))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSplitCoversEveryByteOnceAndEvenly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var files []File
		var total, whole int64
		for i, size := range rapid.SliceOfN(rapid.Int64Range(1, 300*mib), 1, 20).Draw(t, "sizes") {
			f := File{Path: fmt.Sprint(i), Size: size}
			if rapid.Bool().Draw(t, "zipped") {
				f.Compression, f.Size = Gzip, size/16+1
				whole = max(whole, f.weight())
				total += f.weight()
			} else {
				total += f.Size
			}
			files = append(files, f)
		}
		n := rapid.IntRange(1, 8).Draw(t, "n")
		next := make([]int64, len(files))
		for _, ranges := range Split(files, n) {
			var load int64
			for i, r := range ranges {
				if i > 0 && ranges[i-1].Source > r.Source {
					t.Fatal("a branch's ranges are not in order")
				}
				load += checkRange(t, files, next, r)
			}
			if spare := 3 * int64(minPiece); load > max(total/int64(n), 2*whole)+whole+spare {
				t.Fatalf("a branch has %d of %d bytes", load, total)
			}
		}
		for i, f := range files {
			if next[i] != f.Size {
				t.Fatalf("file %d: %d of %d bytes are read", i, next[i], f.Size)
			}
		}
	})
}

// checkRange wants ranges that continue each other and are not small. It returns the work that a range is.
func checkRange(t *rapid.T, files []File, next []int64, r Range) int64 {
	f := files[r.Source]
	if r.Path != f.Path || r.Size != f.Size {
		t.Fatalf("range %+v of file %+v", r, f)
	}
	if r.Whole {
		next[r.Source] += f.Size
		return f.weight()
	}
	if r.From != next[r.Source] || r.To <= r.From {
		t.Fatalf("range %d-%d follows on byte %d", r.From, r.To, next[r.Source])
	}
	if r.To-r.From < minPiece && r.To-r.From < f.Size {
		t.Fatalf("a piece of %d bytes", r.To-r.From)
	}
	next[r.Source] = r.To
	return r.To - r.From
}
