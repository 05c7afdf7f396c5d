package privacy

const (
	maxWord    = 24 // longest word with digits that is not a token
	maxLetters = 32 // longest word of letters only that is not a token
	minHex     = 8  // shortest hexadecimal word that is not taken for a word of a language
)

// wordLength returns how many letters and digits s begins with.
func wordLength(s []byte) int {
	n := 0
	for isWordAt(s, n) {
		n++
	}
	return n
}

// appendWord appends the template of a word (letters and digits only).
func appendWord(out, word []byte) []byte {
	digits, changes, hex := shape(word)
	switch {
	case digits == len(word):
		return appendPlaceholder(out, "{n}")
	case hex && len(word) >= minHex:
		return appendPlaceholder(out, "{hex}")
	case len(word) > maxLetters || digits > 0 && len(word) > maxWord:
		return appendPlaceholder(out, tokenMark)
	case changes >= 3 && len(word) >= 6: // a1b2c3
		return appendPlaceholder(out, tokenMark)
	case hasRandomLetters(word):
		return appendPlaceholder(out, tokenMark)
	case digits < 2, isVersion(word):
		return append(out, word...)
	}
	return appendNumbered(out, word)
}

// shape counts the digits of a word and the changes between letters and digits, and tells whether it is hexadecimal.
func shape(word []byte) (digits, changes int, hex bool) {
	hex = true
	wasDigit := kinds[word[0]] == digit
	for _, c := range word {
		isDigit := c <= '9'
		if isDigit {
			digits++
		} else if c|0x20 > 'f' {
			hex = false
		}
		if isDigit != wasDigit {
			changes++
			wasDigit = isDigit
		}
	}
	return digits, changes, hex
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
