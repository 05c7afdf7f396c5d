package spelling

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Path is how a file's name is written in a message: as it is, or, where it holds what would move a terminal's cursor or begin a line of its own,
// in quotes and escaped.
func Path(path string) string {
	if utf8.ValidString(path) && !strings.ContainsFunc(path, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return path
	}
	return strconv.Quote(path)
}

// Paths writes several names, with commas between them.
func Paths(paths []string) string {
	written := make([]string, len(paths))
	for i, path := range paths {
		written[i] = Path(path)
	}
	return strings.Join(written, ", ")
}
