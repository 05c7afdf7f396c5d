// Package report holds the mergeable accumulator of one host and minute, hour or day (Summary), one file for each statistic, and turns it
// into the row that leaves the pipeline (schemas.TrafficReport). Counters are exact in every split and order; lists and the table of
// clients are exact below their capacity and keep a stated bound above it. It knows nothing of log formats, of Beam or of stores, and it
// never sees an address: clients come as tokens and hashes.
package report

import (
	"fmt"
	"io"
	"unsafe"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// Summary adds up the requests of one host and stretch of time. It holds clients as day-keyed tokens, so it stays inside the runner; what
// may leave is what Report and Fragment return.
//
// A Summary holds at most MaxSize bytes beside the texts of its values, whatever it is given; one of 333 requests of 60 clients holds
// about 30 KB and is encoded in 10. Not even its readers are safe for concurrent use: they settle what is pending.
type Summary struct {
	counters  counters
	pending   pending
	latency   histogram // microseconds
	size      histogram // bytes of the response; its sum is all response bytes
	sets      groupSets
	groups    groupSet // the distinct groups of the whole
	clients   clients
	visitors  sketch
	paths     list[text]
	countries list[country]
	networks  list[network]
	referrers list[text]
	agents    list[text]
	kinds     kinds
	logged    logged
	statuses  statuses
	sample    sample
}

// New makes an empty summary. k is how many distinct clients a value needs to be shown, from 1 (everything is) to MaxK; what is outside
// is taken for the nearer end, so configuration checks it before.
func New(k int) *Summary {
	return &Summary{sets: groupSets{k: min(max(k, 1), MaxK)}}
}

// Format implements fmt.Formatter for every verb: what a summary knows of clients, and values that few of them share, are not for logs. Frameworks
// print elements in their errors.
func (*Summary) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// Add takes in one request; r is not kept, its strings are. Requests with the same Client must have the same Visitor.
func (s *Summary) Add(r *Request) {
	s.counters.count(r)
	s.put(r)
	s.sets.add(&s.groups, groupOf(r))
	s.addToLists(r)
	s.addToSamples(r)
	if !r.CDNPeer {
		s.addClient(r)
	}
}

func (s *Summary) addToLists(r *Request) {
	in := line{bytes: r.ResponseBytes, group: groupOf(r)}
	if r.Status >= 400 && r.Status < statusLimit {
		in.errors = 1
	}
	if r.Cache == vocabulary.CacheMiss {
		in.misses = 1
	}
	if r.Logged.Has(vocabulary.FieldPath) {
		s.paths.count(text(r.Path), &in, pathCapacity, &s.sets)
	}
	if r.Logged.Has(vocabulary.FieldReferrer) {
		s.referrers.count(text(r.Referrer), &in, referrerCapacity, &s.sets)
	}
	if r.Logged.Has(vocabulary.FieldAgent) {
		s.agents.count(text(r.Agent), &in, agentCapacity, &s.sets)
	}
	s.countries.count(countryOf(r), &in, countryCapacity, &s.sets)
	s.networks.count(network(r.Network), &in, networkCapacity, &s.sets)
}

// addClient counts who sent a request. A client that has an entry is in the sketch already, as entries are made here alone.
func (s *Summary) addClient(r *Request) {
	known := r.Client != token{} && !s.clients.count(r)
	if r.Visitor == 0 {
		return
	}
	s.visitors.values++
	if !known {
		s.visitors.add(r.Visitor)
	}
}

// Merge adds another summary, whose memory may become part of this one: it may be read until this one changes again, and not be changed. Where k differs
// the larger one holds, and what reached the smaller one alone counts as hidden until enough further clients come.
func (s *Summary) Merge(o *Summary) {
	s.merge(o, true)
}

// MergeUnsampled is Merge without samples, which are of use for minutes only. Those of this summary may stay while nothing else is in it.
func (s *Summary) MergeUnsampled(o *Summary) {
	s.merge(o, false)
}

func (s *Summary) merge(o *Summary, sampled bool) {
	if o.sets.k != s.sets.k {
		k := max(s.sets.k, o.sets.k)
		s.raise(k)
		o.raise(k)
	}
	switch {
	case o.counters.lines == 0:
	case s.counters.lines == 0:
		*s = *o
	default:
		s.settle()
		o.settle()
		s.mergeCounts(o)
		s.mergeValues(o)
		if sampled {
			s.sample.merge(&o.sample)
		} else {
			s.DropSamples()
		}
	}
}

func (s *Summary) mergeCounts(o *Summary) {
	s.counters.merge(&o.counters)
	s.kinds.merge(&o.kinds)
	s.logged.merge(&o.logged)
	s.statuses.merge(&o.statuses)
	s.latency.merge(&o.latency)
	s.size.merge(&o.size)
	s.visitors.merge(&o.visitors)
	s.clients.merge(&o.clients)
}

func (s *Summary) mergeValues(o *Summary) {
	s.sets.join(&s.groups, &o.sets, &o.groups)
	s.paths.merge(&o.paths, pathCapacity, &s.sets, &o.sets)
	s.countries.merge(&o.countries, countryCapacity, &s.sets, &o.sets)
	s.networks.merge(&o.networks, networkCapacity, &s.sets, &o.sets)
	s.referrers.merge(&o.referrers, referrerCapacity, &s.sets, &o.sets)
	s.agents.merge(&o.agents, agentCapacity, &s.sets, &o.sets)
}

// raise makes k larger. It leaves a smaller k alone.
func (s *Summary) raise(k int) {
	if k <= s.sets.k {
		return
	}
	old := s.sets
	s.sets = groupSets{k: k}
	s.sets.raise(&old, &s.groups)
	s.paths.raise(&s.sets, &old)
	s.countries.raise(&s.sets, &old)
	s.networks.raise(&s.sets, &old)
	s.referrers.raise(&s.sets, &old)
	s.agents.raise(&s.sets, &old)
}

// Lines returns how many lines were added.
func (s *Summary) Lines() uint64 { return s.counters.lines }

// Clients returns how many distinct clients there were, but at most k: what is needed to say whether the host may be named. With k = 1
// every host may.
func (s *Summary) Clients() int {
	if s.sets.enough(s.groups) {
		return s.sets.k
	}
	return int(s.groups.n)
}

// MaxSize is more than a summary ever holds, in bytes, beside the texts of its values (a k above 10 adds 4 bytes for each more and value).
const MaxSize = 1 << 20

// Size returns about how many bytes the summary holds, the texts of its values not counted: they are shared.
func (s *Summary) Size() int {
	n := int(unsafe.Sizeof(*s))
	n += size(s.pending.alike) + size(s.pending.measures) + size(s.statuses.codes) + size(s.latency.buckets) + size(s.size.buckets)
	n += size(s.visitors.sparse) + size(s.visitors.dense) + size(s.sets.words) + size(s.clients.details)
	n += size(s.sample.held)
	n += s.paths.bytes() + s.countries.bytes() + s.networks.bytes() + s.referrers.bytes() + s.agents.bytes() + s.clients.bytes()
	return n
}

// size is the memory behind a slice.
func size[T any](s []T) int {
	var one T
	return cap(s) * int(unsafe.Sizeof(one))
}

// MarkLate makes every line one that arrived after its minute was closed.
func (s *Summary) MarkLate() { s.counters.late = s.counters.lines }
