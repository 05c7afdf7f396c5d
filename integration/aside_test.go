package integration

import (
	"bytes"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/live"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// TestBadDataIsSetAside: a line that kills the engine costs no other line but its neighbours, its minute is marked, and when the engine gets through
// all of them count.
func TestBadDataIsSetAside(t *testing.T) {
	log := makeLog(t, "vhost-combined", 2000, within(time.Second))
	middle := &log.lines[len(log.lines)/2]
	for middle.bad {
		middle = &log.lines[len(log.lines)/2+1]
	}
	middle.text = bytes.Replace(middle.text, []byte("] \""), []byte("] \"GET /poison HTTP/1.1\" 200 5 \"-\" \"-\" \""), 1)
	b := newLiveBox(t, sitesConfig("vhost-combined"))
	t.Setenv(faultVariable, faultPoison)
	b.write(log.file())
	b.settle()
	state := status(t, b)
	if state.SetAside != 1 || state.Incomplete != 1 {
		t.Fatalf("%d stretches are set aside and %d minutes marked, want 1 and 1", state.SetAside, state.Incomplete)
	}
	letters, err := b.store.Letters(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range letters {
		if d.Letter.GetReason() == live.ReasonSetAside && d.Letter.GetLength() > 16<<10 {
			t.Errorf("%d bytes are set aside for one line", d.Letter.GetLength())
		}
	}
	if got := countedLines(b); got < len(log.lines)-100 || got >= len(log.lines) {
		t.Errorf("%d of %d lines are counted", got, len(log.lines))
	}
	t.Setenv(faultVariable, "")
	b.now = b.now.Add(time.Minute)
	b.run.Close() // the child of before still has the fault
	b.settle()
	if state := status(t, b); state.SetAside != 0 || state.Incomplete != 0 {
		t.Errorf("%d stretches are still set aside and %d minutes marked", state.SetAside, state.Incomplete)
	}
	if got := countedLines(b); got != len(log.lines) {
		t.Errorf("%d of %d lines are counted in the end", got, len(log.lines))
	}
}

func status(t *testing.T, b *liveBox) *reportstore.Status {
	t.Helper()
	s, err := b.store.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// countedLines is how many lines are in rows of minutes or dead letters.
func countedLines(b *liveBox) int {
	b.t.Helper()
	n := int64(0)
	for _, r := range b.rows() {
		if r.Report.GetLevel() == reportstore.Minute {
			n += r.Report.GetLines()
		}
	}
	letters, err := b.store.Letters(b.t.Context(), 100_000)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, d := range letters {
		n += d.Letter.GetLines()
	}
	return int(n)
}
