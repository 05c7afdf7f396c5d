package report

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

const (
	// sampleCapacity is how many requests of all stay: enough to see which values go together, in 1.6 kB of an encoded summary.
	sampleCapacity = 64
	// protectedCapacity is how many requests of those stay that no rule may reach: of few clients, they are few themselves.
	protectedCapacity = 16
	// suspectCapacity is how many of the requests stay that were refused or posted something: scanners and guessers of passwords are few among all.
	suspectCapacity = 32
)

// Sampled is one request of a summary's sample, in closed vocabularies, templates and registrable names. It names nobody, but the values of one request
// together may: it stays inside the pipeline.
type Sampled struct {
	ID       uint64 // keyed hash of the line's id: those with the smallest stay
	Client   uint32 // the beginning of the client's token: tells requests of one client; 0 where unknown
	Path     string // template; "" where not logged
	Agent    string // family; "" where there is none
	Referrer string // registrable host; "" for none
	Country  string // ISO 3166 alpha-2; "" for unknown
	Network  uint32 // autonomous system number; 0 for unknown
	Status   uint16
	Method   vocabulary.Method
	Class    vocabulary.ClientClass
	Static   bool
	Miss     bool // the cache did not answer
	Query    bool // there was a query string
}

func sampledOf(r *Request) Sampled {
	d := Sampled{ID: r.LineID, Client: binary.BigEndian.Uint32(r.Client[:]), Path: r.Path, Agent: r.Agent, Referrer: r.Referrer, Network: r.Network, Status: r.Status, Method: r.Method, Class: r.Class,
		Static: r.Static, Query: r.Query, Miss: r.Cache == vocabulary.CacheMiss || r.Cache == vocabulary.CacheUncached}
	if countryOf(r) != (country{}) {
		d.Country = r.Country
	}
	return d
}

// compareSampled orders by id. Lines that were copied have equal ids, and the rest decides.
func compareSampled(a, b Sampled) int {
	if c := cmp.Compare(a.ID, b.ID); c != 0 {
		return c
	}
	return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Agent, b.Agent), strings.Compare(a.Referrer, b.Referrer), strings.Compare(a.Country, b.Country),
		cmp.Compare(a.Network, b.Network), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Class, b.Class),
		cmp.Compare(a.bits(), b.bits()), cmp.Compare(a.Client, b.Client))
}

func (d *Sampled) bits() (b byte) {
	if d.Static {
		b |= 1
	}
	if d.Miss {
		b |= 2
	}
	if d.Query {
		b |= 4
	}
	return b
}

// sample is the requests with the smallest ids: the same ones in every split and order of the input. While lines are added there may be twice as many as
// stay, in no order; every reader settles first.
type sample struct {
	held  []Sampled
	full  bool   // as many are there as stay
	limit uint64 // then, the largest id of these
}

// count takes in a request. Of many, nearly all end at the first comparison.
func (s *sample) count(r *Request, capacity int) {
	if s.full && r.LineID > s.limit {
		return
	}
	if len(s.held) == 2*capacity {
		s.settle(capacity)
	}
	if len(s.held) == cap(s.held) { // most summaries of a flood of names have one request
		s.held = append(make([]Sampled, 0, len(s.held)+len(s.held)/2+1), s.held...)
	}
	s.held = append(s.held, sampledOf(r))
}

// settle puts what stays in order.
func (s *sample) settle(capacity int) {
	slices.SortFunc(s.held, compareSampled)
	if s.full = len(s.held) >= capacity; s.full {
		clear(s.held[capacity:]) // lets go of strings
		s.held = s.held[:capacity]
		s.limit = s.held[capacity-1].ID
	}
}

func (s *sample) merge(o *sample, capacity int) {
	s.held = append(s.held, o.held...)
	s.settle(capacity)
}

