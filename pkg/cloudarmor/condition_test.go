package cloudarmor

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/privacy"
)

func evaluate(t interface {
	Helper()
	Fatalf(string, ...any)
}, condition string, r *Request) Answer {
	t.Helper()
	e, err := Compile(condition)
	if err != nil {
		t.Fatalf("%s: %v", condition, err)
	}
	answer, err := e.Evaluate(r)
	if err != nil {
		t.Fatalf("%s: %v", condition, err)
	}
	return answer
}

func path(p string) *Request { return &Request{Attributes: map[string]any{"request.path": latin1(p)}} }

// latin1 is what a path's bytes are to the language: a character each.
func latin1(s string) string {
	runes := make([]rune, len(s))
	for i, c := range []byte(s) {
		runes[i] = rune(c)
	}
	return string(runes)
}

// TestPathConditionMeetsEverySpelling holds the condition to the templates: whatever is counted as a path is met by the rule for that path.
func TestPathConditionMeetsEverySpelling(t *testing.T) {
	templater, err := privacy.NewTemplater(nil)
	if err != nil {
		t.Fatal(err)
	}
	segment := rapid.SampledFrom([]string{"wp-login.php", "search", "Login", "api", "a(b)", "index.html", "x~y", "en"})
	met := 0
	rapid.Check(t, func(t *rapid.T) {
		var raw strings.Builder
		for range rapid.IntRange(0, 4).Draw(t, "segments") {
			raw.WriteString(rapid.SampledFrom([]string{"/", "//", "/./", "/;x=1/", "/.;a/./"}).Draw(t, "slash"))
			raw.WriteString(spelled(t, segment.Draw(t, "segment")))
			raw.WriteString(rapid.SampledFrom([]string{"", "", ";v=2", ";"}).Draw(t, "parameters"))
		}
		raw.WriteString(rapid.SampledFrom([]string{"/", "", "//", "/.", "/;x", "#top", "/?a=b", "?"}).Draw(t, "end"))
		template := templater.Template([]byte(raw.String()))
		condition, ok := PathCondition(template)
		if !ok {
			return
		}
		met++
		if got := evaluate(t, condition, path(raw.String())); got != Matches {
			t.Fatalf("%q is counted as %q and not met by %s", raw.String(), template, condition)
		}
	})
	if met == 0 {
		t.Fatal("no path had a condition")
	}
}

// spelled encodes some characters of s.
func spelled(t *rapid.T, s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch rapid.IntRange(0, 7).Draw(t, "spelling") {
		case 0:
			fmt.Fprintf(&b, "%%%02x", c)
		case 1:
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func FuzzPathCondition(f *testing.F) {
	templater, err := privacy.NewTemplater(nil)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"/", "/wp-login.php", "//a/./b;c/%64/", "/a?b#c", "/%61\xff", "/x%2f", "/a\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		template := templater.Template(raw)
		if condition, ok := PathCondition(template); ok && evaluate(t, condition, path(string(raw))) != Matches {
			t.Errorf("%q is counted as %q and not met by %s", raw, template, condition)
		}
		if condition, ok := PathPrefixCondition(template); ok && evaluate(t, condition, path(string(raw))) != Matches {
			t.Errorf("%q is counted as %q and not met by %s", raw, template, condition)
		}
	})
}

func TestPathConditionLeavesOthersAlone(t *testing.T) {
	condition, _ := PathCondition("/wp-login.php")
	prefix, _ := PathPrefixCondition("/admin")
	for _, c := range []struct {
		condition, path string
		want            Answer
	}{
		{condition, "/wp-login.php", Matches},
		{condition, "/wp-login-php", NoMatch},
		{condition, "/blog/wp-login.php", NoMatch},
		{condition, "/wp-login.phpx", NoMatch},
		{condition, "/", NoMatch},
		{prefix, "/admin/users/1", Matches},
		{prefix, "/administrator", NoMatch},
	} {
		if got := evaluate(t, c.condition, path(c.path)); got != c.want {
			t.Errorf("%s of %s: %v, want %v", c.condition, c.path, got, c.want)
		}
	}
	for _, template := range []string{"/article/{n}", "/...", "*", "{text}", "/a+b"} {
		if c, ok := PathCondition(template); ok {
			t.Errorf("%s has the condition %s", template, c)
		}
	}
}

func TestPathSegmentsCondition(t *testing.T) {
	condition := PathSegmentsCondition([]string{"articles", "[0-9]+"})
	for p, want := range map[string]Answer{"/articles/7": Matches, "//articles;a/./%37/?x": Matches, "/articles/x": NoMatch, "/articles": NoMatch, "/articles/7/8": NoMatch, "/a/articles/7": NoMatch} {
		if got := evaluate(t, condition, path(p)); got != want {
			t.Errorf("%s: %v, want %v", p, got, want)
		}
	}
}

func TestHostConditionMeetsEverySpelling(t *testing.T) {
	condition := HostCondition("news.example.org")
	for host, want := range map[string]Answer{"news.example.org": Matches, "NEWS.Example.org": Matches, "news.example.org:443": Matches, "news.example.org.": Matches,
		"news.example.org.:8080": Matches, "user:pw@news.example.org": Matches, "news.example.org:": Matches, "newsxexample.org": NoMatch,
		"news.example.org.evil.org": NoMatch, "evil-news.example.org": NoMatch, "example.org": NoMatch} {
		if got := evaluate(t, condition, &Request{Headers: map[string]string{"host": host}}); got != want {
			t.Errorf("Host: %s: %v, want %v", host, got, want)
		}
	}
	if got := evaluate(t, condition, &Request{Absent: []string{"host"}}); got != NoMatch {
		t.Errorf("without a Host header: %v", got)
	}
}
