package summarize

// texts gives equal texts one string, so that they take memory once and are compared by their place. It forgets everything when it holds maxTexts:
// equal texts from before and after are then two strings, which costs memory and changes nothing else.
type texts map[string]string

const maxTexts = 1 << 16

func (t texts) of(text []byte) string {
	if s, found := t[string(text)]; found {
		return s
	}
	if len(t) >= maxTexts {
		clear(t)
	}
	s := string(text)
	t[s] = s
	return s
}
