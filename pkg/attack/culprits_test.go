package attack

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// busy is a site of 1,000 requests a minute and a flood of 3,000 whose requests are like the usual ones but for who sends them.
type busy struct {
	attackers int
	label     Label // what they look like
	usual     bool  // the first of them is there before, too
	protected bool  // and is one that no rule may reach
	unknown   string
}

// attackersToken is the beginning of the token of the n-th attacker on that day.
func attackersToken(n int) uint32 { return 0xabc00000 + uint32(n) }

// flooded is the last finding of the flood's sixth minute, with the literals of its rules. Both may be nil.
func (b busy) flooded() (f *schemas.Finding, literals []*schemas.Recommendation) {
	w := newWorld(11)
	w.minute = w.minute.Add(4 * 60 * 60e9)
	site := NewSite("a.example", always, anything)
	sampled := func(flood bool) []picked {
		all := requestsOfKinds(w, usualKinds()[:3]...)
		for i := range all {
			s := &all[i]
			s.Client = w.rng.Uint32N(0xabc00000)
			if flood && i%4 > 0 {
				s.Client = attackersToken(w.rng.IntN(b.attackers))
			} else if b.usual && i%16 == 0 {
				s.Client = attackersToken(0)
			}
		}
		return all
	}
	for n := range 90 + 6 {
		flood := n >= 90
		crowds := []crowd{readers(1000)}
		e := &schemas.ClientEvidence{Unknown: b.unknown, Clients: 200, Persons: 200, Scanners: &schemas.ClientGroup{}, Guessers: &schemas.ClientGroup{},
			Automated: &schemas.ClientGroup{}}
		if flood {
			crowds = append(crowds, botnet(3000)) // so that there is a case; of the samples, its requests are as the usual ones
			if b.label == Automated {
				e.Automated = &schemas.ClientGroup{Clients: int64(b.attackers), Requests: 3000}
			}
			var all []culprit
			for i := range b.attackers {
				if b.label >= Automated {
					all = append(all, culprit{attackersToken(i), b.label, uint64(3000 / b.attackers)})
				}
			}
			e.Culprits = culpritMessages(all)
		}
		o := w.next(crowds...)
		requests := sampled(flood)
		if flood {
			o.RefusedPosts = 500
		}
		if b.protected && n%10 == 0 {
			requests = append(requests, picked{report.Sampled{ID: 1, Path: "/feed", Agent: "Googlebot", Client: attackersToken(0)}, true, false})
		}
		o.Clients, o.Sample = e, sampleOfAll(requests)
		for _, found := range site.Next(o) {
			f = found
		}
		literals = append(site.TakeLiterals(), literals...)
	}
	return f, literals
}

// byClients are the rules that name clients.
func byClients(f *schemas.Finding) (all []*schemas.Recommendation) {
	for _, r := range f.GetRules().GetRecommendations() {
		if r.Conditions[0].Field == clientField {
			all = append(all, r)
		}
	}
	return all
}

// A flood by few programs on a busy site, whose requests are like all others, has a rule that names them, with what it stops in truth. One by many has none.
func TestFewAddressesHaveARule(t *testing.T) {
	for _, n := range []int{1, 2, 5, 9, 10, 11, 14, 28, 40} {
		f, literals := busy{attackers: n, label: Automated}.flooded()
		truth := math.Min(maxCulprits, float64(n)) / float64(n)
		rules := byClients(f)
		if (len(rules) == 1) != (truth > mostOfAttack) {
			t.Fatalf("%d attackers: %v", n, f.GetRules())
		}
		if len(rules) == 0 {
			continue
		}
		r := rules[0]
		if math.Abs(r.Coverage-truth) > 0.15 || r.CollateralBound > mostCollateral || r.CollateralSample < leastUsual || r.Expires.AsTime().Sub(f.Minute.AsTime()) != ruleLife {
			t.Errorf("%d attackers, %g of whose requests can be stopped: %v", n, truth, r)
		}
		if c := r.Conditions[0]; len(r.Conditions) != 1 || !c.Restricted || c.Value != addressesOf(strings.Repeat(" ", min(n, maxCulprits))) {
			t.Errorf("%d attackers: the conditions are %v", n, r.Conditions)
		}
		if text := prototext.Format(f); strings.Contains(text, "abc0000") || strings.Contains(text, fmt.Sprint(attackersToken(0))) {
			t.Errorf("the finding names a client: %s", text)
		}
		day := strconv.FormatInt(f.Minute.Seconds/86400, 10)
		tokens := strings.Fields(literals[0].Conditions[0].Value)
		if literals[0].Name != r.Name || tokens[0] != day || len(tokens) != 1+min(n, maxCulprits) {
			t.Fatalf("kept apart is %v, the day is %s", literals[0], day)
		}
		for _, token := range tokens[1:] {
			if !strings.HasPrefix(token, "abc000") {
				t.Errorf("%s is no attacker's", token)
			}
		}
	}
}

