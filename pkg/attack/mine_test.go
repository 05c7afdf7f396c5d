package attack

import (
	"errors"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// asked is a kind of requests: so many of a hundred.
type asked struct {
	percent                  int
	path, agent, country     string
	network                  uint32
	method                   vocabulary.Method
	protected, query, accuse bool
}

// picked is a request of a sample.
type picked struct {
	report.Sampled
	protected, accused bool
}

// requestsOfKinds are 64 requests.
func requestsOfKinds(w *world, kinds ...asked) (all []picked) {
	for range 64 {
		at := int(w.rng.IntN(100))
		for _, k := range kinds {
			if at -= k.percent; at < 0 {
				all = append(all, picked{report.Sampled{ID: w.rng.Uint32(), Path: k.path, Agent: k.agent, Country: [2]byte([]byte(k.country)), Network: k.network,
					Method: k.method, Query: k.query}, k.protected, k.accuse})
				break
			}
		}
	}
	return all
}

// sampleOfAll is a sample of all of them.
func sampleOfAll(requests []picked) *schemas.Sample {
	w := newSampleWriter(len(requests))
	for i := range requests {
		in := inAll
		if requests[i].protected {
			in |= inProtected
		}
		w.add(&requests[i].Sampled, in, requests[i].accused)
	}
	return w.sample
}

func sampleOfKinds(w *world, kinds ...asked) *schemas.Sample {
	return sampleOfAll(requestsOfKinds(w, kinds...))
}

// sampleOfAttack is a sample of a minute of which nine of ten are the attack's.
func sampleOfAttack(w *world, attack ...asked) *schemas.Sample {
	return sampleOfAll(append(requestsOfKinds(w, attack...)[:58], requestsOfKinds(w, usualKinds()...)[:6]...))
}

func usualKinds() []asked {
	get := vocabulary.MethodGet
	return []asked{{45, "/", "Chrome", "DE", 1, get, false, false, false}, {40, "/news", "Safari", "AT", 2, get, false, false, false},
		{10, "/", "Firefox", "DE", 3, get, false, false, false}, {5, "/feed", "Googlebot", "US", 15169, get, true, false, false}}
}

// mined lets a case run on a site with usual traffic of 1,000 requests a minute and an attack of 9,000, and returns its last finding.
func mined(t *testing.T, attack []asked, allowed func(string, []*schemas.Condition) error, public ...string) (*schemas.Finding, *Site) {
	t.Helper()
	w, site := newWorld(5), NewSite("a.example", always, allowed)
	minute := func(flood bool) []*schemas.Finding {
		crowds := []crowd{readers(1000)}
		if flood {
			crowds = append(crowds, botnet(9000))
		}
		o := w.next(crowds...)
		o.Sample = sampleOfKinds(w, usualKinds()...)
		if flood {
			o.Sample = sampleOfAttack(w, attack...)
			o.RefusedPosts, o.Clients = 500, &schemas.ClientEvidence{Unknown: "not logged"}
		}
		for _, path := range public {
			o.Row.TopPaths = append(o.Row.TopPaths, &schemas.TopPath{Path: path, Requests: 50})
		}
		return site.Next(o)
	}
	for range 120 {
		minute(false)
	}
	var last *schemas.Finding
	for range 5 {
		for _, f := range minute(true) {
			last = f
		}
	}
	if last == nil || last.Rules == nil {
		t.Fatalf("no rules are looked for: %v", last)
	}
	return last, site
}

func conditionsOf(r *schemas.Recommendation) string {
	var all []string
	for _, c := range r.Conditions {
		all = append(all, c.Field+"="+c.Value)
	}
	return strings.Join(all, " ")
}

var post = asked{100, "/login", "Chrome", "DE", 1, vocabulary.MethodPost, false, false, false}

// What an attack has and usual requests have not becomes a rule, with what it would stop and whom it would hurt at most.
func TestRuleOfAnAttack(t *testing.T) {
	f, _ := mined(t, []asked{post}, anything, "/login")
	if f.Rules.Status != RuleGenerated {
		t.Fatalf("%v", f.Rules)
	}
	r := f.Rules.Recommendations[0]
	if got := conditionsOf(r); !strings.Contains(got, "path=/login") || !strings.Contains(got, "method=POST") {
		t.Errorf("the rule is %s", got)
	}
	if r.Coverage < 0.9 || r.CollateralBound <= 0 || r.CollateralBound > mostCollateral || r.CollateralSample < leastUsual || r.Action != "rate_based_ban" || r.Count != 10 ||
		r.Expires.AsTime().Sub(f.Minute.AsTime()) != ruleLife || !strings.Contains(r.Words, "no more than 0.") {
		t.Errorf("the rule is %v", r)
	}
}

// A rule that would reach a verified crawler is not recommended, whatever it would stop, and that is said.
func TestVerifiedCrawlersAreOutOfReach(t *testing.T) {
	crawl := asked{100, "/feed", "Googlebot", "US", 15169, vocabulary.MethodGet, false, false, false}
	f, _ := mined(t, []asked{crawl}, anything, "/feed")
	if f.Rules.Status != NoUsable || !strings.Contains(f.Rules.Words, "verified crawlers") {
		t.Errorf("%v", f.Rules)
	}
}

// Requests like the usual ones are no rule's.
func TestMimicsHaveNoRule(t *testing.T) {
	f, _ := mined(t, usualKinds()[:3], anything)
	if f.Rules.Status != NoSignificant && f.Rules.Status != NoUsable || len(f.Rules.Recommendations) > 0 {
		t.Errorf("%v", f.Rules)
	}
}

// What no proxy can be told is not recommended, and the reason is given.
func TestOnlyWhatCanBeSaid(t *testing.T) {
	f, _ := mined(t, []asked{post}, func(string, []*schemas.Condition) error { return errors.New("it cannot be said in a test") }, "/login")
	if f.Rules.Status != NoUsable || !strings.Contains(f.Rules.Words, "cannot be said in a test") {
		t.Errorf("%v", f.Rules)
	}
}

// A value that no published list has does not leave with the finding: neither in the conditions nor in the rule's name and words.
func TestHiddenValuesStayInside(t *testing.T) {
	f, site := mined(t, []asked{{100, "/hidden-path", "Chrome", "DE", 1, vocabulary.MethodPost, false, false, false}}, anything)
	literals := site.TakeLiterals()
	if f.Rules.Status != RuleGenerated || len(literals) == 0 || len(site.TakeLiterals()) > 0 {
		t.Fatalf("%v with literals %v", f.Rules, literals)
	}
	if text := f.String(); strings.Contains(text, "hidden") {
		t.Errorf("the finding says %s", text)
	}
	r, restricted := f.Rules.Recommendations[0], false
	for _, c := range r.Conditions {
		restricted = restricted || c.Restricted && c.Value == ""
	}
	whole := literals[len(literals)-len(f.Rules.Recommendations)]
	if !restricted || whole.Name != r.Name || !strings.Contains(conditionsOf(whole), "path=/hidden-path") {
		t.Errorf("the rule is %v, and whole %v", r, whole)
	}
}

// Without enough usual requests nothing is recommended.
func TestTooLittleIsKnown(t *testing.T) {
	m := &miner{usual: newMemory(), protected: newMemory(), attack: newMemory(), allowed: func([]*schemas.Condition) error { return nil }}
	if rules := m.mine(&schemas.Finding{}); rules.Status != BaselineTooRecent {
		t.Errorf("%v", rules)
	}
}

// The bound is the largest share that is not unlikely: at it, so few hits or fewer come in one of twenty times.
func TestUpperBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 3000).Draw(t, "n")
		hits := rapid.IntRange(0, min(n-1, 40)).Draw(t, "hits")
		p := upperBound(hits, n)
		if p <= float64(hits)/float64(n) || p > 1 {
			t.Fatalf("%d of %d: %g", hits, n, p)
		}
		if chance := atMost(hits, n, p); math.Abs(chance-0.05) > 1e-6 {
			t.Fatalf("%d of %d: at %g the chance is %g", hits, n, p, chance)
		}
	})
	if upperBound(0, 0) != 1 || upperBound(3, 3) != 1 || math.Abs(upperBound(0, 1000)-0.002991) > 1e-5 {
		t.Errorf("%g, %g, %g", upperBound(0, 0), upperBound(3, 3), upperBound(0, 1000))
	}
}

