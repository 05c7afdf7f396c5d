package report

import (
	"errors"
	"math"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/schemas"
)

// visitorDays adds up visitors: merged within a UTC day, added over days.
type visitorDays struct {
	days        map[time.Time]*visitorDay
	several     int64 // of rows that are of several days themselves
	known       bool
	unavailable string
}

type visitorDay struct {
	sketch *sketch // nil where no row has one
	most   int64   // the largest row's number
	lines  int64
}

func (v *visitorDays) add(r *schemas.TrafficReport) {
	if r.ClientsUnavailable != "" {
		v.unavailable = r.ClientsUnavailable
	}
	if r.Visitors == nil {
		return
	}
	v.known = true
	day, one := dayOf(r)
	if !one {
		v.several = plus(v.several, *r.Visitors)
		return
	}
	if v.days == nil {
		v.days = map[time.Time]*visitorDay{}
	}
	if v.days[day] == nil {
		v.days[day] = &visitorDay{}
	}
	v.days[day].add(r)
}

func (d *visitorDay) add(r *schemas.TrafficReport) {
	d.most, d.lines = max(d.most, *r.Visitors), plus(d.lines, r.Lines)
	if len(r.VisitorsSketch) == 0 {
		return
	}
	read, err := readSketch(r.VisitorsSketch)
	switch {
	case err != nil: // its number still counts
	case d.sketch == nil:
		d.sketch = read
	default:
		d.sketch.merge(read)
	}
}

func (d *visitorDay) number() int64 {
	if d.sketch == nil {
		return d.most
	}
	return max(d.most, min(atMost(d.sketch.estimate()), d.lines))
}

// write gives the number, and the sketch where all is of one day.
func (v *visitorDays) write(s *schemas.TrafficReport) {
	if !v.known {
		s.ClientsUnavailable = v.unavailable
		return
	}
	n := v.several
	for _, d := range v.days {
		n = plus(n, d.number())
		if len(v.days) == 1 && v.several == 0 && d.sketch != nil {
			s.VisitorsSketch = d.sketch.bigQuery()
		}
	}
	s.Visitors = proto.Int64(n)
}

var errNoSketch = errors.New("not a sketch of visitors")

// readSketch reads what bigQuery writes.
func readSketch(b []byte) (*sketch, error) {
	s := &sketch{}
	var state []byte
	err := eachField(b, func(number protowire.Number, value uint64, data []byte) {
		switch number {
		case fieldNumValues:
			s.values = value
		case fieldHLL:
			state = data
		}
	})
	if err != nil || state == nil {
		return nil, errNoSketch
	}
	var sparse []byte
	var precisions [2]uint64
	err = eachField(state, func(number protowire.Number, value uint64, data []byte) {
		switch number {
		case fieldPrecision:
			precisions[0] = value
		case fieldSparsePrecision:
			precisions[1] = value
		case fieldDenseData:
			s.dense = slices.Clone(data)
		case fieldSparseData:
			sparse = data
		}
	})
	if err != nil || precisions != [2]uint64{precision, sparsePrecision} {
		return nil, errNoSketch
	}
	if s.dense != nil {
		return s, checkRanks(s.dense)
	}
	return s, s.readSparse(sparse)
}

func checkRanks(dense []byte) error {
	if len(dense) != registers || slices.Max(dense) > maxRank {
		return errNoSketch
	}
	return nil
}

func (s *sketch) readSparse(b []byte) error {
	last := uint64(0)
	for len(b) > 0 {
		step, n := protowire.ConsumeVarint(b)
		if n < 0 || step > math.MaxUint32 {
			return errNoSketch
		}
		last += step
		if last > math.MaxUint32 || !validSparse(uint32(last)) {
			return errNoSketch
		}
		s.addSparse(uint32(last))
		b = b[n:]
	}
	return nil
}

// eachField calls each field of an encoded message with its number and its whole number or its bytes.
func eachField(b []byte, each func(number protowire.Number, value uint64, data []byte)) error {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errNoSketch
		}
		b = b[n:]
		var value uint64
		var data []byte
		switch kind {
		case protowire.VarintType:
			value, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			data, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(number, kind, b)
		}
		if n < 0 {
			return errNoSketch
		}
		each(number, value, data)
		b = b[n:]
	}
	return nil
}
