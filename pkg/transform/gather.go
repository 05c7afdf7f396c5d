package transform

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/mtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/klauspost/compress/s2"
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/report"
)

func init() {
	register.DoFn5x1[beam.Window, string, *report.Summary, func(beam.EventTime, int64, []byte), func(int64, bool), error](&gatherMinutesFn{})
	register.DoFn3x0[string, []byte, func(beam.EventTime, int64, []byte)](&gatherStatesFn{})
	register.Emitter3[beam.EventTime, int64, []byte]()
}

// What a bounded run judges at its end travels by shards of hosts: an engine's work for each key and element costs more than the bytes, and minutes of sites
// that are packed together are a fraction of the bytes.
const (
	shards = 64
	// gatherLimit is how many bytes a bundle gathers before it hands them over.
	gatherLimit = 8 << 20
)

// gathered is what a bundle has for each shard: events of hosts, each behind its length and its host.
type gathered struct {
	shards [shards][]byte
	size   int
	first  time.Time // the first minute, zero where there is only what has none
}

func shardOf(host string) uint32 { return crc32.ChecksumIEEE([]byte(host)) % shards }

// add appends the head of an event of a host and minute, and returns where its message of so many bytes is appended to.
func (g *gathered) add(host string, kind event, minute time.Time, message int) *[]byte {
	shard := &g.shards[shardOf(host)]
	b := binary.AppendUvarint(*shard, uint64(len(host)))
	b = binary.AppendUvarint(append(b, host...), uint64(headBytes+message))
	*shard = appendHead(b, kind, minute)
	g.size += len(host) + headBytes + message
	if g.first.IsZero() || minute.Before(g.first) {
		g.first = minute
	}
	return shard
}

// flush hands over what was gathered, with the time of the first minute of it. A later time, such as the end, would let the engine's watermark pass what is
// still being gathered, and it would take the minutes that are known, a side input, for complete.
func (g *gathered) flush(emit func(beam.EventTime, int64, []byte)) {
	for shard, b := range g.shards {
		if len(b) > 0 {
			emit(mtime.FromTime(g.first), int64(shard), s2.Encode(nil, b))
			g.shards[shard] = b[:0]
		}
	}
	g.size, g.first = 0, time.Time{}
}

// unpackGathered returns the events of each host, in order.
func unpackGathered(packed func(*[]byte) bool) (hosts map[string][][]byte, err error) {
	hosts = map[string][][]byte{}
	for b := []byte(nil); packed(&b); {
		plain, err := s2.Decode(nil, b)
		if err != nil {
			return nil, fmt.Errorf("unpacking what detection goes by: %w", err)
		}
		for len(plain) > 0 {
			var host, e []byte
			if host, plain, err = cut(plain); err == nil {
				e, plain, err = cut(plain)
			}
			if err != nil || len(e) < headBytes {
				return nil, errors.New("unpacking what detection goes by: it is cut off")
			}
			hosts[string(host)] = append(hosts[string(host)], e)
		}
	}
	for _, events := range hosts {
		slices.SortFunc(events, bytes.Compare)
	}
	return hosts, nil
}

// cut takes off what stands behind its length.
func cut(b []byte) (first, rest []byte, err error) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return nil, nil, io.ErrUnexpectedEOF
	}
	return b[n : n+int(size)], b[n+int(size):], nil
}

// gatherMinutesFn is observeFn for a bounded run.
type gatherMinutesFn struct {
	observeFn
	gathered gathered
}

// StartBundle forgets the minutes that were named.
func (f *gatherMinutesFn) StartBundle(_ func(beam.EventTime, int64, []byte), _ func(int64, bool)) {
	f.known = map[int64]bool{}
}

// ProcessElement observes one host and minute.
func (f *gatherMinutesFn) ProcessElement(w beam.Window, host string, sum *report.Summary, observed func(beam.EventTime, int64, []byte), known func(int64, bool)) error {
	start := windowStart(w)
	o := attack.Observe(sum, sum.Outline(host, start, f.Level))
	b := f.gathered.add(host, observedMinute, start, proto.Size(o))
	var err error
	if *b, err = (proto.MarshalOptions{UseCachedSize: true}).MarshalAppend(*b, o); err != nil {
		return fmt.Errorf("encoding what detection goes by: %w", err)
	}
	f.tell(start, known)
	if f.gathered.size > gatherLimit {
		f.gathered.flush(observed)
	}
	return nil
}

// FinishBundle hands over what was gathered.
func (f *gatherMinutesFn) FinishBundle(observed func(beam.EventTime, int64, []byte), _ func(int64, bool)) {
	f.gathered.flush(observed)
}

// gatherStatesFn hands over states that an earlier run left.
type gatherStatesFn struct{ gathered gathered }

// ProcessElement takes in the state of one host.
func (f *gatherStatesFn) ProcessElement(host string, encoded []byte, _ func(beam.EventTime, int64, []byte)) {
	b := f.gathered.add(host, seededState, time.Time{}, len(encoded))
	*b = append(*b, encoded...)
}

// FinishBundle hands over what was gathered.
func (f *gatherStatesFn) FinishBundle(emit func(beam.EventTime, int64, []byte)) {
	f.gathered.flush(emit)
}
