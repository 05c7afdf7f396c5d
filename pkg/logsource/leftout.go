package logsource

import (
	"fmt"

	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// reason is why a file is left out.
type reason int

const (
	emptyFile reason = iota
	noText
	foreignFile
	deadLink
	reasonCount
)

var reasonWords = [reasonCount]struct{ one, many string }{
	emptyFile:   {"it is empty", "they are empty"},
	noText:      {"it is no text", "they are no text"},
	foreignFile: {"it is an archive, or compressed otherwise than with gz, zst or bz2", "they are archives, or compressed otherwise than with gz, zst or bz2"},
	deadLink:    {"it is a link to a file that does not exist", "they are links to files that do not exist"},
}

// leave leaves a file out.
func (e *expansion) leave(path string, why reason) { e.left[why] = append(e.left[why], path) }

// pathsNamed is how many files a sentence names.
const pathsNamed = 5

// notes are sentences about what was left out, one for each reason.
func (e *expansion) notes() (notes []string) {
	for why, paths := range e.left {
		if len(paths) > 0 {
			notes = append(notes, leftOut(paths, reason(why)))
		}
	}
	return append(notes, e.twice...)
}

func leftOut(paths []string, why reason) string {
	if len(paths) == 1 {
		return fmt.Sprintf("%s is left out: %s", name(paths[0]), reasonWords[why].one)
	}
	which := spelling.Paths(paths[:min(len(paths), pathsNamed)])
	if more := len(paths) - pathsNamed; more > 0 {
		which += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%d files are left out, because %s: %s", len(paths), reasonWords[why].many, which)
}
