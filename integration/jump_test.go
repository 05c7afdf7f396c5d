package integration

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// lineSums are the lines of each level and slot.
func lineSums(rows []*schemas.TrafficReport) map[string]reportstore.Checksum {
	sums := map[string]reportstore.Checksum{}
	for _, row := range rows {
		slot := fmt.Sprint(row.GetLevel(), row.GetHost(), row.GetMinute().AsTime())
		sum := sums[slot]
		sums[slot] = reportstore.Checksum{Lines: sum.Lines + row.GetLines(), XOR: sum.XOR ^ row.GetLineXor()}
	}
	return sums
}

// TestClockJumps: whatever the machine's clock does while lines come, by an hour forward, back or both, with and without a restart, each line is counted
// once at every level, in the slot that it says.
func TestClockJumps(t *testing.T) {
	log := makeLog(t, "vhost-combined", 3000, within(14*time.Second))
	file := log.file()
	want, _ := runBounded(t, traffic.Config{Summarize: sitesConfig("vhost-combined"), Levels: allLevels}, file, 1)
	for name, jumps := range map[string][]time.Duration{
		"forward": {time.Hour}, "back": {-time.Hour}, "forward and back": {time.Hour, -time.Hour}, "back and forward": {-time.Hour, time.Hour}, "a day": {24 * time.Hour, -24 * time.Hour},
	} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, restart %t", name, restart), func(t *testing.T) {
				b := newLiveBox(t, sitesConfig("vhost-combined"))
				b.now = b.now.Add(2 * time.Hour)
				piece := len(file)/(len(jumps)+1) + 1
				for i := 0; i <= len(jumps); i++ {
					b.write(file[i*piece : min((i+1)*piece, len(file))])
					b.settle()
					if i == len(jumps) {
						break
					}
					b.now = b.now.Add(jumps[i])
					if restart {
						b.stop()
						b.start()
					}
					b.settle()
				}
				b.closeAll()
				b.closeAll()
				closedWith(t, b, want.rows)
			})
		}
	}
}

// closedWith wants that every slot is closed, with the very lines of some rows.
func closedWith(t *testing.T, b *liveBox, want []*schemas.TrafficReport) {
	t.Helper()
	var rows []*schemas.TrafficReport
	for _, r := range b.rows() {
		if r.Kind == reportstore.Provisional {
			t.Errorf("%v is still open", windowOf(r.Report))
		}
		rows = append(rows, r.Report)
	}
	if got := lineSums(rows); !maps.Equal(got, lineSums(want)) {
		t.Errorf("slots have other lines: %d rows, want those of %d", len(rows), len(want))
	}
}

// TestClockIsPutBackBeforeLinesAreRead: lines from before the clock was put back are not from the future, however long they wait to be read.
func TestClockIsPutBackBeforeLinesAreRead(t *testing.T) {
	made := makeLog(t, "vhost-combined", 3000, within(14*time.Second))
	log := made.file()
	half := bytes.IndexByte(log[len(log)/2:], '\n') + len(log)/2 + 1
	after := fmt.Appendf(nil, "www.example.org:443 198.51.100.7 - - [%s] \"GET / HTTP/1.1\" 200 512 \"-\" \"curl/8.5\"\n",
		midnight.Add(-55*time.Minute).Format("02/Jan/2006:15:04:05 -0700"))
	want, _ := runBounded(t, traffic.Config{Summarize: sitesConfig("vhost-combined"), Levels: allLevels}, slices.Concat(log, after), 1)
	for name, parts := range map[string]struct{ before, unread, after []byte }{
		"a log of before":         {nil, log, nil},
		"a log that goes on":      {log[:half], log[half:], after},
		"a log of before goes on": {log[:half], log[half:], nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newLiveBox(t, sitesConfig("vhost-combined"))
			b.now = midnight.Add(4 * time.Minute)
			b.write(parts.before)
			b.settle()
			b.write(parts.unread)
			b.now = b.now.Add(-time.Hour)
			if parts.after != nil {
				b.write(parts.after)
			}
			b.stop()
			b.start()
			b.settle()
			if parts.after == nil {
				b.write(after)
			}
			b.now = b.now.Add(time.Hour)
			b.settle()
			b.closeAll()
			b.closeAll()
			closedWith(t, b, want.rows)
		})
	}
}

// TestTimeOfAFileIsNonsense: it neither stops the run nor costs a line.
func TestTimeOfAFileIsNonsense(t *testing.T) {
	made := makeLog(t, "vhost-combined", 500, within(14*time.Second))
	log := made.file()
	want, _ := runBounded(t, traffic.Config{Summarize: sitesConfig("vhost-combined"), Levels: allLevels}, log, 1)
	for _, year := range []int{1901, 2400} {
		b := newLiveBox(t, sitesConfig("vhost-combined"))
		b.write(log)
		if at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); os.Chtimes(b.path, at, at) != nil {
			t.Skip("the disk knows no such time")
		}
		b.settle()
		b.closeAll()
		sameOutcome(t, fmt.Sprint("a file of the year ", year), want, liveOutcome(t, b))
	}
}
