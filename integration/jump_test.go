package integration

import (
	"fmt"
	"maps"
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
				var rows []*schemas.TrafficReport
				for _, r := range b.rows() {
					if r.Kind == reportstore.Provisional {
						t.Errorf("%v is still open", windowOf(r.Report))
					}
					rows = append(rows, r.Report)
				}
				if got := lineSums(rows); !maps.Equal(got, lineSums(want.rows)) {
					t.Errorf("slots have other lines: %d rows, want those of %d", len(rows), len(want.rows))
				}
			})
		}
	}
}