func (s *sample) appendTo(b []byte) []byte {
	texts := s.texts()
	b = binary.AppendUvarint(b, uint64(len(texts)))
	for _, t := range texts {
		b = text(t).appendTo(b)
	}
	place := func(t string) uint64 {
		at, found := slices.BinarySearch(texts, t)
		if !found {
			return 0 // the empty text
		}
		return uint64(at) + 1
	}
	b = binary.AppendUvarint(b, uint64(len(s.held)))
	for i := range s.held {
		d := &s.held[i]
		b = binary.LittleEndian.AppendUint64(b, d.ID)
		b = binary.LittleEndian.AppendUint32(b, d.Client)
		for _, t := range []string{d.Path, d.Agent, d.Referrer, d.Country} {
			b = binary.AppendUvarint(b, place(t))
		}
		b = binary.AppendUvarint(b, uint64(d.Network))
		b = binary.AppendUvarint(b, uint64(d.Status))
		b = append(b, byte(d.Method), byte(d.Class), d.bits())
	}
	return b
}

// texts are the distinct texts of the sample, sorted.
func (s *sample) texts() []string {
	seen := make(map[string]struct{}, 16)
	var texts []string
	for i := range s.held {
		d := &s.held[i]
		for _, t := range [...]string{d.Path, d.Agent, d.Referrer, d.Country} {
			if _, known := seen[t]; t != "" && !known {
				seen[t] = struct{}{}
				texts = append(texts, t)
			}
		}
	}
	slices.Sort(texts)
	return texts
}

func (s *sample) decode(r *reader, capacity int) {
	texts := make([]string, 1, r.length(4*capacity, 2)+1)
	for range cap(texts) - 1 {
		t := string(r.text())
		if t <= texts[len(texts)-1] {
			r.fail("texts out of order")
			return
		}
		texts = append(texts, t)
	}
	s.held = make([]Sampled, 0, r.length(capacity, 21))
	for range cap(s.held) {
		d := Sampled{ID: r.uint64(), Client: r.uint32()}
		for _, t := range []*string{&d.Path, &d.Agent, &d.Referrer, &d.Country} {
			*t = texts[r.below(uint64(len(texts)))]
		}
		d.Network, d.Status = uint32(r.below(1<<32)), uint16(r.below(1<<16))
		last := r.take(3)
		d.Method, d.Class = vocabulary.Method(last[0]), vocabulary.ClientClass(last[1])
		d.Static, d.Miss, d.Query = last[2]&1 != 0, last[2]&2 != 0, last[2]&4 != 0
		if last[2] > 7 || len(s.held) > 0 && compareSampled(s.held[len(s.held)-1], d) > 0 {
			r.fail("sample out of order")
			return
		}
		s.held = append(s.held, d)
	}
	if len(s.texts()) != len(texts)-1 {
		r.fail("texts that nothing has")
	}
}

// Sample returns requests picked evenly out of all, at most 64; out of those that no rule may reach (verified crawlers and the operator's allow-list), at
// most 16; and out of those that were refused or posted something, at most 32. All are in order of ID and must not be changed.
func (s *Summary) Sample() (all, protected, suspect []Sampled) {
	s.settleSamples()
	return s.sample.held, s.protected.held, s.suspect.held
}

// addToSamples takes in a request.
func (s *Summary) addToSamples(r *Request) {
	if r.Unsampled {
		return
	}
	s.sample.count(r, sampleCapacity)
	if r.Allowed || r.Class == vocabulary.ClientVerifiedBot {
		s.protected.count(r, protectedCapacity)
	}
	if r.Status >= 400 && r.Status < 500 || r.Method == vocabulary.MethodPost {
		s.suspect.count(r, suspectCapacity)
	}
}

func (s *Summary) mergeSamples(o *Summary) {
	s.sample.merge(&o.sample, sampleCapacity)
	s.protected.merge(&o.protected, protectedCapacity)
	s.suspect.merge(&o.suspect, suspectCapacity)
}

// DropSamples lets go of the samples: they are of use for minutes only.
func (s *Summary) DropSamples() { s.sample, s.protected, s.suspect = sample{}, sample{}, sample{} }

func (s *Summary) settleSamples() {
	s.sample.settle(sampleCapacity)
	s.protected.settle(protectedCapacity)
	s.suspect.settle(suspectCapacity)
}

func (s *Summary) appendSamples(b []byte) []byte {
	s.settleSamples()
	return s.suspect.appendTo(s.protected.appendTo(s.sample.appendTo(b)))
}

func (s *Summary) decodeSamples(r *reader) {
	s.sample.decode(r, sampleCapacity)
	s.protected.decode(r, protectedCapacity)
	s.suspect.decode(r, suspectCapacity)
}
