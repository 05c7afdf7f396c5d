package logentry

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whatever stands where the request line should be, the line is an entry: attackers send what they like, and a proxy logs it.
func TestRequestLines(t *testing.T) {
	for _, c := range []struct {
		request string
		want    readable
	}{
		{`GET / HTTP/1.1`, readable{Method: "GET", Path: "/", Protocol: "HTTP/1.1"}},
		{`GET /a/b?c=d&e HTTP/2.0`, readable{Method: "GET", Path: "/a/b", Query: "c=d&e", Protocol: "HTTP/2"}},
		{`GET /?a?b#c HTTP/3.0`, readable{Method: "GET", Path: "/", Query: "a?b", Protocol: "HTTP/3"}},
		{`POST //a//b HTTP/1.0`, readable{Method: "POST", Path: "//a//b", Protocol: "HTTP/1.0"}},
		{`GET /a b c HTTP/1.1`, readable{Method: "GET", Path: "/a b c", Protocol: "HTTP/1.1"}},
		{`GET /a b`, readable{Method: "GET", Path: "/a b"}},
		{`GET /`, readable{Method: "GET", Path: "/", Protocol: "HTTP/0.9"}},
		{`OPTIONS * HTTP/1.1`, readable{Method: "OPTIONS", Path: "*", Protocol: "HTTP/1.1"}},
		{`CONNECT example.org:443 HTTP/1.1`, readable{Method: "CONNECT", Protocol: "HTTP/1.1"}},
		{`GET http://proxy.example/a?b HTTP/1.1`, readable{Method: "GET", Path: "/a", Query: "b", Protocol: "HTTP/1.1"}},
		{`GET http://proxy.example HTTP/1.1`, readable{Method: "GET", Path: "/", Protocol: "HTTP/1.1"}},
		{`GET example.org HTTP/1.1`, readable{Method: "GET", Protocol: "HTTP/1.1"}},
		{`PROPFIND / HTTP/1.1`, readable{Method: "other", Path: "/", Protocol: "HTTP/1.1"}},
		{`get / HTTP/1.1`, readable{Method: "other", Path: "/", Protocol: "HTTP/1.1"}},
		{`GET`, readable{Method: "GET"}},
		{`-`, readable{}},
		{``, readable{}},
		{` `, readable{}},
		{`\x16\x03\x01\x02\x00\x01\x00`, readable{Method: "other"}},
		{`\x16\x03 /path HTTP/1.1`, readable{Method: "other"}},
		{`\x03\x00\x00/*\xE0\x00\x00\x00\x00\x00Cookie: mstshash=Administr`, readable{Method: "other"}}, //nolint:misspell // cut off by the scanner that sends it
		{`GET /\x22quoted\x22 HTTP/1.1`, readable{Method: "GET", Path: `/"quoted"`, Protocol: "HTTP/1.1"}},
		{`GET /\xD0\xBF HTTP/1.1`, readable{Method: "GET", Path: "/п", Protocol: "HTTP/1.1"}},
		{`GET / HTTP/9.9`, readable{Method: "GET", Path: "/", Protocol: "other"}},
	} {
		p := mustParser(t, Source{Format: "combined"})
		e := parse(t, p, `198.51.100.23 - - [04/May/2026:12:00:07 +0000] "`+c.request+`" 400 157 "-" "-"`)
		c.want.Time, c.want.Client, c.want.Peer, c.want.Status, c.want.ResponseBytes = "2026-05-04T12:00:07Z", "198.51.100.23", "198.51.100.23", 400, 157
		if diff := cmp.Diff(c.want, read(e)); diff != "" {
			t.Errorf("%q\n%s", c.request, diff)
		}
	}
}

func TestFinishChoosesTheBestSource(t *testing.T) {
	for _, c := range []struct {
		name string
		raw  raw
		want readable
	}{
		{"a URL has a host", raw{url: []byte("https://User@NEWS.example.org:443/Article/42?utm_source=x#top")},
			readable{Host: "news.example.org", Path: "/Article/42", Query: "utm_source=x"}},
		{"the host field is better", raw{url: []byte("https://b.example/"), host: []byte("A.example.")}, readable{Host: "a.example", Path: "/"}},
		{"an address is no host", raw{url: []byte("http://203.0.113.80:80/cgi-bin/;a=$(b)")}, readable{HostInvalid: true, Path: "/cgi-bin/;a=$(b)"}},
		{"a URL without path", raw{url: []byte("https://a.example?b")}, readable{Host: "a.example", Path: "/", Query: "b"}},
		{"path and query are better than a URL", raw{path: []byte("/p"), query: []byte("?q"), url: []byte("/u?v")}, readable{Path: "/p", Query: "q"}},
		{"a path may bring its query", raw{path: []byte("/p?q")}, readable{Path: "/p", Query: "q"}},
		{"absent values", raw{path: []byte("-"), query: []byte("-"), url: []byte("-"), host: []byte("-"), referrer: []byte("-"), agent: []byte("-"),
			insertID: []byte("-"), peer: []byte("-"), client: []byte("-"), forwarded: []byte("-"), request: []byte("-")}, readable{}},
		{"no path at all", raw{url: []byte("nonsense"), path: nil}, readable{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mustParser(t, Source{Format: "combined"})
			e := &Entry{Time: earliest}
			c.want.Time = "1995-01-01T00:00:00Z"
			if reason := p.finish(e, &c.raw); reason != OK {
				t.Fatal(reason)
			}
			if diff := cmp.Diff(c.want, read(e)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if reason := mustParser(t, Source{Format: "combined"}).finish(&Entry{Time: earliest - 1}, &raw{}); reason != ReasonPast {
		t.Errorf("a time before 1995: %s", reason)
	}
}

// The source's host is for lines that have none. A host that is no name stays what it is, and a host in the target of a request counts for
// nothing.
func TestDefaultHost(t *testing.T) {
	p := mustParser(t, Source{Format: "$time_iso8601 $host \"$request\"", Host: "Default.Example:80"})
	for line, want := range map[string]readable{
		`2026-05-04T12:00:07Z a.example "GET /"`:                          {Host: "a.example"},
		`2026-05-04T12:00:07Z - "GET /"`:                                  {Host: "default.example"},
		`2026-05-04T12:00:07Z 203.0.113.80 "GET /"`:                       {HostInvalid: true},
		`2026-05-04T12:00:07Z <script> "GET /"`:                           {HostInvalid: true},
		`2026-05-04T12:00:07Z - "GET http://elsewhere.example/ HTTP/1.1"`: {Host: "default.example"},
	} {
		if e := parse(t, p, line); string(e.Host) != want.Host || e.HostInvalid != want.HostInvalid {
			t.Errorf("%s: host %q, invalid %v", line, []byte(e.Host), e.HostInvalid)
		}
	}
}
