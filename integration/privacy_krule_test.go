package integration

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestKOneShowsTemplatesOnly: who asks for everything sees the words of paths, sites and referring sites, and still no address, agent, query,
// name or token.
func TestKOneShowsTemplatesOnly(t *testing.T) {
	folder, config := canaryLogs(t)
	s := newScanner(neverOut()...)
	for _, format := range []string{"json", "csv", "parquet", "table"} {
		b := newBox(t)
		o := b.run(t, nil, "report", "--config", config, "--format", format, "--k", "1", "--by", "all", "--out", b.path("out", "report"), folder)
		o.check(t, s)
		report := slices.Concat(o.left["/out/report"], o.left["/out/report, values"])
		path := "/lanternfish/{user}/{email}/{token}/{n}"
		if format == "table" {
			path = "/lanternfish/{user}/" // a page has no room for more
		}
		for _, want := range []string{path, "marshwiggle.example.org", "lamplighterhollow.com", "tinkerwhistle.com (app)"} {
			if !bytes.Contains(report, []byte(want)) {
				t.Errorf("%s with --k 1 does not show %s: %s", format, want, o.stderr())
			}
		}
	}
}

// TestOneVisitorOnManyDays: somebody who comes back every day is still one visitor, though every day has another key.
func TestOneVisitorOnManyDays(t *testing.T) {
	var lines []string
	for day := range 3 * crowd {
		for _, v := range slices.Concat(canaryVisits("daily.example.org")[1:3], crowdVisits("daily.example.org")[:2*crowd]) {
			v.at = v.at.AddDate(0, 0, day)
			lines = append(lines, gcpLine(v))
		}
		v := canaryVisits("marshwiggle.example.org")[1]
		v.at = v.at.AddDate(0, 0, day)
		lines = append(lines, gcpLine(v))
	}
	log := filepath.Join(t.TempDir(), "gcp.log")
	writeFile(t, log, []byte(strings.Join(lines, "\n")))
	s := nothingPersonal()
	for _, by := range []string{"all", "day", "hour", "minute"} {
		b := newBox(t)
		o := b.run(t, nil, "report", "--format", "json", "--by", by, log)
		o.check(t, s)
		if !strings.Contains(string(o.left["standard output"]), "/shared/article") {
			t.Errorf("--by %s: what %d visitors share is not shown: %s", by, crowd, o.stderr())
		}
	}
}

// TestCrowdOfOneHousehold: addresses of one /48 are one visitor for what is shown, as anybody with an IPv6 line has thousands.
func TestCrowdOfOneHousehold(t *testing.T) {
	var lines []string
	for i := range 5 * crowd {
		v := canaryVisits("home.example.org")[2]
		v.client = fmt.Sprintf("2001:db8:ca11:%x::%x", i, i+1)
		v.at = v.at.Add(time.Duration(i) * time.Second)
		lines = append(lines, gcpLine(v))
	}
	alone := newBox(t).run(t, []byte(strings.Join(lines, "\n")), "report", "--format", "json", "--by", "all", "--host", "home.example.org", "-")
	if rows := rowsOf(t, alone.left["standard output"]); len(rows) != 1 || rows[0].GetVisitors() != 5*crowd || len(rows[0].GetVisitorsSketch()) > 0 {
		t.Errorf("a household alone has a sketch: %v", rows)
	}
	for _, v := range crowdVisits("home.example.org") {
		lines = append(lines, gcpLine(v))
	}
	o := newBox(t).run(t, []byte(strings.Join(lines, "\n")), "report", "--format", "json", "--by", "all", "-")
	o.check(t, nothingPersonal())
	if o.code != 0 || !strings.Contains(string(o.left["standard output"]), `"/shared/article"`) {
		t.Errorf("exit code %d: %s", o.code, o.stderr())
	}
}
