package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// literal is one that expires so long after noon.
func literal(host, name string, after time.Duration, data string) reportstore.Literal {
	return reportstore.Literal{Host: host, Name: name, Expires: noon.Add(after), Data: []byte(data)}
}

func (s *store) literals(who access.SiteSet, host string, now time.Time) []reportstore.Literal {
	s.t.Helper()
	all, err := s.Literals(s.t.Context(), who, host, now)
	if err != nil {
		s.t.Fatalf("literals: %v", err)
	}
	return all
}

func (s *store) commitLiterals(literals ...reportstore.Literal) {
	s.t.Helper()
	s.commit(&reportstore.Commit{Literals: literals})
}

// The latest literal of a host and name counts, whenever it expires.
func latestLiterals(t *testing.T, s *store) {
	is(t, "literals of an empty store", len(s.literals(everything, "", noon)), 0)
	a, z := literal("a.example", "fg-a", time.Hour, "a"), literal("a.example", "fg-z", 2*time.Hour, "z")
	other := literal("b.example", "fg-a", time.Minute, "other")
	s.commitLiterals(z, other, a)
	is(t, "literals by host and name", s.literals(everything, "", noon), []reportstore.Literal{a, z, other})
	is(t, "literals of one site", s.literals(everything, "b.example", noon), []reportstore.Literal{other})
	is(t, "literals of nobody", len(s.literals(everything, "none.example", noon)), 0)
	again := literal("a.example", "fg-a", time.Minute, "again")
	s.commitLiterals(literal("a.example", "fg-a", 9*time.Hour, "before"), again)
	is(t, "literals, one replaced", s.literals(everything, "a.example", noon), []reportstore.Literal{again, z})
	is(t, "literals at the expiry of some", s.literals(everything, "", noon.Add(time.Minute)), []reportstore.Literal{z})
	is(t, "literals just before", len(s.literals(everything, "", noon.Add(time.Minute-1))), 3)
	s.commitLiterals(reportstore.Literal{Host: "c.example", Name: "fg-none", Expires: noon.Add(1)})
	is(t, "length of one without data", len(s.literals(everything, "c.example", noon)[0].Data), 0)
	s.commitLiterals(reportstore.Literal{Host: "d.example", Name: "fg-never"})
	is(t, "literals without an expiry", len(s.literals(everything, "d.example", noon)), 0)
}

func nobodySeesAnothersLiterals(t *testing.T, s *store) {
	hosts := []string{"a.example", "b.example", vocabulary.OtherHosts}
	for _, host := range hosts {
		s.commitLiterals(literal(host, "fg-rule", time.Hour, host))
	}
	seen := func(who access.SiteSet) (n int) {
		for _, host := range append([]string{"", "%", "' OR ''='"}, hosts...) {
			n += len(s.literals(who, host, noon))
		}
		return n
	}
	for _, who := range []access.SiteSet{{}, everything.Narrow("none.example"), everything.Narrow("a.exampl", "%", "", "' OR 1=1 --"), everything.Narrow(vocabulary.OtherHosts)} {
		is(t, "literals for somebody else", seen(who), 0)
	}
	is(t, "literals for whose site they are", s.literals(everything.Narrow("b.example"), "", noon), []reportstore.Literal{literal("b.example", "fg-rule", time.Hour, "b.example")})
	is(t, "the same, asked for in each way", seen(everything.Narrow("b.example")), 2)
	is(t, "literals for all", len(s.literals(everything, "", noon)), 3)
}

// Literals are deleted by their own expiry, however long rows are kept.
func literalsExpire(t *testing.T, s *store) {
	var many []reportstore.Literal
	for i := range 2500 {
		many = append(many, literal("a.example", fmt.Sprintf("fg-%d", i), -time.Duration(i)*time.Minute, "gone"))
	}
	kept := literal("b.example", "fg-kept", 1, "kept")
	s.commitLiterals(append(many, kept)...)
	for range 2 {
		if err := s.Expire(t.Context(), noon, reportstore.Retention{}); err != nil {
			t.Fatal(err)
		}
		is(t, "literals that are left", s.literals(everything, "", noon.Add(-9000*time.Hour)), []reportstore.Literal{kept})
	}
}
