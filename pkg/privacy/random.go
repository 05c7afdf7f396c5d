package privacy

// minRandom is the shortest run of letters that is judged.
const minRandom = 8

// looksRandom tells whether a run of letters is no word of a language: at least a third of its pairs are rare in words, and at least two.
// It finds about 9 in 10 strings of 10 random letters, and takes about 1 English word in 300 for random, fewer of French and
// Spanish. Pairs over a change from lower to upper case are not judged, as camelCase makes them.
func looksRandom(letters []byte) bool {
	if len(letters) < minRandom {
		return false
	}
	pairs, rare := 0, 0
	for i := 1; i < len(letters); i++ {
		a, b := letters[i-1], letters[i]
		if a >= 'a' && b <= 'Z' {
			continue
		}
		pairs++
		if frequentPairs[a|0x20-'a']>>(b|0x20-'a')&1 == 0 {
			rare++
		}
	}
	return rare >= 2 && rare*3 >= pairs
}

// frequentPairs has, for each letter, a bit for each letter that often follows it in English, French or Spanish: the 300 most frequent
// pairs, and some of other languages and of names of software.
var frequentPairs = func() (m [26]uint32) {
	for first, seconds := range [26]string{
		"bcdefgijklmnpqrstuvwyz",   // a
		"abeilorsuy",               // b
		"acehiklortuy",             // c
		"abcdefgilmoprstu",         // d
		"abcdefgijlmnopqrstuvwxyz", // e
		"aefilortu",                // f
		"aeghilnorsu",              // g
		"aeiloprtuy",               // h
		"abcdefgklmnopqrstvxz",     // i
		"aeou",                     // j
		"aeins",                    // k
		"adeilmostuy",              // l
		"abeilmopstuy",             // m
		"acdefgiknorstuvy",         // n
		"abcdefgijklmnopqrstuvwy",  // o
		"aehiloprstu",              // p
		"lu",                       // q
		"abcdefgiklmnoprstuvy",     // r
		"acehiklmnopstuy",          // s
		"acehilmorstuwyz",          // t
		"abcdefgijlmnprstv",        // u
		"aeior",                    // v
		"aehio",                    // w
		"ip",                       // x
		"aelmops",                  // y
		"aeio",                     // z
	} {
		for _, second := range seconds {
			m[first] |= 1 << (second - 'a')
		}
	}
	return m
}()
