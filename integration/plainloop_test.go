package integration

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/schemas"
)

// window is what one row stands for.
type window struct {
	level string
	host  string
	start time.Time
}

func (w window) String() string {
	return fmt.Sprintf("%s, %s of %s", w.host, w.level, w.start.Format(time.RFC3339))
}

// outcome is what a run gives, whatever ran it: the rows in order of window, and the dead lines and their bytes by reason.
type outcome struct {
	rows []*schemas.TrafficReport
	dead map[string][2]int64
}

func newOutcome(rows []*schemas.TrafficReport) outcome {
	slices.SortStableFunc(rows, func(a, b *schemas.TrafficReport) int {
		return cmp.Or(strings.Compare(a.GetLevel(), b.GetLevel()), strings.Compare(a.GetHost(), b.GetHost()), a.GetMinute().AsTime().Compare(b.GetMinute().AsTime()))
	})
	return outcome{rows: rows, dead: map[string][2]int64{}}
}

func (o *outcome) bury(reason string, lines, bytes int64) {
	sum := o.dead[reason]
	o.dead[reason] = [2]int64{sum[0] + lines, sum[1] + bytes}
}

func windowOf(row *schemas.TrafficReport) window {
	return window{row.GetLevel(), row.GetHost(), row.GetMinute().AsTime()}
}

// plainLoop is the graph without Beam: it deals blocks out to summarizers, flushes them now and then, and merges what they give. How it splits and
// orders the work is drawn from rng.
type plainLoop struct {
	t       *testing.T
	cfg     summarize.Config
	workers int
	rng     *rand.Rand
}

// piece is what one bundle knows of one host and minute, as it travels.
type piece struct {
	host    string
	start   time.Time
	encoded []byte
}

// run returns the rows of the levels minute, hour and day, and what became of the lines.
func (p *plainLoop) run(blocks []logentry.Block) (outcome, summarize.Counts) {
	p.t.Helper()
	var pieces []piece
	var dead []logentry.DeadLetter
	var counts summarize.Counts
	for _, share := range p.deal(blocks) {
		s, err := summarize.New(&p.cfg)
		if err != nil {
			p.t.Fatal(err)
		}
		pieces = append(pieces, p.bundles(s, share, func(d logentry.DeadLetter) { dead = append(dead, d) })...)
		c := s.Counts()
		counts.Add(&c)
	}
	out := newOutcome(p.levels(pieces))
	for _, d := range dead {
		out.bury(d.Reason.String(), d.Lines, d.Length)
	}
	return out, counts
}

// deal gives each worker a share of the blocks in an order of its own.
func (p *plainLoop) deal(blocks []logentry.Block) [][]logentry.Block {
	shares := make([][]logentry.Block, p.workers)
	order := p.rng.Perm(len(blocks))
	if p.workers == 1 {
		slices.Sort(order) // as a single reader would
	}
	for _, i := range order {
		w := p.rng.IntN(p.workers)
		shares[w] = append(shares[w], blocks[i])
	}
	return shares
}

// bundles takes in a share and flushes after about every fourth block, if there is more than one worker.
func (p *plainLoop) bundles(s *summarize.Summarizer, share []logentry.Block, dead func(logentry.DeadLetter)) (pieces []piece) {
	flush := func() {
		s.Flush(func(host string, minute int64, sum *report.Summary) {
			pieces = append(pieces, piece{host, time.Unix(minute*60, 0).UTC(), sum.AppendBinary(nil)})
		})
	}
	for i := range share {
		s.Add(&share[i], dead)
		if p.workers > 1 && p.rng.IntN(4) == 0 {
			flush()
		}
	}
	flush()
	return pieces
}

// levels makes the rows of each level from those of the one below.
func (p *plainLoop) levels(pieces []piece) (rows []*schemas.TrafficReport) {
	for _, level := range []struct {
		name string
		size time.Duration
	}{{traffic.Minute, time.Minute}, {traffic.Hour, time.Hour}, {traffic.Day, 24 * time.Hour}} {
		merged := p.merge(pieces, level.name, level.size)
		pieces = pieces[:0]
		for _, w := range sortedWindows(merged) {
			rows = append(rows, merged[w].Report(w.host, w.start, w.level))
			pieces = append(pieces, piece{w.host, w.start, merged[w].AppendBinary(nil)})
		}
	}
	return rows
}

// merge joins the pieces of each window in any order.
func (p *plainLoop) merge(pieces []piece, level string, size time.Duration) map[window]*report.Summary {
	merged := map[window]*report.Summary{}
	for _, i := range p.rng.Perm(len(pieces)) {
		w := window{level, pieces[i].host, pieces[i].start.Truncate(size)}
		sum, err := report.Decode(pieces[i].encoded)
		if err != nil {
			p.t.Fatal(err)
		}
		if merged[w] == nil {
			merged[w] = report.New(p.cfg.K)
		}
		merged[w].Merge(sum)
	}
	return merged
}

func sortedWindows[V any](m map[window]V) []window {
	return slices.SortedFunc(maps.Keys(m), func(a, b window) int {
		return cmp.Or(strings.Compare(a.level, b.level), strings.Compare(a.host, b.host), a.start.Compare(b.start))
	})
}

// fileBlocks cuts a file into blocks of whole lines of about size bytes; size 1 makes a block of each line, as do the first 4 KiB.
func fileBlocks(t *testing.T, file []byte, size int) (blocks []logentry.Block) {
	t.Helper()
	key := lineKey(t)
	for off := 0; off < len(file); {
		end := min(off+size, len(file))
		if off < logentry.IdentityBytes {
			end = off + 1
		}
		if i := bytes.IndexByte(file[end-1:], '\n'); i >= 0 {
			end += i
		}
		identity := logentry.FileIdentity(key, file[:min(end, logentry.IdentityBytes)])
		blocks = append(blocks, logentry.Block{Data: file[off:end], Offset: int64(off), File: identity})
		off = end
	}
	return blocks
}

// messageBlocks makes a block of each line as a transport with ids and arrival times gives it.
func (l *testLog) messageBlocks() (blocks []logentry.Block) {
	for i, line := range l.lines {
		blocks = append(blocks, logentry.Block{Data: line.text, ID: testMessageID(i), Arrival: line.arrival.UnixNano()})
	}
	return blocks
}

func testMessageID(i int) string { return fmt.Sprintf("message-%d", i) }

// lineKey is the key of line ids under testKeys.
func lineKey(t *testing.T) logentry.Key {
	t.Helper()
	keys, err := privacy.NewKeys(testKeys())
	if err != nil {
		t.Fatal(err)
	}
	return summarize.LineKey(keys)
}
