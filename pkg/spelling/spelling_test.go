package spelling

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	words := []string{"sites", "sources", "path_templates", "geo", "k"}
	for word, want := range map[string]string{
		"sorces": "sources", "Sources": "sources", "suorces": "sources", "path-templates": "path_templates", "pathtemplates": "path_templates",
		"site": "sites", "goe": "geo", "backends": "", "": "", "x": "", "sourcesources": "",
	} {
		got, ok := Nearest(word, words)
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
	if _, ok := Nearest("x", nil); ok {
		t.Error("a suggestion out of nothing")
	}
}

func TestDistanceIsSymmetricAndZeroForEqualWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringMatching(`[ab_c]{0,8}`).Draw(t, "a"), rapid.StringMatching(`[ab_c]{0,8}`).Draw(t, "b")
		if distance(a, b) != distance(b, a) {
			t.Fatalf("distance(%q, %q) = %d, the other way round %d", a, b, distance(a, b), distance(b, a))
		}
		if (distance(a, b) == 0) != (a == b) {
			t.Fatalf("distance(%q, %q) = %d", a, b, distance(a, b))
		}
	})
}
