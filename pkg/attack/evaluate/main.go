// Command evaluate measures how well attacks are found: scenarios of pkg/loggen on sites of three sizes, with many seeds, through the parser, the summaries
// and the judge of the pipeline, held against the generator's truth and against what people use today. It writes the report that is kept in EVALUATION.md.
// It is no part of the program.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

var verbose = flag.Bool("v", false, "write every finding")

func main() {
	seeds := flag.Int("seeds", 30, "how many seeds")
	first := flag.Uint64("first", 1001, "the first seed; those below 1000 are for fitting")
	only := flag.String("only", "", "only scenarios with this in their names")
	list := flag.Bool("list", false, "write a line for each outcome, not the report")
	flag.Parse()
	outcomes, err := evaluate(*seeds, *first, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "evaluate:", err)
		os.Exit(1)
	}
	if *list {
		writeList(os.Stdout, outcomes)
		return
	}
	writeReport(os.Stdout, outcomes, *seeds, *first)
}

// job is one site with one seed, with all that happens to it.
type job struct {
	seed uint64
	rate float64
}

func evaluate(seeds int, first uint64, only string) ([]*outcome, error) {
	jobs := make(chan job)
	var mu sync.Mutex
	var outcomes []*outcome
	var failed error
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for j := range jobs {
				found, err := j.run(only)
				mu.Lock()
				outcomes = append(outcomes, found...)
				if err != nil {
					failed = err
				}
				mu.Unlock()
			}
		})
	}
	for seed := range uint64(seeds) {
		for _, rate := range slices.Backward(sizes) {
			jobs <- job{first + seed, rate}
		}
	}
	close(jobs)
	wg.Wait()
	slices.SortFunc(outcomes, compareOutcomes)
	return outcomes, failed
}

func (j job) run(only string) (outcomes []*outcome, err error) {
	w, err := newWorld(j.seed, j.rate)
	if err != nil {
		return nil, err
	}
	state, err := w.learn()
	if err != nil {
		return nil, err
	}
	before, err := w.before()
	if err != nil {
		return nil, err
	}
	for i := range scenarios {
		s := &scenarios[i]
		if !strings.Contains(s.name, only) {
			continue
		}
		o, err := w.run(s, state, before)
		if err != nil {
			return nil, fmt.Errorf("%s, seed %d: %w", s.name, j.seed, err)
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, nil
}

// before is what other ways to tell abusers learn from the hour before.
func (w *world) before() (*usual, error) {
	var counts []float64
	p, err := w.pipeline(func(_ time.Time, sum *report.Summary, _ *schemas.Observation) {
		sum.EachClient(func(c *report.Client) { counts = append(counts, float64(c.Requests)) })
	})
	if err != nil {
		return nil, err
	}
	from := begin.Add(history - time.Hour).UnixNano()
	err = w.generate(nil, func(line []byte, r *loggen.Request) error {
		if r.Time >= from {
			p.add(r.Time/60e9, line)
		}
		return nil
	})
	p.flush()
	return learnUsual(counts), err
}
