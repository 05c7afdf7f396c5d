package transform

import (
	"context"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/mtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

func init() {
	register.DoFn5x1[context.Context, logentry.Block, func(beam.EventTime, string, []byte), func(beam.EventTime, string, []byte), func(logentry.DeadLetter), error](&summarizeFn{})
	register.Emitter3[beam.EventTime, string, []byte]()
	register.Emitter1[logentry.DeadLetter]()
}

// softLimit is how many bytes of summaries one bundle gathers before it hands them over. Smaller: more to shuffle and merge; larger: more
// memory, as each branch gathers on its own.
const softLimit = 24 << 20

// blocksPerCheck is how many blocks pass between two looks at the limit.
const blocksPerCheck = 32

// linesOfLarge is how many lines a bundle has after which making a summarizer anew, with empty caches, costs nothing to speak of.
const linesOfLarge = 200_000

// summarizeFn parses blocks and gathers summaries inside the bundle. It stands before any windowing, so what it emits at the bundle's end
// carries the time of its own lines' minute: while a bundle is open the watermark cannot pass them.
type summarizeFn struct {
	Config summarize.Config
	// Visible asks for each host's distinct clients too, from which the hosts that may be named are found (bounded runs without a site list).
	Visible bool

	summarizer *summarize.Summarizer // nil until a bundle begins
	reported   summarize.Counts      // already added to the metrics
	begun      int64                 // its lines before this bundle
	blocks     int
}

// Setup reports a configuration that is wrong before any input is read.
func (f *summarizeFn) Setup() error { return f.prepare() }

// StartBundle makes a summarizer where the last bundle left none.
func (f *summarizeFn) StartBundle(_ context.Context, _, _ func(beam.EventTime, string, []byte), _ func(logentry.DeadLetter)) error {
	if f.summarizer != nil {
		f.begun = f.summarizer.Lines()
		return nil
	}
	f.begun = 0
	return f.prepare()
}

// prepare opens the lookups and the parsers.
func (f *summarizeFn) prepare() error {
	cfg := f.Config
	keys, err := processKeys()
	if err != nil {
		return err
	}
	cfg.Keys = keys
	if f.summarizer, err = summarize.New(&cfg); err != nil {
		return fmt.Errorf("setting up the parsers: %w", err)
	}
	return nil
}

// ProcessElement takes in one block.
func (f *summarizeFn) ProcessElement(_ context.Context, b logentry.Block, emit, clients func(beam.EventTime, string, []byte), dead func(logentry.DeadLetter)) error {
	before := f.summarizer.Lines()
	f.summarizer.Add(&b, dead)
	f.blocks++
	progressLines.Add(f.summarizer.Lines() - before)
	if f.blocks%blocksPerCheck == 0 && f.summarizer.Size() > softLimit {
		f.hand(f.summarizer.FlushOld, emit, clients)
		if f.summarizer.Size() > softLimit {
			f.hand(f.summarizer.Flush, emit, clients)
		}
	}
	return nil
}

// FinishBundle hands over what the bundle gathered. After a large bundle it lets go of the caches: nothing may be left to read, and what comes after the
// last line needs the memory.
func (f *summarizeFn) FinishBundle(ctx context.Context, emit, clients func(beam.EventTime, string, []byte), _ func(logentry.DeadLetter)) error {
	f.hand(f.summarizer.Flush, emit, clients)
	f.reported = reportCounts(ctx, f.summarizer.Counts(), f.reported)
	if f.summarizer.Lines()-f.begun > linesOfLarge {
		f.summarizer, f.reported = nil, summarize.Counts{}
	}
	return nil
}

// hand hands summaries over as flush gives them.
func (f *summarizeFn) hand(flush func(func(string, int64, *report.Summary)), emit, clients func(beam.EventTime, string, []byte)) {
	flush(func(host string, minute int64, sum *report.Summary) {
		if f.Visible {
			clients(mtime.MinTimestamp, host, sum.ClientSet())
		}
		emit(f.eventTime(minute), host, encodeSummary(sum))
	})
}

// eventTime is the minute's last instant: never before the element's own time, so a watermark that has passed the minute's beginning does no
// harm. Where hosts are still to be hidden it is the beginning of time; see HideHosts.
func (f *summarizeFn) eventTime(minute int64) beam.EventTime {
	if f.Visible {
		return mtime.MinTimestamp
	}
	return endOfMinute(minute)
}

func endOfMinute(minute int64) beam.EventTime { return mtime.FromMilliseconds(minute*60_000 + 59_999) }

// Parsed is what Summarize gives.
type Parsed struct {
	Summaries   []beam.PCollection // KV<host, encoded summary>, one or more per host, minute and bundle: at the end of their minute, or without a time where hosts are to be hidden
	Clients     beam.PCollection   // KV<host, client set>, where asked for
	DeadLetters beam.PCollection   // logentry.DeadLetter
}

// Summarize parses blocks and gathers summaries in each bundle. Each of blocks is a PCollection<logentry.Block>.
func Summarize(s beam.Scope, cfg summarize.Config, visible bool, blocks ...beam.PCollection) Parsed {
	s = s.Scope("transform.Summarize")
	var sums, clients, dead []beam.PCollection
	for _, b := range blocks {
		x, y, z := beam.ParDo3(s, &summarizeFn{Config: cfg, Visible: visible}, b)
		sums, clients, dead = append(sums, x), append(clients, y), append(dead, z)
	}
	return Parsed{sums, Flatten(s, clients...), Flatten(s, dead...)}
}

// Flatten is beam.Flatten without a step of its own where there is nothing to do.
func Flatten(s beam.Scope, cols ...beam.PCollection) beam.PCollection {
	if len(cols) == 1 {
		return cols[0]
	}
	return beam.Flatten(s, cols...)
}
