package report

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// version is the first byte of an encoded summary. A change of what follows takes the next number, and keeps the reader of this one as long
// as a runner's state or a carried state may hold it. Version 1 has neither samples nor refused posts.
const (
	version    = 2
	oldVersion = 1
)

// AppendBinary appends the summary's encoding to b. Equal states give equal bytes.
func (s *Summary) AppendBinary(b []byte) []byte {
	s.settle()
	b = append(b, version)
	b = binary.AppendUvarint(b, uint64(s.sets.k))
	b = s.counters.appendTo(b)
	b = s.kinds.appendTo(b)
	b = s.logged.appendTo(b)
	b = s.statuses.appendTo(b)
	b = s.latency.appendTo(b)
	b = s.size.appendTo(b)
	b = s.visitors.appendTo(b)
	b = s.sets.appendTo(b, &s.groups)
	b = s.paths.appendTo(b, &s.sets)
	b = s.countries.appendTo(b, &s.sets)
	b = s.networks.appendTo(b, &s.sets)
	b = s.referrers.appendTo(b, &s.sets)
	b = s.agents.appendTo(b, &s.sets)
	return s.appendSample(s.clients.appendTo(b))
}

// Decode reads what AppendBinary wrote, of this version and the one before. It refuses everything else: what it accepts of this version encodes to the same
// bytes again. b is not kept.
func Decode(b []byte) (*Summary, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("decode summary: no bytes")
	}
	if !readable(b[0]) {
		return nil, fmt.Errorf("decode summary: version %d, but this program reads version %d: finish what another version began with that version", b[0], version)
	}
	r := &reader{data: b, at: 1, version: b[0]}
	k := int(r.below(MaxK + 1))
	if k == 0 {
		r.fail("k of 0")
	}
	s := New(k)
	s.decode(r)
	if r.err == nil && r.left() > 0 {
		r.fail("bytes after the end")
	}
	if r.err == nil && s.counters.lines == 0 && b[0] == version && !bytes.Equal(b, New(s.sets.k).AppendBinary(nil)) {
		r.fail("values without lines")
	}
	if r.err != nil {
		return nil, fmt.Errorf("decode summary: %w", r.err)
	}
	return s, nil
}

func readable(v byte) bool { return v == version || v == oldVersion }

// EncodedFirstEvent is the time of the first event, in Unix nanoseconds, of the summary that AppendBinary wrote to b, without decoding the rest.
func EncodedFirstEvent(b []byte) (int64, error) {
	if len(b) == 0 || !readable(b[0]) {
		return 0, fmt.Errorf("first event of a summary: not an encoding of version %d", version)
	}
	r := &reader{data: b, at: 1, version: b[0]}
	r.uvarint()
	var c counters
	c.decode(r)
	if r.err != nil {
		return 0, fmt.Errorf("first event of a summary: %w", r.err)
	}
	return c.first, nil
}

func (s *Summary) decode(r *reader) {
	s.counters.decode(r)
	s.kinds.decode(r)
	s.logged.decode(r)
	s.statuses.decode(r)
	s.latency.decode(r)
	s.size.decode(r)
	s.visitors.decode(r)
	s.sets.decode(r, &s.groups)
	s.paths.decode(r, pathCapacity, r.text, &s.sets)
	s.countries.decode(r, countryCapacity, r.country, &s.sets)
	s.networks.decode(r, networkCapacity, r.network, &s.sets)
	s.referrers.decode(r, referrerCapacity, r.text, &s.sets)
	s.agents.decode(r, agentCapacity, r.text, &s.sets)
	s.clients.decode(r)
	if r.version != oldVersion {
		s.decodeSample(r)
	}
}
