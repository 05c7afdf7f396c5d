package integration

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// TestForget: a site's reports are deleted for good, not under a running program, and the others stay.
func TestForget(t *testing.T) {
	b := newBox(t)
	writeFile(t, b.path("home", "access.log"), logSince(t, time.Now().Add(-30*time.Minute), "vhost-combined", 3000))
	r := startUp(t, b, "access.log")
	var list siteList
	await(t, "sites", func() bool {
		r.get(t, "api/v1/sites", &list)
		return list.Total > 1 && list.Sites[0].Requests > 100
	})
	gone, stays := list.Sites[0].Host, list.Sites[1].Host
	if o := b.run(t, nil, "forget", gone); o.code == 0 || !strings.Contains(o.stderr(), "end it first") {
		t.Errorf("exit code %d: %s", o.code, o.stderr())
	}
	r.stop(t)
	if o := b.run(t, nil, "forget", gone); o.code != 0 {
		t.Fatalf("exit code %d: %s", o.code, o.stderr())
	}
	hosts := string(b.run(t, nil, "query", "SELECT DISTINCT host FROM traffic").left["standard output"])
	if strings.Contains(hosts, gone) || !strings.Contains(hosts, stays) {
		t.Errorf("sites are %s", hosts)
	}
	for _, name := range []string{"traffic.db", "traffic.db-wal"} {
		data, err := os.ReadFile(b.path("home", "floodgauge-data", name))
		if err == nil && bytes.Contains(data, []byte(gone)) {
			t.Errorf("%s still names it", name)
		}
	}
	if o := b.run(t, nil, "forget", gone); o.code == 0 || !strings.Contains(o.stderr(), "there is no site") {
		t.Errorf("again: exit code %d: %s", o.code, o.stderr())
	}
}
