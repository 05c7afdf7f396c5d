package integration

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatIsHiddenIsSaid: where the k rule hides something, the page says what, why, and how to see it for one's own eyes; with --k 1 nothing is hidden.
func TestWhatIsHiddenIsSaid(t *testing.T) {
	path := fileOf(t, "access.log", logOf(t, "vhost-combined", 400))
	page := shell(t, "report", path)
	text := strings.Join(strings.Fields(page.stdout), " ")
	for _, want := range []string{"To protect visitors, what fewer than 10 of them share is not shown:", "paths,", "For your own eyes: --k 1", "(below 10 visitors each"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, page.stdout)
		}
	}
	for _, format := range []string{"json", "csv"} {
		r := shell(t, "report", "--by", "all", "--format", format, path)
		if want := map[string]string{"json": `"k":10`, "csv": ",10,top_agents="}[format]; !strings.Contains(r.stdout, want) {
			t.Errorf("%s does not say k:\n%s", format, r.stdout)
		}
	}
	for _, format := range []string{"table", "json", "csv", "parquet"} {
		const note = "what fewer than 10 of them share is not shown by name"
		out := filepath.Join(t.TempDir(), "report")
		shell(t, "report", "--format", format, "--out", out, path).expect(t, format, 0, note, "For your own eyes: --k 1")
		if r := shell(t, "report", "--k", "1", "--format", format, "--out", out, path); strings.Contains(r.words(), "own eyes") {
			t.Errorf("%s with --k 1 said\n%s", format, r.stderr)
		}
	}
	all := shell(t, "report", "--k", "1", path)
	for _, never := range []string{"To protect", "own eyes", "Hidden", "below"} {
		if strings.Contains(all.stdout, never) {
			t.Errorf("--k 1 says %q:\n%s", never, all.stdout)
		}
	}
}

// TestHiddenSitesAreSaid: a site that few asked for has no page of its own; page and summary say so.
func TestHiddenSitesAreSaid(t *testing.T) {
	path := fileOf(t, "access.log", logOf(t, "vhost-combined", 12))
	r := shell(t, "report", path)
	r.expect(t, "few visitors", 0, "12 requests", "12 counted as (other hosts): too few visitors asked for the site")
	if !strings.Contains(r.stdout, "sites that fewer than 10 visitors") || strings.Contains(r.stdout, "news.example.org") {
		t.Errorf("got\n%s", r.stdout)
	}
	for _, args := range [][]string{{"--k", "1"}, {"--host", "news.example.org,shop.example.net"}} {
		r := shell(t, append(append([]string{"report"}, args...), path)...)
		if !strings.Contains(r.stdout, "news.example.org") || strings.Contains(r.words(), "other hosts") {
			t.Errorf("%v: got\n%s%s", args, r.stdout, r.stderr)
		}
	}
}

// TestAddressesAreNoSites: requests that name an address as their host share the bucket, and the page says which they are.
func TestAddressesAreNoSites(t *testing.T) {
	log := strings.ReplaceAll(string(logOf(t, "vhost-combined", 300)), "shop.example.net:443", "192.0.2.1:443")
	r := shell(t, "report", fileOf(t, "access.log", []byte(log)))
	r.expect(t, "addresses", 0, "counted as (other hosts): no host name, or none that is valid")
	if text := strings.Join(strings.Fields(r.stdout), " "); !strings.Contains(text, "it holds lines whose host is no valid name, such as an address.") {
		t.Errorf("got\n%s", r.stdout)
	}
}
