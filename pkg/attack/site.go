package attack

import (
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// minedMinutes is how many of a case's last minutes rules are made from.
const minedMinutes = 5

// Site judges one site's minutes in order, and looks for rules while a case is open. It is a function of the minutes that it was given.
type Site struct {
	host string
	// read tells whether any line, of whatever site, is there of a minute: where there is none, nothing was logged or nothing was read, and the silence
	// says nothing about the site.
	read func(minute time.Time) bool
	// allowed tells why no proxy can be told some conditions; nil where it can.
	allowed                  func(host string, conditions []*schemas.Condition) error
	baseline                 *schemas.Baseline
	usual, protected, attack *memory
	minutes                  []*schemas.CaseMinute // of the open case, the latest last
	literals                 []*schemas.Recommendation
	words                    []*schemas.Word
}

// NewSite starts without history. allowed tells why a rule of some conditions cannot be said to any proxy; nil: it can.
func NewSite(host string, read func(minute time.Time) bool, allowed func(host string, conditions []*schemas.Condition) error) *Site {
	return ResumeSite(host, &schemas.SiteState{}, read, allowed)
}

// ResumeSite goes on from a state, and heeds the words that it has.
func ResumeSite(host string, state *schemas.SiteState, read func(minute time.Time) bool, allowed func(string, []*schemas.Condition) error) *Site {
	s := &Site{host: host, read: read, allowed: allowed, baseline: NewBaseline(), usual: newMemory(), protected: newMemory(), attack: newMemory(), words: state.GetWords()}
	if state.GetBaseline().GetVersion() == version {
		s.baseline = proto.CloneOf(state.Baseline)
		s.usual, s.protected, s.attack = memoryOf(state.Usual), memoryOf(state.Protected), memoryOf(state.Attack)
		for _, m := range state.Minutes {
			s.minutes = append(s.minutes, proto.CloneOf(m))
		}
	}
	return s
}

// State is what ResumeSite goes on from, without the words that are heeded.
func (s *Site) State() *schemas.SiteState {
	state := &schemas.SiteState{Baseline: proto.CloneOf(s.baseline), Usual: s.usual.proto(), Protected: s.protected.proto(), Attack: s.attack.proto()}
	for _, m := range s.minutes {
		state.Minutes = append(state.Minutes, proto.CloneOf(m))
	}
	return state
}

// Last is the last minute that was judged; zero where there is none.
func (s *Site) Last() time.Time {
	if s.baseline.Minute == nil {
		return time.Time{}
	}
	return s.baseline.Minute.AsTime()
}

// Next judges a minute, and before it the minutes since the last one in which the site had no request.
func (s *Site) Next(o *schemas.Observation) []*schemas.Finding {
	return append(s.Until(o.Row.Minute.AsTime()), s.judge(o)...)
}

// Until judges the minutes before end in which the site had no request.
func (s *Site) Until(end time.Time) (findings []*schemas.Finding) {
	if s.baseline.Minute == nil {
		return nil
	}
	for minute := s.baseline.Minute.AsTime().Add(time.Minute); minute.Before(end); minute = minute.Add(time.Minute) {
		if s.read(minute) {
			findings = append(findings, s.judge(&schemas.Observation{Row: &schemas.TrafficReport{Host: s.host, Minute: timestamppb.New(minute)}})...)
		}
	}
	return findings
}

func (s *Site) judge(o *schemas.Observation) (findings []*schemas.Finding) {
	o.Sample = readable(o.Sample)
	next := s.baseline
	f := advance(next, o, dismissed(s.words, o.Row.Minute.AsTime()))
	minute := uint32(o.Row.Minute.AsTime().Unix() / 60)
	s.protected.protect(minute, o.Sample)
	if next.CaseStarted == nil {
		if harmless(f) {
			s.usual.remember(minute, o.Sample)
		}
		s.attack, s.minutes = newMemory(), nil
	} else if f != nil {
		s.follow(minute, o, f)
		f.Rules = s.rules(f)
		s.restrict(o, f.Rules)
	}
	if f != nil {
		findings = append(findings, f)
	}
	return findings
}

// harmless tells of a minute that may be remembered as usual.
func harmless(f *schemas.Finding) bool {
	return f == nil || f.Verdict <= schemas.Verdict_VERDICT_NORMAL || f.Kind == "flash_crowd"
}

// follow keeps a minute of the open case.
func (s *Site) follow(minute uint32, o *schemas.Observation, f *schemas.Finding) {
	s.attack.forgetBefore(minute - minedMinutes + 1)
	for len(s.minutes) > 0 && s.minutes[0].Minute+minedMinutes <= minute {
		s.minutes = s.minutes[1:]
	}
	for _, of := range []uint32{inAll, inSuspect} {
		for i, marks := range o.Sample.GetMarks() {
			if marks&of != 0 {
				s.attack.put(minute, o.Sample, i, of == inSuspect)
			}
		}
	}
	s.minutes = append(s.minutes, &schemas.CaseMinute{Minute: minute, Requests: float64(f.Requests), Normal: f.NormalRequests,
		Culprits: o.Clients.GetCulprits()})
}

// rules looks for rules against the open case.
func (s *Site) rules(f *schemas.Finding) *schemas.Rules {
	if s.host == vocabulary.OtherHosts {
		return &schemas.Rules{Status: NoUsable, Words: "these are many hosts, and a rule is for one: name the sites in the configuration"}
	}
	m := &miner{usual: s.usual, protected: s.protected, attack: s.attack, minutes: map[uint32]*schemas.CaseMinute{}, accusedOnly: accusesClients(f),
		allowed: func(c []*schemas.Condition) error { return s.allowed(s.host, c) }}
	for _, c := range s.minutes {
		m.minutes[c.Minute] = c
	}
	return m.mine(f)
}

// accusesClients tells of a finding that is about what a few clients do, not about how much there is.
func accusesClients(f *schemas.Finding) bool {
	return f.Kind == "brute_force" || f.Kind == "scanner"
}

// Open is the first minute of the open case; zero where there is none.
func (s *Site) Open() time.Time {
	if s.baseline.CaseStarted == nil {
		return time.Time{}
	}
	return s.baseline.CaseStarted.AsTime()
}

// Heed replaces what people said of cases, in order of time. Words on minutes that were judged change nothing of them.
func (s *Site) Heed(words []*schemas.Word) { s.words = words }

// Again judges a minute of the last ten again, as lines of it came late: o has them, too. It teaches nothing. A minute in which nothing is off any more is
// "normal".
func (s *Site) Again(o *schemas.Observation) *schemas.Finding {
	b := proto.CloneOf(s.baseline)
	if b.Minute == nil || b.Learned < history {
		return nil
	}
	f := judge(b, o, o.Row.Minute.AsTime())
	if f == nil {
		return &schemas.Finding{Host: o.Row.Host, Minute: o.Row.Minute, Verdict: schemas.Verdict_VERDICT_NORMAL, Requests: o.Row.Requests}
	}
	heed(dismissed(s.words, o.Row.Minute.AsTime()), f)
	f.Started = b.CaseStarted
	return f
}

// TakeLiterals returns the recommendations whose findings do not have all values, as fewer than k clients share them, since it was called last. They are
// not for people who may see findings only.
func (s *Site) TakeLiterals() []*schemas.Recommendation {
	taken := s.literals
	s.literals = nil
	return taken
}

// restrict takes the values out of rules that fewer than k clients share in the minute, and that are on no list that is usual.
func (s *Site) restrict(o *schemas.Observation, rules *schemas.Rules) {
	for i, r := range rules.GetRecommendations() {
		if w := r.Worst; w != nil && !s.public(o, w.Field, w.Value) {
			w.Value = ""
			r.Words = ruleWords(r)
		}
		whole, hidden := proto.CloneOf(r), false
		for _, c := range r.Conditions {
			switch {
			case c.Field == clientField:
				c.Value, c.Restricted, hidden = addressesOf(c.Value), true, true
			case !s.public(o, c.Field, c.Value):
				c.Value, c.Restricted, hidden = "", true, true
			}
		}
		if hidden {
			r.Name = ruleName(r.Conditions, i+1)
			whole.Name = r.Name
			s.literals = append(s.literals, whole)
		}
	}
}

// public tells whether a value is on a published list, or one that tells nothing of visitors.
func (s *Site) public(o *schemas.Observation, field, value string) bool {
	list, listed := listOf[field]
	if !listed || value == none {
		return true
	}
	if _, usual := s.baseline.Shares[list].GetShares()[value]; usual {
		return true
	}
	return mixOf(o.Row, list)[value] > 0
}

var listOf = map[string]string{"path": "top_paths", "agent": "top_agents", "country": "top_countries", "network": "top_networks", "referrer": "top_referrers"}

// Learned is how many minutes the site's baseline is made of, and whether that is enough to judge.
func (s *Site) Learned() (minutes int64, enough bool) {
	return s.baseline.Learned, s.baseline.Learned >= history
}
