package spelling_test

import (
	"testing"

	"github.com/floodgauge/floodgauge/pkg/spelling"
)

func TestPath(t *testing.T) {
	for path, want := range map[string]string{
		"/var/log/nginx/access.log": "/var/log/nginx/access.log",
		"a b'c\"d.log":              "a b'c\"d.log",
		"café.log":                  "café.log",
		"a\nb.log":                  `"a\nb.log"`,
		"a\x1b[2Jb.log":             `"a\x1b[2Jb.log"`,
		"a\u202eb.log":              `"a\u202eb.log"`,
		"a\xffb.log":                `"a\xffb.log"`,
		"a\u009bb.log":              `"a\u009bb.log"`,
	} {
		if got := spelling.Path(path); got != want {
			t.Errorf("%q is written %s, want %s", path, got, want)
		}
	}
	if got, want := spelling.Paths([]string{"a", "b\tc"}), `a, "b\tc"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
