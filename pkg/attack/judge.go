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

// Judge holds a closed minute of a site against what is usual there. r is the sum of the minute's rows; a minute without any is an empty report with host
// and minute. Minutes come in order and without gaps. finding is nil where nothing is off, and where there is less than an hour of history. b stays as it
// is.
func Judge(b *schemas.Baseline, r *schemas.TrafficReport) (next *schemas.Baseline, finding *schemas.Finding) {
	if b.GetVersion() == version {
		next = proto.CloneOf(b)
	} else {
		next = NewBaseline()
	}
	minute := r.Minute.AsTime()
	if before := next.Minute.AsTime(); next.Minute != nil && before.Truncate(time.Hour) != minute.Truncate(time.Hour) {
		endHour(next, hourOfWeek(before))
	}
	next.Minute = timestamppb.New(minute)
	if next.Learned >= history {
		finding = judge(next, r, minute)
	}
	follow(next, finding, minute)
	if next.CaseStarted == nil {
		learnMinute(next, r)
	}
	return next, finding
}

// hourOfWeek counts from Monday 0:00 UTC on.
func hourOfWeek(t time.Time) int {
	t = t.UTC()
	return (int(t.Weekday())+6)%7*24 + t.Hour()
}

func judge(b *schemas.Baseline, r *schemas.TrafficReport, minute time.Time) *schemas.Finding {
	v := look(b, r.Requests)
	if f := stopped(b, r, &v); f != nil {
		return f
	}
	s := signsOf(b, r, &v, hourOfWeek(minute))
	points := int32(0)
	for _, e := range s.evidence {
		points += e.Points
	}
	verdict := verdictOf(points)
	if s.originTrouble && !s.mixChanged {
		verdict = schemas.Verdict_VERDICT_WATCH // the site fails by itself: that is worth a word, and no attack
	}
	if verdict <= schemas.Verdict_VERDICT_NORMAL && !s.crowd {
		return nil
	}
	return &schemas.Finding{Host: r.Host, Minute: r.Minute, Verdict: verdict, Kind: s.kind(&v), Points: points,
		Confidence: 1 - math.Exp(-math.Max(float64(points), 0)/5), Requests: r.Requests, NormalRequests: v.normal,
		Evidence: s.evidence, Standouts: s.standouts}
}

// verdictOf reads the points.
func verdictOf(points int32) schemas.Verdict {
	switch {
	case points >= 8:
		return schemas.Verdict_VERDICT_ATTACK
	case points >= 5:
		return schemas.Verdict_VERDICT_SUSPECTED
	case points >= 3:
		return schemas.Verdict_VERDICT_WATCH
	}
	return schemas.Verdict_VERDICT_NORMAL
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
func learnMinute(b *schemas.Baseline, r *schemas.TrafficReport) {
	if silent(b) {
		return // an outage is no habit
	}
	learnVolume(b, r.Requests)
	b.Learned++
	if r.Requests < leastMix {
		return
	}
	for _, list := range lists {
		if mix := mixOf(r, list); mix != nil {
			if b.Shares == nil {
				b.Shares = map[string]*schemas.Shares{}
			}
			b.Shares[list] = learnShares(b.Shares[list], mix)
		}
	}
	for _, q := range quantities {
		if x, ok := q.of(r); ok {
			level := q.level(b)
			*level = learn(*level, x)
		}
	}
}
