package report

import (
	"math"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// pending is what was added but not yet counted. Most lines of a minute are alike in all but their bytes and clients, and a summary in use
// is cold in the processor's cache: two short lists that take in a line cost less than a dozen counters all over the summary.
// Summary.settle counts what is pending; every reader calls it first.
type pending struct {
	alike    []alike
	measures []measure
}

// Where either list is full all is counted. Longer lists would take longer to search and hold more memory (32 and 4 bytes an entry);
// shorter ones would be counted more often.
const (
	maxAlike    = 16
	maxMeasures = 512
)

// alike counts lines of one shape.
type alike struct {
	shape
	lines uint64
	bytes uint64 // of responses
}

// shape is what a line says in closed vocabularies.
type shape struct {
	logged      vocabulary.Fields
	status      uint16
	method      vocabulary.Method
	protocol    vocabulary.Protocol
	cache       vocabulary.Cache
	enforced    vocabulary.Action
	preview     vocabulary.Action
	originError vocabulary.OriginError
	class       vocabulary.ClientClass
	refused     bool // a POST request that was answered as a wrong password is
}

// measure is the log buckets of a line's latency and response size.
type measure struct{ latency, size uint16 }

// noBucket stands for a number that the line's format does not log.
const noBucket = math.MaxUint16

func shapeOf(r *Request) shape {
	return shape{
		logged: r.Logged, status: r.Status, method: r.Method, protocol: r.Protocol, cache: r.Cache, enforced: r.Enforced,
		preview: r.Preview, originError: r.OriginError, class: r.Class, refused: refusedPost(r),
	}
}

// find returns the place of the lines of a shape, or -1.
func (p *pending) find(s *shape) int {
	for i := range p.alike {
		if p.alike[i].shape == *s {
			return i
		}
	}
	return -1
}

// put sets a line aside.
func (s *Summary) put(r *Request) {
	line := shapeOf(r)
	at := s.pending.find(&line)
	if at < 0 {
		if len(s.pending.alike) == maxAlike {
			s.settle()
		}
		at = len(s.pending.alike)
		s.pending.alike = append(s.pending.alike, alike{shape: line})
	}
	a := &s.pending.alike[at]
	a.lines++
	a.bytes = add(a.bytes, r.ResponseBytes)
	s.measure(r)
}

const nanosPerMicro = 1000

func (s *Summary) measure(r *Request) {
	m := measure{latency: noBucket, size: noBucket}
	if r.Logged.Has(vocabulary.FieldLatency) {
		micros := (uint64(max(r.Latency, 0)) + nanosPerMicro/2) / nanosPerMicro
		s.latency.sum = add(s.latency.sum, micros)
		m.latency = bucketOf(micros)
	}
	if r.Logged.Has(vocabulary.FieldResponseBytes) {
		s.size.sum = add(s.size.sum, r.ResponseBytes)
		m.size = bucketOf(r.ResponseBytes)
	}
	if len(s.pending.measures) == maxMeasures {
		s.settle()
	}
	s.pending.measures = append(s.pending.measures, m)
}

// settle counts what is pending. It changes how the summary holds what it knows, not what it knows.
func (s *Summary) settle() {
	for i := range s.pending.alike {
		a := &s.pending.alike[i]
		s.kinds.count(a)
		s.logged.count(a.logged, a.lines)
		if a.logged.Has(vocabulary.FieldStatus) {
			s.statuses.count(a.status, a.lines)
		}
	}
	if len(s.pending.measures) > 0 {
		s.latency.count(s.pending.measures, func(m measure) uint16 { return m.latency })
		s.size.count(s.pending.measures, func(m measure) uint16 { return m.size })
	}
	s.pending.alike, s.pending.measures = s.pending.alike[:0], s.pending.measures[:0]
}
