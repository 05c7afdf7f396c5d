package privacy

import (
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func newTemplater(t testing.TB, patterns ...string) *Templater {
	t.Helper()
	tp, err := NewTemplater(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return tp
}

func TestTemplate(t *testing.T) {
	long := strings.Repeat("a-long-slug-", 8)
	cases := []struct{ name, path, want string }{
		{"root", "/", "/"},
		{"plain", "/blog/geekery/ssl-latency.html", "/blog/geekery/ssl-latency.html"},
		{"slash at the end stays", "/projects/xdotool/", "/projects/xdotool/"},
		{"number", "/user/123/photos", "/user/{n}/photos"},
		{"numbers in a word", "/img/photo_20240512_1.jpg", "/img/photo_{n}.jpg"},
		{"size", "/apple-touch-icon-120x120.png", "/apple-touch-icon-{n}x{n}.png"},
		{"version number is one number", "/js/jquery-3.6.0.min.js", "/js/jquery-{n}.min.js"},
		{"API versions stay", "/api/v1/v12/items", "/api/v1/v12/items"},
		{"single digit of a word stays", "/style2.css", "/style2.css"},
		{"uuid", "/o/123e4567-e89b-12d3-a456-426614174000", "/o/{uuid}"},
		{"uuid in a name", "/o/inv-123E4567-E89B-12D3-A456-426614174000.pdf", "/o/inv-{uuid}.pdf"},
		{"hex in a file name", "/static/app.3f2a9c1b.js", "/static/app.{hex}.js"},
		{"hex", "/c/deadbeefcafe/", "/c/{hex}/"},
		{"long hash", "/a/" + strings.Repeat("0a", 32) + ".png", "/a/{hex}.png"},
		{"date", "/2024/05/12/2024-05-12-hello-world", "/{n}/{n}/{n}/{date}-hello-world"},
		{"time", "/log/2024-05-12T10:20:30Z", "/log/{date}T{n}Z"},
		{"e-mail", "/u/jane.doe@example.com/x", "/u/{email}/x"},
		{"e-mail encoded", "/u/jane.doe%40example.com", "/u/{email}"},
		{"user by tilde", "/~jane/cv.html", "/{user}/cv.html"},
		{"user by encoded tilde", "/%7Ejane/", "/{user}/"},
		{"user by at", "/@jane/posts", "/{user}/posts"},
		{"backup file", "/index.php~", "/index.php~"},
		{"signed token", "/t/eyJhbGciOiJIUzI1NiIsInR5cCI6.eyJzdWIiOiIxMjM0NTY3ODkwIiwi.SflKxwRJSMeKKF2QT4fwpMeJf36POk6", "/t/{token}"},
		{"video id", "/v/dQw4w9WgXcQ", "/v/{token}"},
		{"random letters", "/xkqjzvtpwqhg", "/{token}"},
		{"long slug is kept", "/blog/why-our-customers-love-the-documentation", "/blog/why-our-customers-love-the-documentation"},
		{"camel case", "/getUserProfileSettings", "/getUserProfileSettings"},
		{"space", "/files/My%20Document.pdf", "/files/{text}.pdf"},
		{"non-ASCII", "/caf%C3%A9/m\u00fcnchen/x", "/{text}/{text}/x"},
		{"HTML", "/<script>alert(1)</script>", "/{text}/{text}"},
		{"terminal escape", "/\x1b[31mred", "/{text}"},
		{"quotes and commas", `/a,b/c"d/e'f`, "/{text}/{text}/{text}"},
		{"matrix parameters", "/cart;jsessionid=AB12/view;x=1", "/cart/view"},
		{"only matrix parameters", "/;a=b/x", "/x"},
		{"folded slashes", "//a///b//", "/a/b/"},
		{"dots", "/a/./b/../../etc/passwd", "/a/b/../../etc/passwd"},
		{"encoded slash", "/..%2f..%2fetc", "/{text}"},
		{"encoded letters", "/%61dmin/%2e%2e", "/admin/.."},
		{"double encoding", "/%2561dmin", "/{text}"},
		{"broken encoding", "/%zz/%4/%", "/{text}/{text}/{text}"},
		{"NUL", "/a%00.jpg", "/{text}.jpg"},
		{"eight segments", "/a/b/c/d/e/f/g/h", "/a/b/c/d/e/f/g/h"},
		{"nine segments", "/a/b/c/d/e/f/g/h/i", "/a/b/c/d/e/f/g/h/..."},
		{"too long", "/" + long + "/" + long, "/" + long + "/..."},
		{"long segment", "/" + strings.Repeat("ab", 500) + ".css", "/{token}.css"},
		{"query left in", "/search?q=jane", "/search"},
		{"fragment left in", "/a#jane/b", "/a"},
		{"asterisk", "*", "*"},
		{"no path", "http://example.com/", "{text}"},
		{"empty", "", "{text}"},
	}
	tp := newTemplater(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := tp.Template([]byte(c.path)); got != c.want {
				t.Errorf("Template(%q) = %q, want %q", c.path, got, c.want)
			}
		})
	}
}