// Whoever asks usually, who is protected, who behaves as people do and who is not known is named by no rule.
func TestOthersAreNotNamed(t *testing.T) {
	for what, b := range map[string]busy{
		"usual": {attackers: 1, label: Automated, usual: true}, "protected": {attackers: 1, label: Automated, protected: true},
		"as people do": {attackers: 1, label: Ordinary}, "a crawler": {attackers: 1, label: Crawler}, "not accused by the finding": {attackers: 1, label: Scanner},
	} {
		f, literals := b.flooded()
		if f.GetRules() == nil || len(byClients(f)) > 0 {
			t.Errorf("%s: %v", what, f)
		}
		for _, l := range literals {
			if l.Conditions[0].Field == clientField {
				t.Errorf("%s: kept apart is %v", what, l)
			}
		}
	}
	// Of two, the one that asks usually is left out.
	if f, literals := (busy{attackers: 2, label: Automated, usual: true}).flooded(); len(byClients(f)) > 0 && strings.Contains(literals[0].String(), "abc00000") {
		t.Errorf("%v", literals[0])
	}
}

// An office behind one address asks as often as an attacker does, for pages with their files: it is nobody's culprit. One client that asks for one path is.
func TestOfficesAreNoCulprits(t *testing.T) {
	for office, want := range map[bool]int{true: 0, false: 1} {
		sum := report.New(10)
		for i := range 1000 {
			r := &report.Request{Time: int64(i) * 60e6, Weight: 1, LineID: uint64(i), Status: 200, Method: vocabulary.MethodGet, Path: "/search", PathHash: 1, Agent: "Chrome",
				AgentHash: 1, Class: vocabulary.ClientBrowser, Group: 1}
			binary.BigEndian.PutUint32(r.Client[:], 7)
			r.Logged = ^vocabulary.Fields(0)
			if office {
				r.PathHash, r.AgentHash, r.Static = uint32(i%50), uint32(i%40), i%2 == 0
			}
			sum.Add(r)
		}
		if got := evidenceOf(sum, map[uint32]bool{}).Culprits; len(got) != want || want > 0 && (got[0].Client != 7 || got[0].Requests != 1000) {
			t.Errorf("office %v: %v", office, got)
		}
	}
}

// What clients of one day did tells nothing of the same tokens on another, and state of before there were clients is read.
func TestTokensAreOfADay(t *testing.T) {
	m := newMemory()
	for _, day := range []uint32{5, 6} {
		m.add(request{minute: day * minutesOfDay, client: 9}, "", "", "", "")
	}
	all := []condition{(&someClients{day: 6, tokens: []uint32{9}}).condition()}
	if hits, n := m.hits(all, told(all)); hits != 1 || n != 1 {
		t.Errorf("%d hits of %d", hits, n)
	}
	old := m.proto()
	old.Clients = nil
	if again := memoryOf(old); len(again.requests) != 2 || again.requests[0].client != 0 {
		t.Errorf("of a state without clients: %+v", again.requests)
	}
	if again := memoryOf(m.proto()); again.requests[1] != m.requests[1] {
		t.Errorf("%+v, want %+v", again.requests, m.requests)
	}
}
