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
	fitted := flag.Int("fit", 6, "how many seeds, from 1 on, points are fitted on; 0: none")
	list := flag.Bool("list", false, "write a line for each outcome, not the report")
	flag.Parse()
	outcomes, err := evaluate(*seeds, *first, *only, pasts)
	exitOn(err)
	if *list {
		writeList(os.Stdout, outcomes)
		return
	}
	learned, err := evaluate(*fitted, 1, *only, []*past{calm})
	exitOn(err)
	writeReport(os.Stdout, outcomes, learned, *seeds, *first)
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "evaluate:", err)
		os.Exit(1)
	}
}

// job is one site with one seed and one past, with all that happens to it.
type job struct {
	seed uint64
	rate float64
	past *past
}

func evaluate(seeds int, first uint64, only string, pasts []*past) ([]*outcome, error) {
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
	for seed := range seeds {
		for _, rate := range slices.Backward(sizes) {
			for _, past := range pasts {
				if seed < past.seeds && rate <= past.fastest {
					jobs <- job{first + uint64(seed), rate, past}
				}
			}
		}
	}
	close(jobs)
	wg.Wait()
	slices.SortFunc(outcomes, compareOutcomes)
	return outcomes, failed
}

func (j job) run(only string) (outcomes []*outcome, err error) {
	var some []*scenario
	for i := range scenarios {
		if s := &scenarios[i]; s.past == j.past && strings.Contains(s.name, only) {
			some = append(some, s)
		}
	}
	if len(some) == 0 {
		return nil, nil
	}
	w, err := newWorld(j.seed, j.rate, j.past)
	if err != nil {
		return nil, err
	}
	state, banners, strange, err := w.learn()
	if err != nil {
		return nil, err
	}
	before, err := w.before()
	if err != nil {
		return nil, err
	}
	for _, s := range some {
		o, err := w.run(s, state, before)
		if err != nil {
			return nil, fmt.Errorf("%s, seed %d: %w", s.name, j.seed, err)
		}
		o.pastBanners, o.pastStrange = banners, strange
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
	err = w.generate(nil, begin.Add(-time.Hour), func(line []byte, r *loggen.Request) { p.add(r.Time/60e9, line) })
	p.flush()
	return learnUsual(counts), err
}
