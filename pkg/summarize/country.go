package summarize

// countryNames holds the 676 possible two-letter codes, so that a code costs no allocation.
var countryNames = func() (names [26 * 26]string) {
	for i := range names {
		names[i] = string([]byte{byte('A' + i/26), byte('A' + i%26)})
	}
	return names
}()

// countryName returns the code as a string; "" where it is no pair of capital letters.
func countryName(c [2]byte) string {
	i, j := int(c[0])-'A', int(c[1])-'A'
	if i < 0 || i > 25 || j < 0 || j > 25 {
		return ""
	}
	return countryNames[i*26+j]
}
