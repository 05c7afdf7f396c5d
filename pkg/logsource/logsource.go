// Package logsource finds log files and reads them in blocks of whole lines: which files an argument means, decompression, JSON that is not
// one object a line, cutting into ranges, and where a line lies in its file. It follows logs that grow and are rotated, and reads what a spool keeps.
// It does not know what a line says, it keeps nothing on disk, and it knows nothing of Beam.
//
// Every offset counts bytes of the decompressed file, so that rotation and compression do not change it.
package logsource

import "math"

// StdinPath is the path that means standard input.
const StdinPath = "-"

// File is one input, as Expand found it.
type File struct {
	Path        string
	Size        int64 // bytes on disk; -1 for standard input, of which the fields below are not known yet
	Compression Compression
	Framing     Framing
}

// divisible tells whether the file can be read from any byte on.
func (f File) divisible() bool {
	return f.Path != StdinPath && f.Compression == None && f.Framing == Lines
}

// Range is a piece of a file. It travels to workers, so it holds plain values only.
type Range struct {
	Source int    // index into the run's sources, which is the file's index in what Expand returned
	Path   string // of the file
	// From and To bound the first bytes of the lines that belong to the range, so a line belongs to the range in which it starts. To below 0
	// means the end of the file. Of JSON that has to be taken apart, a range is always the whole.
	From, To int64
	// Whole says that the file can only be read from its beginning to its end: it is compressed, or its JSON has to be taken apart.
	Whole bool
	// Spooled says that the file is a segment of a spool (see pkg/segment). From and To are offsets in it, headers included, and a record belongs to
	// the range in which it begins. Identity is the segment's own, and Prefix is not used.
	Spooled bool
	// Size is the file's size on disk when it was found; what is appended later is not read. Below 0: not known.
	Size int64
	// Identity is what Options.Identity must give for the file's first Prefix bytes (after decompression, 1 to 4096), so that a file that was
	// replaced in the meantime is noticed, and one that has grown is not taken for another. Optional: 0 means that it is not known.
	Identity uint64
	Prefix   int
}

// end returns the first offset at which no line of the range starts.
func (r Range) end() int64 {
	switch {
	case r.To >= 0:
		return r.To
	case r.Size >= 0 && !r.Whole:
		return r.Size
	}
	return math.MaxInt64
}
