package attack

import (
	"math"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// quietMinutes without a finding end a case; between two pulses there are fewer.
	quietMinutes = 10
	// prolongedAfter is when a case is said to go on for long.
	prolongedAfter = 24 * time.Hour
	// leastStopped is how many requests a minute a site has usually whose silence is worth a word; stoppedMinutes is how long it must last, and after
	// gaveUp minutes it is what is usual.
	leastStopped   = 20
	stoppedMinutes = 3
	gaveUp         = 24 * 60
)

// Judge holds a closed minute of a site against what is usual there. o.Row is the sum of the minute's rows; a minute without any is an empty report with
// host and minute. Minutes come in order and without gaps. finding is nil where nothing is off. Where there is less than an hour of history the verdict is
// "unknown", unless what single clients do says enough. b and o stay as they are.
func Judge(b *schemas.Baseline, o *schemas.Observation) (next *schemas.Baseline, finding *schemas.Finding) {
	if b.GetVersion() == version {
		next = proto.CloneOf(b)
	} else {
		next = NewBaseline()
	}
	return next, advance(next, o, nil)
}

// advance is Judge where the baseline is not needed as it was. dismissed are kinds that are said to be no attack.
func advance(next *schemas.Baseline, o *schemas.Observation, dismissed map[string]time.Time) (finding *schemas.Finding) {
	minute := o.Row.Minute.AsTime()
	if before := next.Minute.AsTime(); next.Minute != nil && before.Truncate(time.Hour) != minute.Truncate(time.Hour) {
		endHour(next, hourOfWeek(before))
	}
	next.Minute = timestamppb.New(minute)
	if next.Learned >= history {
		finding = judge(next, o, minute)
	} else {
		finding = judgeUnknown(next, o)
	}
	heed(dismissed, finding)
	follow(next, finding, minute)
	if next.CaseStarted == nil {
		learnMinute(next, o)
	}
	return finding
}

// dismissed are the kinds that people said are no attack, as of a minute, and until when. Each word counts from its own minute on, and a later one replaces
// an earlier one on the same kind.
func dismissed(words []*schemas.Word, minute time.Time) map[string]time.Time {
	kinds := map[string]time.Time{}
	for _, w := range words {
		if w.From.AsTime().After(minute) {
			continue
		}
		if delete(kinds, w.Kind); w.Until != nil && minute.Before(w.Until.AsTime()) {
			kinds[w.Kind] = w.Until.AsTime()
		}
	}
	return kinds
}

// heed lowers the verdict on what a person said is no attack.
func heed(dismissed map[string]time.Time, f *schemas.Finding) {
	until, said := dismissed[f.GetKind()]
	if said && f.GetVerdict() > schemas.Verdict_VERDICT_WATCH {
		f.Verdict = schemas.Verdict_VERDICT_WATCH
		f.Evidence = append(f.Evidence, &schemas.Evidence{Signal: "feedback", Words: dismissedWords(until)})
	}
}

// hourOfWeek counts from Monday 0:00 UTC on.
func hourOfWeek(t time.Time) int {
	t = t.UTC()
	return (int(t.Weekday())+6)%7*24 + t.Hour()
}

func judge(b *schemas.Baseline, o *schemas.Observation, minute time.Time) *schemas.Finding {
	v := look(b, o.Row.Requests)
	if f := stopped(b, o.Row, &v); f != nil {
		return f
	}
	s := signsOf(b, o, &v, hourOfWeek(minute))
	points := s.points()
	verdict := s.verdict(points)
	if verdict <= schemas.Verdict_VERDICT_NORMAL && !s.crowd {
		return nil
	}
	f := s.finding(o, verdict, points)
	f.Kind, f.NormalRequests = s.kind(&v), v.normal
	return f
}

// judgeUnknown looks for what needs no history.
func judgeUnknown(b *schemas.Baseline, o *schemas.Observation) *schemas.Finding {
	s := &signs{has: map[string]bool{}}
	v := volume{requests: float64(o.Row.Requests)}
	s.clients(b, o, &v)
	points := s.points()
	if points == 0 {
		return nil
	}
	verdict := schemas.Verdict_VERDICT_UNKNOWN
	if s.accused() {
		verdict = s.verdict(points)
	}
	f := s.finding(o, verdict, points)
	f.Kind = s.kind(&v)
	return f
}

