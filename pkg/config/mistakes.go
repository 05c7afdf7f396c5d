package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// Mistake is one thing that is wrong in a configuration file, and what to do about it.
type Mistake struct {
	File    string
	Line    int // from 1; 0 where it is the whole file
	Column  int // from 1; 0 where unknown
	Message string
}

func (m Mistake) String() string {
	switch {
	case m.Line == 0:
		return fmt.Sprintf("%s: %s", spelling.Path(m.File), m.Message)
	case m.Column == 0:
		return fmt.Sprintf("%s:%d: %s", spelling.Path(m.File), m.Line, m.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", spelling.Path(m.File), m.Line, m.Column, m.Message)
}

// Mistakes are all mistakes of a file in the order of its lines. As an error it is one line each.
type Mistakes []Mistake

func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i := range m {
		lines[i] = m[i].String()
	}
	return strings.Join(lines, "\n")
}

// sorted orders by position and drops repetitions, which an anchor that is used twice gives.
func (m Mistakes) sorted() Mistakes {
	slices.SortStableFunc(m, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(m)
}