// A site that goes on from its state judges as one that never stopped, also in the midst of a case.
func TestSitesGoOn(t *testing.T) {
	for _, stop := range []int{30, 100, 131, 138} {
		w, through := newWorld(9), NewSite("a.example", always, anything)
		resumed := NewSite("a.example", always, anything)
		for n := range 150 {
			crowds := []crowd{readers(1000)}
			if n > 130 && n < 140 {
				crowds = append(crowds, botnet(5000))
			}
			o := w.next(crowds...)
			o.Sample = sampleOfKinds(w, usualKinds()...)
			if n == stop {
				data, err := proto.Marshal(resumed.State())
				state := &schemas.SiteState{}
				if err == nil {
					err = proto.Unmarshal(data, state)
				}
				if err != nil {
					t.Fatal(err)
				}
				if len(data) > 200_000 {
					t.Errorf("the state takes %d bytes", len(data))
				}
				resumed = ResumeSite("a.example", state, always, anything)
			}
			a, b := through.Next(o), resumed.Next(o)
			if len(a) != len(b) || len(a) > 0 && !proto.Equal(a[0], b[0]) {
				t.Fatalf("stopped at %d, in minute %d it is\n%v\nand\n%v", stop, n, a, b)
			}
		}
		if !proto.Equal(through.State(), resumed.State()) {
			t.Errorf("stopped at %d, the states differ", stop)
		}
	}
}

// The cost of a minute of an open case, in which rules are looked for.
func BenchmarkMine(b *testing.B) {
	w, site := newWorld(5), NewSite("a.example", always, anything)
	minute := func(flood bool) {
		crowds := []crowd{readers(1000)}
		if flood {
			crowds = append(crowds, botnet(9000))
		}
		o := w.next(crowds...)
		o.Sample = sampleOfKinds(w, usualKinds()...)
		if flood {
			o.Sample, o.RefusedPosts, o.Clients = sampleOfAttack(w, post), 500, &schemas.ClientEvidence{Unknown: "not logged"}
		}
		site.Next(o)
	}
	for range 120 {
		minute(false)
	}
	for b.Loop() {
		minute(true)
	}
}
