package ruletest

import (
	"cmp"
	"net/netip"
	"slices"
	"sync"

	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// Class counts the requests of one class of clients.
type Class struct {
	Requests  int64
	Met       int64
	Undecided int64
	Addresses int64 // of clients with a request that was met
}

// Missing is something that the rule asks for, and how many undecided requests do not tell it.
type Missing struct {
	Name     string // in the language, as "origin.asn" or "request.headers['cookie']"
	Requests int64
}

// Result is what a rule would have met.
type Result struct {
	Classes [vocabulary.ClientClassCount]Class // by vocabulary.ClientClass; ClientNone where the log has no agents
	All     Class
	// Missing is why requests are undecided, the most frequent first.
	Missing []Missing
	// Elsewhere counts undecided requests to which nothing is missing: the rule calls what only the service can answer.
	Elsewhere int64
	// AddressesCut says that there were more addresses than are told apart: Addresses are lower bounds.
	AddressesCut bool
	// NoAddress counts requests that were met and do not tell their client, and Networks those whose address is that of a content delivery network.
	NoAddress, Networks int64
	// Counts say what became of the lines.
	Counts summarize.Counts
	// Problems are sentences about input that could not be read to its end, Remarks about input of which nothing is missing.
	Problems, Remarks []string
}

// add adds what a branch has counted.
func (r *Result) add(t *tester) {
	for i := range t.classes {
		for _, c := range []*Class{&r.Classes[i], &r.All} {
			c.Requests += t.classes[i].Requests
			c.Met += t.classes[i].Met
			c.Undecided += t.classes[i].Undecided
		}
	}
	r.Elsewhere += t.elsewhere
	r.NoAddress += t.noAddress
	r.Networks += t.networks
	r.Counts.Add(&t.counts)
	for i, n := range t.missing {
		name := t.questions[i].name
		at := slices.IndexFunc(r.Missing, func(m Missing) bool { return m.Name == name })
		switch {
		case n == 0:
		case at < 0:
			r.Missing = append(r.Missing, Missing{name, n})
		default:
			r.Missing[at].Requests += n
		}
	}
}

// finish counts the addresses, and sorts.
func (r *Result) finish(a *addresses) {
	r.AddressesCut = a.cut
	for _, classes := range a.met {
		r.All.Addresses++
		for i := range r.Classes {
			r.Classes[i].Addresses += int64(classes >> i & 1)
		}
	}
	slices.SortFunc(r.Missing, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Name, b.Name))
	})
	slices.Sort(r.Problems)
	slices.Sort(r.Remarks)
}

// maxAddresses bounds the addresses that are told apart, at some 40 bytes each.
const maxAddresses = 1 << 20

// addresses are those of clients with a request that was met, with the classes they had. It never leaves memory. It is safe for concurrent use.
type addresses struct {
	mu   sync.Mutex
	met  map[[16]byte]uint8 // a set of vocabulary.ClientClass
	most int
	cut  bool
}

func newAddresses(most int) *addresses { return &addresses{met: map[[16]byte]uint8{}, most: most} }

func (a *addresses) add(addr netip.Addr, class vocabulary.ClientClass) {
	key := addr.As16()
	a.mu.Lock()
	defer a.mu.Unlock()
	classes, known := a.met[key]
	if !known && len(a.met) >= a.most {
		a.cut = true
		return
	}
	if with := classes | 1<<class; with != classes {
		a.met[key] = with
	}
}
