package report

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

const (
	// sampleCapacity is how many requests of all stay: enough to see which values go together.
	sampleCapacity = 64
	// protectedCapacity is how many requests of those stay that no rule may reach: of few clients, they are few themselves.
	protectedCapacity = 16
	// suspectCapacity is how many of the requests stay that were refused or posted something: scanners and guessers of passwords are few among all.
	suspectCapacity = 32
	// mostSampled is how many stay together, where none is in two of the samples.
	mostSampled = sampleCapacity + protectedCapacity + suspectCapacity
)

// Sampled is one request of a summary's sample, in closed vocabularies, templates and registrable names. It names nobody, but the values of one request
// together may: it stays inside the pipeline.
type Sampled struct {
	Path     string // template; "" where not logged
	Agent    string // family; "" where there is none
	Referrer string // registrable host; "" for none
	ID       uint32 // of the keyed hash of the line's id: those with the smallest stay
	Client   uint32 // the beginning of the client's token: tells requests of one client; 0 where unknown
	Network  uint32 // autonomous system number; 0 for unknown
	Status   uint16
	Country  [2]byte // ISO 3166 alpha-2; zero for unknown
	Method   vocabulary.Method
	Class    vocabulary.ClientClass
	Static   bool
	Miss     bool // the cache did not answer
	Query    bool // there was a query string

	protected, suspect bool
}

func sampledOf(r *Request) Sampled {
	return Sampled{ID: sampleID(r), Client: binary.BigEndian.Uint32(r.Client[:]), Path: r.Path, Agent: r.Agent, Referrer: r.Referrer, Network: r.Network, Status: r.Status,
		Method: r.Method, Class: r.Class, Static: r.Static, Query: r.Query, Miss: r.Cache == vocabulary.CacheMiss || r.Cache == vocabulary.CacheUncached,
		protected: isProtected(r), suspect: isSuspect(r), Country: countryOf(r)}
}

// sampleID is as much of the line's id as tells a few out of millions. Of two that have the same, the other values decide.
func sampleID(r *Request) uint32 { return uint32(r.LineID >> 32) }

func isProtected(r *Request) bool { return r.Allowed || r.Class == vocabulary.ClientVerifiedBot }

func isSuspect(r *Request) bool {
	return r.Status >= 400 && r.Status < 500 || r.Method == vocabulary.MethodPost
}

// compareSampled orders by id. Lines that were copied have equal ids, and the rest decides.
func compareSampled(a, b Sampled) int {
	if c := cmp.Compare(a.ID, b.ID); c != 0 {
		return c
	}
	return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Agent, b.Agent), strings.Compare(a.Referrer, b.Referrer), country(a.Country).compare(b.Country),
		cmp.Compare(a.Network, b.Network), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Class, b.Class),
		cmp.Compare(a.bits(), b.bits()), cmp.Compare(a.Client, b.Client))
}

// sample is the requests with the smallest ids, of all, of the protected and of the suspect: the same ones in every split and order of the input. While
// lines are added there may be twice as many as stay, in no order; every reader settles first.
type sample struct {
	held                    []Sampled
	settled                 bool // held is what stays, in order
	all, protected, suspect sampleLimit
}

// sampleLimit is the largest id that stays, once there are as many as stay.
type sampleLimit struct {
	full bool
	id   uint32
}

func (l sampleLimit) admits(id uint32) bool { return !l.full || id <= l.id }

// count takes in a request. Of many, nearly all end at the first comparisons.
func (s *sample) count(r *Request) {
	id := sampleID(r)
	if !s.all.admits(id) && !(isProtected(r) && s.protected.admits(id)) && !(isSuspect(r) && s.suspect.admits(id)) {
		return
	}
	if len(s.held) == 2*mostSampled {
		s.settle()
	}
	if len(s.held) == cap(s.held) { // most summaries of a flood of names have one request
		s.held = append(make([]Sampled, 0, min(4*len(s.held)+1, 2*mostSampled)), s.held...)
	}
	s.held, s.settled = append(s.held, sampledOf(r)), false
}

// settle puts what stays in order.
func (s *sample) settle() {
	if s.settled {
		return
	}
	sortSampled(s.held)
	all, protected, suspect := counting{limit: sampleCapacity}, counting{limit: protectedCapacity}, counting{limit: suspectCapacity}
	kept := s.held[:0]
	for i := range s.held {
		if d := &s.held[i]; d.in(&all, &protected, &suspect) != 0 {
			kept = append(kept, *d)
		}
	}
	clear(s.held[len(kept):]) // lets go of strings
	*s = sample{kept, true, all.sampleLimit, protected.sampleLimit, suspect.sampleLimit}
}

// sortSampled is slices.SortFunc by compareSampled, but moves each request once: they are large, and nearly all are told by their ids.
func sortSampled(requests []Sampled) {
	order := make([]uint64, 0, 2*mostSampled)
	for i := range requests {
		order = append(order, uint64(requests[i].ID)<<32|uint64(i))
	}
	slices.Sort(order)
	same := false
	for i := range order {
		same = same || i > 0 && order[i-1]>>32 == order[i]>>32
		from := int(uint32(order[i]))
		for from < i { // what was there has moved
			from = int(uint32(order[from]))
		}
		requests[i], requests[from] = requests[from], requests[i]
	}
	if same {
		slices.SortFunc(requests, compareSampled)
	}
}

// counting takes as many as stay.
type counting struct {
	sampleLimit
	taken, limit int
}

func (c *counting) takes(id uint32) bool {
	if c.full {
		return false
	}
	c.taken++
	c.full, c.id = c.taken == c.limit, id
	return true
}

func (s *sample) merge(o *sample) {
	s.held, s.settled = append(s.held, o.held...), s.settled && len(o.held) == 0
	s.settle()
}

// Samples are those that a request is in.
type Samples uint8

// A summary has a sample of all requests, at most 64; one of those that no rule may reach (verified crawlers and the operator's allow-list), at most 16;
// and one of those that were refused or posted something, at most 32.
const (
	InAll Samples = 1 << iota
	InProtected
	InSuspect
)

// EachSampled calls do with the requests of the samples, each picked evenly out of what it is of, in order of their ids. They must not be changed.
func (s *Summary) EachSampled(do func(d *Sampled, in Samples)) {
	s.sample.settle()
	all, protected, suspect := counting{limit: sampleCapacity}, counting{limit: protectedCapacity}, counting{limit: suspectCapacity}
	for i := range s.sample.held {
		d := &s.sample.held[i]
		do(d, d.in(&all, &protected, &suspect))
	}
}

// Sampled is how many requests are in the samples.
func (s *Summary) Sampled() int {
	s.sample.settle()
	return len(s.sample.held)
}

// in counts the request in the samples that it is in.
func (d *Sampled) in(all, protected, suspect *counting) (in Samples) {
	if all.takes(d.ID) {
		in = InAll
	}
	if d.protected && protected.takes(d.ID) {
		in |= InProtected
	}
	if d.suspect && suspect.takes(d.ID) {
		in |= InSuspect
	}
	return in
}

// addToSamples takes in a request.
func (s *Summary) addToSamples(r *Request) {
	if !r.Unsampled {
		s.sample.count(r)
	}
}

// DropSamples lets go of the samples: they are of use for minutes only.
func (s *Summary) DropSamples() { s.sample = sample{} }
