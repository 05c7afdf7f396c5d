package integration

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// TestEveryLineIsAccountedFor: each line of a file is in a row, a dead letter, or left out by the run's limits and counted, and the XOR of the ids of
// the lines in the rows is that of the file's own lines, however the file is split.
func TestEveryLineIsAccountedFor(t *testing.T) {
	for _, format := range []string{"gcp", "vhost-combined"} {
		log := makeLog(t, format, 3000, within(1))
		file := log.file()
		for name, limit := range map[string]func(*summarize.Config){
			"all":            func(*summarize.Config) {},
			"until midnight": func(c *summarize.Config) { c.To = midnight },
			"one host":       func(c *summarize.Config) { c.Hosts = []string{"two.example.net"} },
		} {
			for _, branches := range []int{1, 3} {
				t.Run(fmt.Sprintf("%s, %s, %d branches", format, name, branches), func(t *testing.T) {
					cfg := sitesConfig(format)
					limit(&cfg)
					out, counts := runBounded(t, traffic.Config{Summarize: cfg, Levels: allLevels}, file, branches)
					checkAccount(t, &log, out, counts)
					checkIDs(t, &log, cfg, out)
				})
			}
		}
	}
}

// checkAccount: lines = rows' lines + dead letters + what was left out, at each level.
func checkAccount(t *testing.T, log *testLog, out outcome, counts summarize.Counts) {
	t.Helper()
	dead := int64(0)
	for reason, sum := range out.dead {
		dead += sum[0]
		if counts.Dead[reasonNamed(t, reason)] != sum[0] {
			t.Errorf("%d lines are counted as %s, the dead letters have %d", counts.Dead[reasonNamed(t, reason)], reason, sum[0])
		}
	}
	if dead != log.bad() {
		t.Errorf("%d lines are in dead letters, %d are no requests", dead, log.bad())
	}
	if counts.Lines != int64(len(log.lines)) || counts.Entries != counts.Lines-dead {
		t.Errorf("%d lines and %d entries are counted, want %d and %d", counts.Lines, counts.Entries, len(log.lines), int64(len(log.lines))-dead)
	}
	for level, sum := range byLevel(out) {
		if sum.lines != counts.Entries-counts.OutsideRange-counts.OtherHost {
			t.Errorf("the rows of level %s have %d lines, want %d entries - %d outside of the range - %d of other hosts", level, sum.lines, counts.Entries,
				counts.OutsideRange, counts.OtherHost)
		}
	}
}

func reasonNamed(t *testing.T, name string) logentry.Reason {
	t.Helper()
	for r := range logentry.ReasonCount {
		if r.String() == name {
			return r
		}
	}
	t.Fatalf("no reason is called %s", name)
	return 0
}

func (l *testLog) bad() (n int64) {
	for _, line := range l.lines {
		if line.bad {
			n++
		}
	}
	return n
}

func byLevel(out outcome) map[string]totals {
	sums := map[string]totals{}
	for _, row := range out.rows {
		sum := sums[row.GetLevel()]
		sums[row.GetLevel()] = totals{sum.lines + row.GetLines(), sum.xor ^ row.GetLineXor()}
	}
	return sums
}

// checkIDs works the XOR out from the file alone.
func checkIDs(t *testing.T, log *testLog, cfg summarize.Config, out outcome) {
	t.Helper()
	want := totals{}
	key, file, offset := lineKey(t), log.file(), int64(0)
	for _, line := range log.lines {
		identity := logentry.FileIdentity(key, file[:min(offset+int64(len(line.text)), logentry.IdentityBytes)])
		if !line.bad && (cfg.To.IsZero() || line.time.Before(cfg.To)) && (len(cfg.Hosts) == 0 || siteNames[line.host] == cfg.Hosts[0]) {
			want.lines++
			if log.format == "gcp" {
				want.xor ^= logentry.MessageID(key, insertID(t, line.text))
			} else {
				want.xor ^= logentry.LineID(key, identity, offset)
			}
		}
		offset += int64(len(line.text))
	}
	for level, sum := range byLevel(out) {
		if sum != want {
			t.Errorf("level %s has lines and XOR %v, the file has %v", level, sum, want)
		}
	}
}

func insertID(t *testing.T, line []byte) []byte {
	t.Helper()
	var entry struct {
		InsertID string `json:"insertId"`
	}
	if err := json.Unmarshal(line, &entry); err != nil || entry.InsertID == "" {
		t.Fatal("a line without an insertId: ", err)
	}
	return []byte(entry.InsertID)
}
