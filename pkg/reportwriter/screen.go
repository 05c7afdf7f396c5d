package reportwriter

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// Screen is what a page is drawn for. The zero value is a text file of 80 columns in UTF-8 without colours.
type Screen struct {
	Width int  // columns; default 80, at most 140 are used
	Color bool // ANSI colours are understood and wanted
	ASCII bool // only ASCII can be shown
}

const (
	defaultWidth = 80
	maxWidth     = 140 // longer lines are hard to follow with the eye
)

// ScreenOf finds out what f can show. Colours need a terminal that has them and no NO_COLOR; the width is the terminal's, else
// COLUMNS, else 80; without a UTF-8 locale the page is ASCII. getenv is os.Getenv.
func ScreenOf(f *os.File, getenv func(string) string) Screen {
	s := Screen{Width: defaultWidth, ASCII: !isUTF8(getenv)}
	if columns, err := strconv.Atoi(getenv("COLUMNS")); err == nil && columns > 0 {
		s.Width = columns
	}
	if !term.IsTerminal(int(f.Fd())) {
		return s
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		s.Width = width
	}
	s.Color = getenv("NO_COLOR") == "" && getenv("TERM") != "dumb" && getenv("TERM") != ""
	return s
}

// isUTF8 follows setlocale(3): the first of the three variables that is set decides.
func isUTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(getenv(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return false
}

func (s Screen) width() int {
	if s.Width <= 0 {
		return defaultWidth
	}
	return min(s.Width, maxWidth)
}
