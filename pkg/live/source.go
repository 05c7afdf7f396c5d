package live

import (
	"cmp"
	"errors"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// source is a Source with how far it was read.
type source struct {
	*Source
	read    logsource.Cursor
	state   reportstore.SourceState
	saved   reportstore.SourceState // as the store has it
	unread  []logsource.Unread      // what can be read, the earliest in time first
	heard   time.Time               // when it last had something to read, by the clock of this machine
	sliced  time.Time               // when its last slice began
	behind  time.Time               // time of the first line that is not read; zero where all is
	unclear string                  // why some of it cannot be read
	damage  string                  // why some of it was not read to its end
}

func newSource(cfg *Source, state *reportstore.State) *source {
	s := &source{Source: cfg, read: logsource.Cursor{}, state: reportstore.SourceState{Source: cfg.Name, Dead: map[string]int64{}}}
	for _, e := range state.Cursor {
		if e.Source == cfg.Name {
			s.read.Add(e.File, logsource.Span{From: e.From, To: e.To})
		}
	}
	for i := range state.Sources {
		if state.Sources[i].Source == cfg.Name {
			s.state, s.saved = state.Sources[i], state.Sources[i]
		}
	}
	if s.state.Dead == nil {
		s.state.Dead = map[string]int64{}
	}
	return s
}

// scan looks at every source for what is not read.
func (r *Run) scan(now time.Time) {
	for _, s := range r.sources {
		unread, problems := s.Scan(s.read, now)
		s.unread, s.behind, s.unclear = s.unread[:0], time.Time{}, ""
		s.state.Behind, s.state.Oldest = 0, time.Time{}
		for _, err := range problems {
			s.unclear = err.Error()
		}
		var foreign error
		for i := range unread {
			foreign = cmp.Or(r.consider(s, &unread[i], now), foreign)
		}
		if foreign != nil && len(s.unread) == 0 && s.state.Lines == 0 {
			s.unclear = foreign.Error() // beside access logs it is left out, such as an error log in the same folder
		}
		s.order(r)
		s.state.Problem = cmp.Or(s.unclear, s.damage)
	}
}

// consider adds a stretch to what can be read of a source, if it can. foreign says that the file is no access log.
func (r *Run) consider(s *source, u *logsource.Unread, now time.Time) (foreign error) {
	f, err := r.open(s, u)
	var unknown *logentry.UnknownFormatError
	if errors.As(err, &unknown) {
		return err
	}
	if s.state.Oldest.IsZero() || u.Since.Before(s.state.Oldest) {
		s.state.Oldest = u.Since
	}
	s.state.Behind += u.Bytes
	if err != nil {
		s.unclear = err.Error()
		return nil
	}
	s.heard = now
	f.begins(u)
	s.unread = append(s.unread, *u)
	return nil
}

// next returns the source whose turn it is, nil where there is nothing to read.
func (r *Run) next(now time.Time) *source {
	for i := range r.sources {
		s := r.sources[(r.turn+i)%len(r.sources)]
		if len(s.unread) == 0 || now.Sub(s.sliced) < pause && s.state.Behind < sliceBytes {
			continue
		}
		r.turn = (r.turn + i + 1) % len(r.sources)
		s.sliced = now
		return s
	}
	return nil
}

// frontierOf returns how far a source has come in the time of its lines: to the first line that is not read; where all is read, to the latest line,
// and after some silence to now, so that a source without traffic holds nothing back.
func (r *Run) frontierOf(now time.Time) func(name string) time.Time {
	frontiers := map[string]time.Time{}
	for _, s := range r.sources {
		f := s.state.Frontier
		switch {
		case !s.behind.IsZero():
			f = s.behind
		case now.Sub(s.heard) >= r.cfg.Idle:
			f = now
		}
		if f.After(now) {
			f = now // a clock that is ahead closes nothing early
		}
		frontiers[s.Name] = f
	}
	return func(name string) time.Time {
		if f, ok := frontiers[name]; ok {
			return f
		}
		return now // a source that is configured no more
	}
}

// states returns what is to be remembered of the sources.
func (r *Run) states() []reportstore.SourceState {
	states := make([]reportstore.SourceState, len(r.sources))
	for i, s := range r.sources {
		states[i] = s.state
		s.saved = s.state
	}
	return states
}

// statesChanged tells whether something that people see of a source is not in the store.
func (r *Run) statesChanged() bool {
	for _, s := range r.sources {
		if s.state.Problem != s.saved.Problem || (s.state.Behind == 0) != (s.saved.Behind == 0) {
			return true
		}
	}
	return false
}