func TestOperatorPatternsWin(t *testing.T) {
	tp := newTemplater(t, "/user/{name}/photos", "/user/me/photos", "/user/me/{what}", "/files/{path...}", "/b/{x}/{y}")
	cases := []struct{ path, want string }{
		{"/user/jane/photos", "/user/{name}/photos"},
		{"/user/jane/photos/", "/user/{name}/photos"},
		{"//user//jane;a=b/photos", "/user/{name}/photos"},
		{"/user/%6ae/photos", "/user/{name}/photos"},
		{"/user/%zz/photos", "/user/{name}/photos"},
		{"/user/me/photos", "/user/me/photos"},
		{"/user/m%65/other", "/user/me/{what}"},
		{"/user/jane/other", "/user/jane/other"},
		{"/user/jane", "/user/jane"},
		{"/files/a/b/c/d/e/f/g/h/i/j/k", "/files/{path...}"},
		{"/files/x", "/files/{path...}"},
		{"/files/", "/files/"},
		{"/b/1/2/3", "/b/{n}/{n}/{n}"},
		{"/b/" + strings.Repeat("x", 500) + "/2", "/b/{x}/{y}"},
	}
	for _, c := range cases {
		if got := tp.Template([]byte(c.path)); got != c.want {
			t.Errorf("Template(%q) = %q, want %q", c.path, got, c.want)
		}
	}
}

func TestBadPatternsAreExplained(t *testing.T) {
	cases := []struct{ patterns, want string }{
		{"user/{name}", "must begin with /"},
		{"GET /user", "must begin with /"},
		{"/", "must begin with /"},
		{"/a//b", "a segment must be"},
		{"/a/{id}.json", "a segment must be"},
		{"/a/<b>", "a segment must be"},
		{"/a/{}", "a name in braces"},
		{"/a/{x y}", "a name in braces"},
		{"/a/{$}", "a name in braces"},
		{"/a/{x...}/b", "can only be the last"},
		{"/" + strings.Repeat("a", 200), "longer than 120"},
		{"/a/{x} /a/{y}", "match the same paths"},
	}
	for _, c := range cases {
		patterns := []string{c.patterns}
		if strings.Contains(c.patterns, "/a/{y}") {
			patterns = strings.Fields(c.patterns)
		}
		_, err := NewTemplater(patterns)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), patterns[0]) {
			t.Errorf("NewTemplater(%q) error = %v, want one with %q and the pattern", patterns, err, c.want)
		}
	}
}

func TestStatic(t *testing.T) {
	for path, want := range map[string]bool{
		"/style2.css": true, "/a/B.JPG": true, "/f.woff2": true, "/a.css;jsessionid=1": true, "/a.js?v=/x": true, "/v.m3u8": true,
		"/": false, "": false, "/a.html": false, "/css": false, "/.css": false, "/a.css/b": false, "/x?y=/a.css": false, "/a.pdf": false,
	} {
		if got := Static([]byte(path)); got != want {
			t.Errorf("Static(%q) = %v, want %v", path, got, want)
		}
	}
}

// genPath draws paths that look like paths, with every kind of attack text, and any bytes at all.
func genPath(t *rapid.T) string {
	piece := rapid.SampledFrom([]string{"a", "admin", "index.php", "12", "5", "deadbeef", "xkqjzvtpw", ".", "..", "-", "_", "~", "@", "+", "=", "{n}",
		"{hex}", "{", "}", "{date}", "%40", "%2F", "%7B", "%", "%C3%A9", ";x=1", "/", "//", "2024-05-12", "T10", "v10", "<b>", "\x1b[2J", "\"", ",",
		"'", "=cmd()", "123e4567-e89b-12d3-a456-426614174000", ".js", ".jpg", "QwErTyUi", "é", "?", "#", "...", "longwordlongwordlongword"})
	parts := rapid.OneOf(
		rapid.SliceOfN(piece, 0, 30),
		rapid.SliceOfN(rapid.StringMatching(`/[a-zA-Z0-9._{}~-]{0,12}`), 0, 12),
		rapid.SliceOfN(rapid.String(), 0, 5),
		rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("abc019-.")), 0, 40, -1), 0, 4),
	).Draw(t, "parts")
	return rapid.SampledFrom([]string{"/", ""}).Draw(t, "start") + strings.Join(parts, "")
}

const templateAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:+(){}/*"

func checkHarmless(t interface{ Fatalf(string, ...any) }, template string) {
	if len(template) > MaxTemplate || len(template) == 0 {
		t.Fatalf("template %q has %d bytes", template, len(template))
	}
	if !strings.HasPrefix(template, "/") && template != "*" && template != "{text}" {
		t.Fatalf("template %q does not begin with /", template)
	}
	for _, c := range template {
		if !strings.ContainsRune(templateAlphabet, c) {
			t.Fatalf("template %q holds %q", template, c)
		}
	}
}

func TestTemplatesAreHarmlessAndStable(t *testing.T) {
	plain, withPatterns := newTemplater(t), newTemplater(t, "/admin/{x}/12", "/{a}/{b}/{c...}")
	rapid.Check(t, func(t *rapid.T) {
		path := genPath(t)
		checkHarmless(t, withPatterns.Template([]byte(path)))
		once := plain.Template([]byte(path))
		checkHarmless(t, once)
		if strings.Count(once, "/") > maxSegments+1 {
			t.Fatalf("template %q has too many segments", once)
		}
		if twice := plain.Template([]byte(once)); twice != once {
			t.Fatalf("path %q: template %q has the template %q", path, once, twice)
		}
		if got := string(plain.Append([]byte("x"), []byte(path))); got != "x"+once {
			t.Fatalf("Append gave %q, want %q", got, "x"+once)
		}
	})
}

// What a visitor is told apart by never stays: numbers of two digits and more, identifiers, addresses.
func TestIdentifiersDoNotSurvive(t *testing.T) {
	tp := newTemplater(t)
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.OneOf(
			rapid.StringMatching(`[0-9]{3,20}`),
			rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`),
			rapid.StringMatching(`[0-9a-f]{12,64}`),
			rapid.StringMatching(`[a-z]{2,9}\.[a-z]{2,9}(@|%40)[a-z]{3,9}\.(com|org)`),
			rapid.StringMatching(`~[a-z]{2,9}`),
		).Draw(t, "id")
		path := "/" + rapid.SampledFrom([]string{"", "user/", "item-", "x_", "f."}).Draw(t, "before") + id +
			rapid.SampledFrom([]string{"", "/edit", ".png", "-large.jpg", "?x=1"}).Draw(t, "after")
		if strings.HasPrefix(id, "~") {
			path = "/" + id
		}
		if got := tp.Template([]byte(path)); strings.Contains(got, id) {
			t.Fatalf("Template(%q) = %q holds the identifier", path, got)
		}
	})
}

// Floods of invented paths must fall together, whatever alphabet they are made of.
func TestRandomPathsFold(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	cases := []struct {
		alphabet string
		length   int
		most     int // distinct templates among 1000
	}{
		{"0123456789", 8, 1},
		{"0123456789abcdef", 8, 2},
		{"0123456789abcdef", 32, 1},
		{"abcdefghijklmnopqrstuvwxyz", 10, 150},
		{"abcdefghijklmnopqrstuvwxyz", 20, 100},
		{"abcdefghijklmnopqrstuvwxyz0123456789", 10, 250},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 16, 50},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 43, 25},
	}
	tp := newTemplater(t)
	for _, c := range cases {
		seen := map[string]bool{}
		for range 1000 {
			path := []byte("/")
			for range c.length {
				path = append(path, c.alphabet[r.IntN(len(c.alphabet))])
			}
			seen[tp.Template(path)] = true
		}
		if len(seen) > c.most {
			t.Errorf("1000 random paths of %d from %q gave %d templates, want at most %d", c.length, c.alphabet, len(seen), c.most)
		}
	}
}

// Words of languages are not taken for random.
func TestWordsStay(t *testing.T) {
	tp := newTemplater(t)
	for _, w := range strings.Fields(`documentation configuration subscriptions accessibility newsletter dashboard authentication notifications
		downloads integrations wordpress phpmyadmin presentation impressum datenschutz veranstaltungen unternehmen nachrichten verfassungsschutz
		wetenschap gebruikers contactgegevens actualites telechargement evenements programacion desarrollo conocimientos informazioni
		prenotazione logowanie dokumenty produtos notizie javascript bootstrap stylesheet thumbnails favicon sitemap robots checkout
		PhpMyAdmin xmlrpc autodiscover healthcheck getUserById README`) {
		if got := tp.Template([]byte("/" + w)); got != "/"+w {
			t.Errorf("Template(/%s) = %s", w, got)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"/", "*", "/a/1234/b.css", "/%7Ejane;x=1//./..", "/\x1b[31m", "/a@b.c", "/{n}{token}-{x}", "/2024-05-12T10:00:00Z"} {
		f.Add([]byte(s))
	}
	tp, err := NewTemplater(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path []byte) {
		once := tp.Template(path)
		checkHarmless(t, once)
		if twice := tp.Template([]byte(once)); twice != once {
			t.Fatalf("path %q: template %q has the template %q", path, once, twice)
		}
		_ = Static(path)
	})
}
