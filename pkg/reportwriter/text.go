package reportwriter

import (
	"strings"
	"unicode"
)

// plain makes a text of unknown origin harmless on a terminal and in a spreadsheet: what is not printable ASCII or a letter or digit
// of an alphabet whose characters are one cell wide (Latin, Greek, Cyrillic, Armenian) becomes '?'. With ascii, letters outside
// ASCII do too. The result is as many cells wide as it has runes.
func plain(s string, ascii bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case ' ' <= r && r <= '~':
			return r
		case !ascii && r >= 0xa0 && r < 0x590 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			return r
		}
		return '?'
	}, s)
}
