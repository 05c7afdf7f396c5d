package main

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

// outcome is what came of one scenario with one seed.
type outcome struct {
	scenario *scenario
	rate     float64
	seed     uint64

	minutes    int     // watched
	begin      int     // first minute in which the attack is as large as promised; -1: none
	eligible   bool    // large enough to be found, as promised
	peak       float64 // requests of the attack in its largest minute
	alarm      int     // first minute of the case, counted from the attack's first; -1: none
	clientCase bool    // found by what single clients did
	banners    int     // stretches of minutes with a banner
	strange    int     // of banners: about scanners that are part of usual traffic
	remarks    int     // the same with "worth a look"
	kinds      map[string]int
	labelled   [labellers]labels
	rule       *schemas.Recommendation // the best one of the last minute that had any
	status     string
	coverage   float64 // of rule, in truth
	collateral float64
	legitimate int
	signals    map[string]int32 // signals of the strongest finding
	maxPoints  int32
	dead       int

	pastBanners, pastStrange int // of the history: banners, and those of them that are about scanners
}

// labels are requests by what their clients are called and truly are.
type labels struct{ right, wrong, missed int }

// kept counts requests of a minute that are alike in all that is asked about.
type kept struct {
	client uint32
	who    side
	what   *tuple
}

// side is what a client truly is. A stranger is part of every site's traffic and scans a little: who accuses it is right, who does not misses nothing.
type side uint8

const (
	honest side = iota
	attacker
	stranger
)

func sideOf(kind loggen.Kind) side {
	switch kind {
	case loggen.KindAttacker:
		return attacker
	case loggen.KindFalseCrawler, loggen.KindSeeder:
		return stranger
	}
	return honest
}

// runner follows one scenario.
type runner struct {
	w       *world
	site    *attack.Site
	out     *outcome
	start   time.Time
	minute  map[kept]int
	all     map[kept]int // of the whole scenario
	open    bool
	watched bool
	last    time.Time
}

func (w *world) run(s *scenario, state *schemas.SiteState, usual *usual) (*outcome, error) {
	r := &runner{w: w, site: w.site(state), start: begin, minute: map[kept]int{}, all: map[kept]int{},
		out: &outcome{scenario: s, rate: w.rate, seed: w.seed, alarm: -1, begin: -1, kinds: map[string]int{}, signals: map[string]int32{}}}
	p, err := w.pipeline(func(at time.Time, sum *report.Summary, o *schemas.Observation) { r.close(at, sum, o, usual) })
	if err != nil {
		return nil, err
	}
	err = w.generate(s, begin, func(line []byte, req *loggen.Request) {
		p.add(req.Time/60e9, line) // closes the minute before, with its requests
		r.minute[kept{w.token(req.Client), sideOf(req.Kind), w.tuple(req)}]++
	})
	if err != nil {
		return nil, err
	}
	p.flush()
	r.out.dead = p.dead
	r.finish()
	return r.out, nil
}

// close judges a minute.
func (r *runner) close(at time.Time, sum *report.Summary, o *schemas.Observation, usual *usual) {
	var finding *schemas.Finding
	for _, f := range r.site.Next(o) {
		r.found(f)
		finding = f
	}
	r.out.minutes++
	hostile := 0.0
	for k, n := range r.minute {
		if k.who == attacker {
			hostile += float64(n)
		}
		r.all[k] += n
	}
	if r.out.begin < 0 && (hostile >= 2*r.w.rate && hostile >= 100 || hostile > 0 && r.out.scenario.group != groupFlood && r.out.scenario.group != groupPulse) {
		r.out.begin = int(at.Sub(r.start) / time.Minute)
	}
	r.out.peak = max(r.out.peak, hostile)
	r.label(sum, usual, finding)
	clear(r.minute)
}

