package integration

import (
	"bufio"
	"compress/gzip"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// realLog is a published log of a web site: ten thousand requests of real visitors, robots and tools.
const realLog = "../pkg/logentry/testdata/text/elastic/apache_logs.gz"

var realLine = regexp.MustCompile(`^(\S+) \S+ \S+ \[[^\]]*\] "\S+ ([^" ]*)[^"]*" \d+ \S+ "([^"]*)" "(.*)"$`)

// personalTexts are the addresses of a log in every form, and its agents, query strings and referrers where they are long enough to say more than
// what is shown of them.
func personalTexts(t *testing.T, path string) (s *scanner, addresses, texts int) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	s = newScanner()
	seen := map[string]bool{}
	for lines := bufio.NewScanner(r); lines.Scan(); {
		part := realLine.FindStringSubmatch(lines.Text())
		if part == nil {
			continue
		}
		if _, err := netip.ParseAddr(part[1]); err == nil && !seen[part[1]] {
			seen[part[1]] = true
			addresses++
			s.addFolded(canary{"address", part[1]}, "text", part[1])
			s.addAddress(canary{"address", part[1]})
		}
		_, query, _ := strings.Cut(part[2], "?")
		for field, text := range map[string]string{"query": query, "referrer": part[3], "agent": part[4]} {
			if len(text) >= 20 && !seen[text] {
				seen[text] = true
				texts++
				s.addFolded(canary{field, text}, "text", text)
				s.addBase64(canary{field, text}, "base64", []byte(text))
			}
		}
	}
	return s, addresses, texts
}

// TestRealVisitorsStayUnknown: no visitor of a real log is in what is reported of it, whatever k.
func TestRealVisitorsStayUnknown(t *testing.T) {
	s, addresses, texts := personalTexts(t, realLog)
	if addresses < 1500 || texts < 500 {
		t.Fatalf("only %d addresses and %d texts", addresses, texts)
	}
	log, err := filepath.Abs(realLog)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{
		"--format json --k 1", "--format json --by all", "--format csv --by hour --k 1", "--format table --k 1", "--format parquet --by day --k 1",
	} {
		b := newBox(t)
		o := b.run(t, nil, append(strings.Fields("report --host www.example.org --out "+b.path("out", "report")+" "+log), strings.Fields(args)...)...)
		if o.code != 0 || len(o.left["/out/report"]) < 5000 {
			t.Fatalf("%s: %d bytes, %s", args, len(o.left["/out/report"]), o.stderr())
		}
		o.check(t, s)
	}
}