func (s *signs) points() (sum int32) {
	for _, e := range s.evidence {
		sum += e.Points
	}
	return sum
}

func (s *signs) finding(o *schemas.Observation, verdict schemas.Verdict, points int32) *schemas.Finding {
	f := &schemas.Finding{Host: o.Row.Host, Minute: o.Row.Minute, Verdict: verdict, Points: points, Confidence: 1 - math.Exp(-math.Max(float64(points), 0)/5),
		Requests: o.Row.Requests, Evidence: s.evidence, Standouts: s.standouts}
	if clientsKnown(o) {
		var all schemas.ClientGroup
		for label, g := range map[Label]*schemas.ClientGroup{Scanner: o.Clients.Scanners, Guesser: o.Clients.Guessers, Automated: o.Clients.Automated} {
			if !Accused(f, label) {
				continue
			}
			all.Clients, all.Requests = all.Clients+g.GetClients(), all.Requests+g.GetRequests()
		}
		f.AccusedRequests, f.AccusedClients = proto.Int64(all.Requests), proto.Float64(float64(all.Clients)/math.Max(float64(o.Clients.Clients), 1))
	}
	return f
}

// stopped finds that a site which always has traffic has next to none.
func stopped(b *schemas.Baseline, r *schemas.TrafficReport, v *volume) *schemas.Finding {
	if v.normal < leastStopped || v.requests > v.normal/20 {
		b.Stopped = 0
		return nil
	}
	b.Stopped++
	if !silent(b) {
		return nil
	}
	return &schemas.Finding{Host: r.Host, Minute: r.Minute, Verdict: schemas.Verdict_VERDICT_WATCH, Kind: "traffic_stopped", Requests: r.Requests,
		NormalRequests: v.normal, Evidence: []*schemas.Evidence{{Signal: "stopped", Observed: v.requests, Normal: v.normal, Words: stoppedWords(v, b.Stopped)}}}
}

// silent tells whether a site has stopped lately.
func silent(b *schemas.Baseline) bool { return b.Stopped >= stoppedMinutes && b.Stopped <= gaveUp }

// follow opens and ends the case.
func follow(b *schemas.Baseline, f *schemas.Finding, minute time.Time) {
	switch {
	case f.GetVerdict() >= schemas.Verdict_VERDICT_SUSPECTED:
		if b.CaseStarted == nil {
			b.CaseStarted = timestamppb.New(minute)
		}
		b.Quiet = 0
	case b.CaseStarted != nil:
		b.Quiet++
		if b.Quiet >= quietMinutes {
			b.CaseStarted, b.Quiet, b.Ramp, b.Recent = nil, 0, 0, 0
		}
	}
	if f != nil && b.CaseStarted != nil {
		f.Started = b.CaseStarted
		f.Prolonged = minute.Sub(b.CaseStarted.AsTime()) >= prolongedAfter
	}
}

// learnMinute makes a minute part of what is usual.
func learnMinute(b *schemas.Baseline, o *schemas.Observation) {
	if silent(b) {
		return // an outage is no habit
	}
	r := o.Row
	learnVolume(b, r.Requests)
	b.Learned++
	for _, q := range quantities {
		x, ok := q.of(o)
		if !ok {
			continue
		}
		level, weight := q.level(b), 1.0
		if q.share {
			weight = math.Min(1, float64(r.Requests)/leastMix)
		}
		*level = learn(*level, x, weight)
	}
	learnMixes(b, o)
}

func learnMixes(b *schemas.Baseline, o *schemas.Observation) {
	if b.Shares == nil {
		b.Shares = map[string]*schemas.Shares{}
	}
	sampled := sizeOf(o.Sample)
	for _, list := range append([]string{kindsOfPath}, lists...) {
		if sampled > 0 {
			key := sampledList(list)
			b.Shares[key] = learnSample(b.Shares[key], sampleMix(o.Sample, list), sampled)
		}
		if mix := mixOf(o.Row, list); mix != nil && o.Row.Requests >= leastMix {
			b.Shares[list] = learnShares(b.Shares[list], mix)
		}
	}
}