func (r *runner) found(f *schemas.Finding) {
	if *verbose {
		fmt.Printf("%s %s %v %s %d points, %d requests, usually %.0f\n", r.out.scenario.name, f.Minute.AsTime().Format("15:04"), f.Verdict, f.Kind, f.Points, f.Requests, f.NormalRequests)
		for _, e := range f.Evidence {
			fmt.Printf("    %+d %s: %s\n", e.Points, e.Signal, e.Words)
		}
		if f.Rules != nil {
			fmt.Printf("    %s: %s\n", f.Rules.Status, f.Rules.Words)
		}
	}
	at := f.Minute.AsTime()
	since := int(at.Sub(r.start) / time.Minute)
	if at.Sub(r.last) > 10*time.Minute {
		r.open, r.watched = false, false
	}
	r.last = at
	r.out.kinds[f.Kind]++
	switch {
	case f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED:
		if r.out.alarm < 0 {
			r.out.alarm = since
			for _, e := range f.Evidence {
				r.out.clientCase = r.out.clientCase || e.Signal == "scanners" || e.Signal == "guessers" || e.Signal == "failed_logins"
			}
		}
		if !r.open {
			r.open = true
			r.out.banners++
			if r.strangers() && attack.Accused(f, attack.Scanner) || r.strangers() && attack.Accused(f, attack.Guesser) {
				r.out.strange++
			}
		}
	case f.Verdict == schemas.Verdict_VERDICT_WATCH && !r.watched:
		r.watched = true
		r.out.remarks++
	}
	if f.Points > r.out.maxPoints {
		r.out.maxPoints = f.Points
		clear(r.out.signals)
		for _, e := range f.Evidence {
			r.out.signals[e.Signal] += e.Points
		}
	}
	if f.Rules != nil {
		r.out.status = f.Rules.Status
		if len(f.Rules.Recommendations) > 0 {
			r.out.rule = whole(f.Rules.Recommendations[0], r.site.TakeLiterals())
		}
	}
}

// label compares what each way of telling abusers calls the clients of a minute with what they are. The requests of a client that is both count as they are.
func (r *runner) label(sum *report.Summary, usual *usual, f *schemas.Finding) {
	called := usual.label(sum, f)
	rule := r.out.rule
	for k, n := range r.minute {
		for i := range labellers {
			accused := called[i][k.client]
			if i == ours { // nobody is accused while no case is open
				accused = accused || f.GetVerdict() >= schemas.Verdict_VERDICT_SUSPECTED && rule != nil && k.meets(rule.Conditions)
			}
			l := &r.out.labelled[i]
			switch {
			case accused && k.who != honest:
				l.right += n
			case accused:
				l.wrong += n
				if *verbose && i == ours {
					fmt.Printf("    wrongly accused: %d requests %+v\n", n, *k.what)
				}
			case k.who == attacker:
				l.missed += n
			}
		}
	}
}

// strangers tells whether a stranger was there in the minute that is judged.
func (r *runner) strangers() bool {
	for k := range r.minute {
		if k.who == stranger {
			return true
		}
	}
	return false
}

func (r *runner) finish() {
	promised := r.out.scenario.group
	large := r.out.peak >= 2*r.w.rate && r.out.peak >= 100
	r.out.eligible = promised == groupScan || promised == groupGuess || (promised == groupFlood || promised == groupPulse) && large
	if r.out.rule == nil {
		return
	}
	var hits, all [3]int
	for k, n := range r.all {
		all[k.who] += n
		if k.meets(r.out.rule.Conditions) {
			hits[k.who] += n
		}
	}
	r.out.legitimate = all[0]
	r.out.collateral = float64(hits[0]) / float64(max(all[0], 1))
	r.out.coverage = float64(hits[1]) / float64(max(all[1], 1))
}

// whole is a recommendation with the values that do not leave with a finding.
func whole(r *schemas.Recommendation, literals []*schemas.Recommendation) *schemas.Recommendation {
	for _, l := range literals {
		if l.Name == r.Name {
			return l
		}
	}
	return r
}

func (k *kept) meets(all []*schemas.Condition) bool {
	for _, c := range all {
		met := c.Field == "client" && strings.Contains(c.Value, fmt.Sprintf(" %08x", k.client)) || c.Field != "client" && k.what.value(c.Field) == c.Value
		if !met {
			return false
		}
	}
	return true
}

func (t *tuple) value(field string) string {
	switch field {
	case "path":
		return t.path
	case "method":
		return t.method
	case "query":
		return t.query
	case "agent":
		return t.agent
	case "country":
		return t.country
	case "network":
		return t.network
	}
	return t.referrer
}

func networkName(asn uint32) string {
	if asn == 0 {
		return ""
	}
	return "AS" + strconv.FormatUint(uint64(asn), 10)
}

func short4(token [16]byte) uint32 { return binary.BigEndian.Uint32(token[:]) }
