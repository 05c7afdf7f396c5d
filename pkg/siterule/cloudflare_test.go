package siterule

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// filter reads the part of Cloudflare's rules language that is written here, after the documents, and evaluates it on the way: there is no parser of
// it to test against.
type filter struct {
	rest   string
	fields map[string]string
}

// evaluateFilter tells whether an expression is true of a request. The error says where it is no expression.
func evaluateFilter(expression string, fields map[string]string) (result bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v in %q", r, expression)
		}
	}()
	f := &filter{rest: expression, fields: fields}
	result = f.either()
	if f.rest != "" {
		panic("left over: " + f.rest)
	}
	return result, nil
}

func (f *filter) take(text string) bool {
	trimmed := strings.TrimPrefix(f.rest, " ")
	if !strings.HasPrefix(trimmed, text) {
		return false
	}
	f.rest = trimmed[len(text):]
	return true
}

func (f *filter) must(text string) {
	if !f.take(text) {
		panic("want " + text + " before " + f.rest)
	}
}

func (f *filter) either() bool {
	result := f.both()
	for f.take("or ") {
		right := f.both()
		result = result || right
	}
	return result
}

func (f *filter) both() bool {
	result := f.one()
	for f.take("and ") {
		right := f.one()
		result = result && right
	}
	return result
}

func (f *filter) one() bool {
	switch {
	case f.take("not "):
		return !f.one()
	case f.take("("):
		defer f.must(")")
		return f.either()
	case f.take("starts_with("):
		return strings.HasPrefix(f.arguments())
	case f.take("ends_with("):
		return strings.HasSuffix(f.arguments())
	}
	value := f.value()
	switch {
	case f.take("eq \""):
		f.rest = `"` + f.rest
		return value == f.text()
	case f.take("ne "):
		return value != f.text()
	case f.take("eq "):
		number := f.word("0123456789")
		return value == number
	case f.take("contains "):
		return strings.Contains(value, f.text())
	case f.take("strict wildcard "):
		return wildcard(f.text()).MatchString(value)
	case f.take("in {"):
		found := false
		for !f.take("}") {
			text := f.text()
			found = found || text == value
		}
		return found
	}
	panic("no operator: " + f.rest)
}

func (f *filter) arguments() (value, text string) {
	value = f.value()
	f.must(",")
	text = f.text()
	f.must(")")
	return value, text
}

func (f *filter) value() string {
	if f.take("lower(") {
		value := f.value()
		f.must(")")
		return strings.ToLower(value)
	}
	name := strings.TrimPrefix(f.word(" abcdefghijklmnopqrstuvwxyz._"), " ")
	name, operator, _ := strings.Cut(name, " ")
	if operator != "" {
		f.rest = " " + operator + f.rest
	}
	value, ok := f.fields[name]
	if !ok {
		panic("no field " + name)
	}
	return value
}

func (f *filter) word(letters string) string {
	n := len(f.rest) - len(strings.TrimLeft(f.rest, letters))
	word := f.rest[:n]
	f.rest = f.rest[n:]
	return word
}

func (f *filter) text() string {
	f.must(`"`)
	var b strings.Builder
	for i := 0; i < len(f.rest); i++ {
		switch f.rest[i] {
		case '\\':
			i++
		case '"':
			f.rest = f.rest[i+1:]
			return b.String()
		}
		b.WriteByte(f.rest[i])
	}
	panic("no end of a text")
}

