package privacy

const (
	maxWord    = 24 // longest word with digits that is not a token
	maxLetters = 32 // longest word of letters only that is not a token
	minHex     = 8  // shortest hexadecimal word that is not taken for a word of a language
)

// What a byte of a word is, as bits.
const (
	isLetter = 1 << iota
	isDigit
	notHex // a letter that is no hexadecimal digit
)

var wordBits = func() (bits [256]uint8) {
	for c, k := range kinds {
		switch {
		case k == digit:
			bits[c] = isDigit
		case k == letter && hexValue(byte(c)) > 15:
			bits[c] = isLetter | notHex
		case k == letter:
			bits[c] = isLetter
		}
	}
	return bits
}()

// word is what the letters and digits at the beginning of a text are like.
type word struct {
	length  int
	digits  int
	changes int // between letters and digits
	hex     bool
}

func measure(s []byte) (w word) {
	var seen, last uint8
	for _, c := range s {
		bits := wordBits[c]
		if bits == 0 {
			break
		}
		w.length++
		w.digits += int(bits & isDigit >> 1)
		w.changes += int((bits ^ last) & isDigit >> 1)
		seen |= bits
		last = bits
	}
	if w.length > 0 && s[0] <= '9' {
		w.changes-- // from nothing to the first digit
	}
	w.hex = seen&notHex == 0
	return w
}

// appendWord appends the template of the word that s begins with, and returns the word's length.
func appendWord(out, s []byte) ([]byte, int) {
	w := measure(s)
	s = s[:w.length]
	switch {
	case w.digits == w.length:
		return appendPlaceholder(out, "{n}"), w.length
	case w.hex && w.length >= minHex:
		return appendPlaceholder(out, "{hex}"), w.length
	case w.length > maxLetters, w.digits > 0 && w.length > maxWord,
		w.changes >= 3 && w.length >= 6, // a1b2c3
		w.length >= minRandom && hasRandomLetters(s):
		return appendPlaceholder(out, tokenMark), w.length
	case w.digits < 2, isVersion(s):
		return append(out, s...), w.length
	}
	return appendNumbered(out, s), w.length
}

// isVersion recognises v10 to v99; a single digit stays anyway.
func isVersion(word []byte) bool {
	return len(word) == 3 && word[0]|0x20 == 'v' && word[1] <= '9' && word[2] <= '9'
}

// hasRandomLetters judges each run of letters of a word on its own, as it would stand alone once the digits are taken out.
func hasRandomLetters(word []byte) bool {
	for len(word) > 0 {
		n := runLength(word)
		if run := word[:n]; run[0] > '9' && (looksRandom(run) || n >= minHex && isHex(run)) {
			return true
		}
		word = word[n:]
	}
	return false
}

func isHex(s []byte) bool {
	for _, c := range s {
		if hexValue(c) > 15 {
			return false
		}
	}
	return true
}

// runLength returns how many bytes of a word are of its first byte's kind, letters or digits.
func runLength(word []byte) int {
	n := 1
	for n < len(word) && (word[n] <= '9') == (word[0] <= '9') {
		n++
	}
	return n
}

// appendNumbered appends a word with its numbers taken out. A single digit belongs to the word it stands in: style2, oauth2, h1.
func appendNumbered(out, word []byte) []byte {
	for len(word) > 0 {
		n := runLength(word)
		if word[0] <= '9' && n > 1 {
			out = appendPlaceholder(out, "{n}")
		} else {
			out = append(out, word[:n]...)
		}
		word = word[n:]
	}
	return out
}
