package integration

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // another program that holds the store
)

// smallDisk mounts a disk of so many bytes on a folder.
func smallDisk(t *testing.T, dir string, bytes int) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		t.Skipf("a disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
}

type statusAnswer struct {
	State    string
	Operator struct {
		Halted   string
		SetAside int `json:"set_aside"`
	}
}

// awaitHalt waits until the run is halted, and looks at what it says of that.
func awaitHalt(t *testing.T, r *running, why string) {
	t.Helper()
	var status statusAnswer
	await(t, "the halt", func() bool {
		r.get(t, "api/v1/status", &status)
		return status.State == "halted"
	})
	if !strings.Contains(status.Operator.Halted, why) {
		t.Errorf("it is halted because %q, want %q", status.Operator.Halted, why)
	}
	_, page := fetchPage(t, r.url)
	if !strings.Contains(string(page), "The collector is halted") || strings.Contains(string(page), "all that was logged is counted") {
		t.Errorf("the page does not say that it is halted:\n%s", page)
	}
	if code, _ := fetchPage(t, r.url+"readyz"); code != 503 {
		t.Errorf("readyz answers %d", code)
	}
	await(t, "its message", func() bool { return strings.Contains(r.said.String(), why) })
	if said := r.said.String(); strings.Count(said, "\n") < 2 || !strings.Contains(said, "nothing is lost") {
		t.Errorf("it says: %s", said)
	}
}

// awaitAll waits until the store has the log once, and ends it.
func awaitAll(t *testing.T, r *running, b *box, path string) {
	t.Helper()
	want := checksums(t, b, path)
	data := b.path("home", "floodgauge-data")
	await(t, "every line", func() bool {
		got, _ := storeSums(t, data, time.Now().Add(-2*time.Hour).Truncate(time.Minute))
		return maps.Equal(got, want)
	})
	await(t, "that it goes on", func() bool { return strings.Contains(r.said.String(), "it goes on") })
	if code := r.stop(t); code != 0 {
		t.Errorf("exit code %d: %s", code, r.said)
	}
}

// TestUpOnAFullDisk: it halts, says why on the terminal and on the page, and goes on by itself when there is room.
func TestUpOnAFullDisk(t *testing.T) {
	for _, size := range []int{1 << 20, 2 << 20} { // the store does not fit, or the results of a slice
		t.Run(fmt.Sprint(size), func(t *testing.T) { onAFullDisk(t, size) })
	}
}

func onAFullDisk(t *testing.T, size int) {
	b := newBox(t)
	disk := b.path("home", "floodgauge-data")
	smallDisk(t, disk, size)
	path := b.path("home", "access.log")
	writeFile(t, path, logSince(t, time.Now().Add(-time.Hour), "vhost-combined", 60_000))
	r := startUp(t, b, "access.log")
	awaitHalt(t, r, "disk is full")
	var status statusAnswer
	if r.get(t, "api/v1/status", &status); status.Operator.SetAside > 0 {
		t.Errorf("%d stretches are taken for bad data", status.Operator.SetAside)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=200m"); err != nil {
		t.Fatal(err)
	}
	awaitAll(t, r, b, path)
}

// TestUpWithALockedStore: another program writes to the store and does not end.
func TestUpWithALockedStore(t *testing.T) {
	b := newBox(t)
	path := b.path("home", "access.log")
	log := logSince(t, time.Now().Add(-30*time.Minute), "vhost-combined", 2000)
	writeFile(t, path, log[:len(log)/2])
	r := startUp(t, b, "access.log")
	await(t, "the store", func() bool {
		var list siteList
		r.get(t, "api/v1/sites", &list)
		return list.Total > 0
	})
	other, err := sql.Open("sqlite", filepath.Join(b.path("home", "floodgauge-data"), "traffic.db")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	appendFile(t, path, log[len(log)/2:])
	awaitHalt(t, r, "the data is in use")
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	awaitAll(t, r, b, path)
}
