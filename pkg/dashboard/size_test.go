package dashboard

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/schemas"
)

// maxFirstLoad is what a page with all its files may weigh as sent, in bytes.
const maxFirstLoad = 100_000

var linked = regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`)

// sent is how many bytes of an answer go over the wire to a browser.
func (p *page) sent(target string) int {
	p.t.Helper()
	r := local("GET", target)
	r.Header.Set("Accept-Encoding", "gzip")
	w := p.do(r)
	if w.Code != 200 {
		p.t.Fatalf("%s answers %d", target, w.Code)
	}
	return w.Body.Len()
}

func TestFirstLoadIsSmall(t *testing.T) {
	p := newPage(t)
	p.store.fill("a.example", 40, teaTime, full)
	for i := range pageOfSites {
		p.store.fillMinutes(fmt.Sprintf("site-%d.example", i), 1, teaTime, full)
	}
	p.store.attacked("a.example", teaTime.Add(-20*time.Hour).Truncate(time.Minute), 20*60, func(*schemas.Finding) {})
	targets := []string{"/", "/status", CasePath("a.example", teaTime.Add(-20*time.Hour))}
	for _, r := range ranges {
		targets = append(targets, "/sites/a.example?range="+r.Name)
	}
	for _, target := range targets {
		sum := p.sent(target)
		page := p.get(target)
		for _, file := range linked.FindAllStringSubmatch(page, -1) {
			sum += p.sent(file[1])
		}
		if series := regexp.MustCompile(`data-series="([^"]+)"`).FindStringSubmatch(page); series != nil {
			data := p.sent(strings.ReplaceAll(series[1], "&amp;", "&"))
			t.Logf("%s: its points are %d bytes more", target, data)
		}
		t.Logf("%s: %d bytes", target, sum)
		if sum > maxFirstLoad {
			t.Errorf("%s takes %d bytes", target, sum)
		}
	}
}

// Browsers keep files for ever, so a name must never stand for two contents, and none may be missing.
func TestFilesAreKept(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 1, teaTime, full)
	files := linked.FindAllStringSubmatch(p.get("/sites/a.example"), -1)
	if len(files) < 5 {
		t.Fatalf("the page names %d files", len(files))
	}
	for _, file := range files {
		w := p.do(local("GET", file[1]))
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s answers %d, %s", file[1], w.Code, w.Header().Get("Cache-Control"))
		}
	}
}