func wildcard(pattern string) *regexp.Regexp {
	if strings.Contains(pattern, "**") || strings.Contains(pattern, `\`) {
		panic("a wildcard that is refused: " + pattern)
	}
	return regexp.MustCompile(`(?s)\A` + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + `\z`)
}

// TestCloudflareSaysTheSame holds the expressions to the conditions.
func TestCloudflareSaysTheSame(t *testing.T) {
	base := map[string]string{"http.host": "news.example.org", "http.request.uri.path": "/", "http.request.uri.query": "", "http.request.method": "GET", "http.user_agent": "Mozilla/5.0", "ip.src.country": "NL",
		"ip.src.asnum": "64500", "http.referer": "https://a.example/"}
	for _, c := range []struct {
		condition  Condition
		field      string
		met, unmet []string
	}{
		{Condition{Method, "GET"}, "http.host", []string{"news.example.org", "NEWS.example.org", "news.example.org:8443", "news.example.org.", "news.example.org.:80"},
			[]string{"news.example.org.evil.test", "xnews.example.org", "example.org", "news-example-org", ""}},
		{Condition{Path, "/a(b)/c"}, "http.request.uri.path", []string{"/a(b)/c"}, []string{"/a(b)/c/", "/A(b)/c", "/a(b)", "/"}},
		{Condition{Path, "/user/{name}/photos"}, "http.request.uri.path", []string{"/user/7/photos", "/user/jane doe/photos"}, []string{"/user/photos", "/user//photos", "/user/a/b/photos", "/user/a/photos/1"}},
		{Condition{Path, "/user/{name}"}, "http.request.uri.path", []string{"/user/7"}, []string{"/user/", "/user", "/user/a/b", "/users/7"}},
		{Condition{Query, QueryPresent}, "http.request.uri.query", []string{"x=1", "-", "?"}, []string{""}},
		{Condition{Query, QueryNone}, "http.request.uri.query", []string{""}, []string{"x=1", "-", "?"}},
		{Condition{Method, "POST"}, "http.request.method", []string{"POST"}, []string{"GET", "post"}},
		{Condition{Agent, "Googlebot"}, "http.user_agent", []string{"Mozilla/5.0 (compatible; Googlebot/2.1)"}, []string{"Googlebot-Image/1.0", "googlebot", "Mozilla/5.0"}},
		{Condition{Agent, "Java"}, "http.user_agent", []string{"Java/17", "x Java-http-client/1"}, []string{"x Java/17"}},
		{Condition{Agent, "Log4Shell probe"}, "http.user_agent", []string{"x ${jndi:ldap"}, []string{"jndi:", "$"}},
		{Condition{Agent, ""}, "http.user_agent", []string{"", "-"}, []string{"x"}},
		{Condition{Country, "DE"}, "ip.src.country", []string{"DE"}, []string{"NL"}},
		{Condition{Network, "AS64501"}, "ip.src.asnum", []string{"64501"}, []string{"645011", "64500"}},
		{Condition{Referrer, NoReferrer}, "http.referer", []string{"", "-"}, []string{"https://x.example/"}},
	} {
		expression, err := denial(c.condition).Cloudflare()
		if err != nil {
			t.Fatal(err)
		}
		for want, values := range map[bool][]string{true: c.met, false: c.unmet} {
			for _, value := range values {
				fields := map[string]string{}
				for k, v := range base {
					fields[k] = v
				}
				fields[c.field] = value
				if got, err := evaluateFilter(expression, fields); err != nil || got != want {
					t.Errorf("%s = %q: %v, want %v (%v): %s", c.field, value, got, want, err, expression)
				}
			}
		}
	}
}

// Agents are met as they are classified, or the family is refused.
func TestCloudflareMeetsTheFamily(t *testing.T) {
	all := agents(t)
	byFamily := map[string][]string{}
	for ua, family := range all {
		byFamily[family] = append(byFamily[family], ua)
	}
	said := 0
	for family, own := range byFamily {
		expression, err := denial(Condition{Agent, family}).Cloudflare()
		var cannot *CannotError
		if errors.As(err, &cannot) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		said++
		for _, ua := range own {
			fields := map[string]string{"http.host": "news.example.org", "http.user_agent": ua}
			if got, err := evaluateFilter(expression, fields); err != nil || !got {
				t.Errorf("%q is of %q and not met: %s (%v)", ua, family, expression, err)
			}
		}
		for _, ua := range append(byFamily["Chrome"], byFamily["Firefox"]...) {
			fields := map[string]string{"http.host": "news.example.org", "http.user_agent": ua}
			if got, err := evaluateFilter(expression, fields); family != "Chrome" && family != "Firefox" && (err != nil || got) {
				t.Errorf("a browser, %q, is met by %s (%v)", ua, expression, err)
			}
		}
	}
	if said < 1000 {
		t.Errorf("only %d families have an expression", said)
	}
}

func TestCloudflareStepsAreGiven(t *testing.T) {
	deny, err := denial(Condition{Method, "GET"}).CloudflareSteps()
	if err != nil || !strings.Contains(deny, "custom rule") || !strings.Contains(deny, "Enterprise") || !strings.Contains(deny, "2026-12-01 10:00 UTC") {
		t.Errorf("%s (%v)", deny, err)
	}
	limit := &Rule{Name: "a", Host: "a.example", Conditions: []Condition{{Path, "/search"}}, Action: Ban, Count: 30, Seconds: 60, BanSeconds: 600}
	if steps, err := limit.CloudflareSteps(); err != nil || !strings.Contains(steps, "Requests: 30. Period: 60 seconds. Action: Block, for 600 seconds.") {
		t.Errorf("%s (%v)", steps, err)
	}
	limit.Seconds = 61
	var cannot *CannotError
	if _, err := limit.CloudflareSteps(); !errors.As(err, &cannot) || !strings.Contains(err.Error(), "61 seconds") {
		t.Error(err)
	}
	for _, c := range []Condition{{Path, "/articles/{n}"}, {Referrer, "shop.example"}, {Agent, "Chrome"}, {Path, "/{a}/x/{b}"}, {Path, "/files/{p...}"}} {
		if text, err := denial(c).Cloudflare(); text != "" || !errors.As(err, &cannot) || cannot.Target != cloudflareTarget {
			t.Errorf("%v: %q, %v", c, text, err)
		}
	}
}

func FuzzQuoteCloudflare(f *testing.F) {
	for _, s := range []string{"", `"`, `\`, `\"`, `" or "" eq "`, "é", "a b", "${a}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		met, err := evaluateFilter("http.host eq "+quoteCloudflare(s), map[string]string{"http.host": s})
		if err != nil || !met {
			t.Errorf("%q is quoted as %s (%v)", s, quoteCloudflare(s), err)
		}
	})
}
