package engine

import (
	"fmt"
	"strings"
	"testing"
)

// The kind of the end is found wherever its word stands among megabytes of other text, and in however many pieces it comes; nothing of the text
// is kept.
func TestEndingIsFoundAndNothingKept(t *testing.T) {
	text := strings.Repeat("203.0.113.7 GET /secret\n", 50_000)
	for words, want := range map[string]string{
		"": "killed", "panic: at line": "crashed", "fatal error: x": "crashed", "fatal error: runtime: out of memory": "ran out of memory",
		"fork: cannot allocate memory": "ran out of memory",
	} {
		for _, piece := range []int{1, 7, 64 << 10} {
			e := &ending{}
			for all := text[:1000] + words + text; all != ""; all = all[min(piece, len(all)):] {
				if n, err := e.Write([]byte(all[:min(piece, len(all))])); err != nil || n != min(piece, len(all)) {
					t.Fatal(n, err)
				}
			}
			if got := e.reason(); !strings.Contains(got, want) {
				t.Errorf("%q in pieces of %d: %s", words, piece, got)
			}
			if len(e.last) > longestEnding || strings.Contains(fmt.Sprint(e.reason()), "secret") {
				t.Errorf("%d bytes are kept", len(e.last))
			}
		}
	}
}

func TestLongestEnding(t *testing.T) {
	for _, e := range endings {
		if len(e.word) > longestEnding {
			t.Errorf("%q is longer than %d", e.word, longestEnding)
		}
	}
}
