// Package ruletest says what a rule of Cloud Armor would have met in access logs: how many requests of each class of clients, and of how many
// addresses. It reads the logs in this process, keeps addresses in memory only, and gives out nothing but counts. It judges no rule, and what a line
// does not tell is undecided, not unmet.
package ruletest

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/geo"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
)

// Job is what a rule is tested on.
type Job struct {
	Rule     *cloudarmor.Expression
	Sources  []logentry.Source
	Branches [][]logsource.Range // read side by side
	Stdin    io.Reader           // what a range of standard input is read from
	// Sites are the known hosts: name or alias → the name that Hosts has. Optional.
	Sites map[string]string
	// Hosts are the only sites that count. Empty: all.
	Hosts []string
	// From (included) and To (excluded) limit the times that count. Zero: no limit.
	From, To time.Time
	// Now is the run's start: what lies far behind it is no entry. Required.
	Now time.Time
	// CountryDB and NetworkDB are .mmdb files in place of the built-in database. Optional.
	CountryDB, NetworkDB string
	// Progress is told how many bytes on disk and lines are read. Optional.
	Progress func(bytes, lines int64)
}

// Run reads the logs and counts. What could not be read to its end is among the result's problems; the error says that nothing could be counted.
func Run(ctx context.Context, j *Job) (*Result, error) {
	db, err := geo.Open(j.CountryDB, j.NetworkDB)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	r := &run{job: j, result: &Result{}, addresses: newAddresses(maxAddresses)}
	testers := make([]*tester, len(j.Branches))
	for i := range testers {
		if testers[i], err = newTester(j, db, r.addresses); err != nil {
			return nil, err
		}
	}
	var all sync.WaitGroup
	for i, ranges := range j.Branches {
		all.Go(func() { r.branch(ctx, ranges, testers[i]) })
	}
	all.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, t := range testers {
		r.result.add(t)
	}
	r.result.finish(r.addresses)
	return r.result, nil
}

// run is what the branches share.
type run struct {
	job       *Job
	addresses *addresses

	mu     sync.Mutex
	result *Result
	bytes  int64 // on disk
	lines  int64
}

// branch reads ranges, one after another.
func (r *run) branch(ctx context.Context, ranges []logsource.Range, t *tester) {
	told := int64(0)
	progress := func(bytes int64) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.bytes += bytes
		r.lines += t.counts.Lines - told
		told = t.counts.Lines
		if r.job.Progress != nil {
			r.job.Progress(r.bytes, r.lines)
		}
	}
	for _, piece := range ranges {
		err := logsource.ReadRange(ctx, piece, logsource.Options{Stdin: r.job.Stdin, Progress: progress}, func(b *logentry.Block) error {
			t.add(b)
			return nil
		})
		if ctx.Err() != nil {
			return
		}
		r.note(err)
	}
}

// note keeps what reading a range came to.
func (r *run) note(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var trailing *logsource.TrailingError
	if errors.As(err, &trailing) {
		r.result.Remarks = append(r.result.Remarks, err.Error())
		return
	}
	r.result.Problems = append(r.result.Problems, err.Error())
}
