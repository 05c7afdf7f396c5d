package transform

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/klauspost/compress/s2"
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/schemas"
)

// event is a kind of what reaches the step that judges a host. Encoded events begin with their kind and their minute, so that they can be put in order as
// they are.
type event byte

// The kinds of events.
const (
	seededState     event = iota + 1 // a *schemas.SiteState of an earlier run
	knownMinute                      // a minute of which some host has lines; without a message
	observedMinute                   // a *schemas.Observation
	gatheredMinutes                  // several observed minutes of one host, packed together
)

// headBytes are what an encoded event begins with.
const headBytes = 1 + 8

// appendEvent encodes an event. m may be nil; it is packed, as a runner keeps several copies of what it groups.
func appendEvent(kind event, minute time.Time, m proto.Message) ([]byte, error) {
	b := binary.BigEndian.AppendUint64([]byte{byte(kind)}, uint64(minute.Unix()))
	if m == nil {
		return b, nil
	}
	plain, err := proto.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encoding what detection goes by: %w", err)
	}
	return append(b, s2.Encode(nil, plain)...), nil
}

// headOf is the beginning of an encoded event.
func headOf(b []byte) (kind event, minute time.Time, err error) {
	if len(b) < headBytes {
		return 0, minute, fmt.Errorf("what detection goes by has only %d bytes", len(b))
	}
	return event(b[0]), time.Unix(int64(binary.BigEndian.Uint64(b[1:])), 0).UTC(), nil
}

// decodeEvent decodes an event with its message.
func decodeEvent(b []byte, m proto.Message) (kind event, minute time.Time, err error) {
	if kind, minute, err = headOf(b); err != nil {
		return kind, minute, err
	}
	if kind == knownMinute {
		return kind, minute, nil
	}
	plain, err := s2.Decode(nil, b[headBytes:])
	if err == nil {
		err = proto.Unmarshal(plain, m)
	}
	if err != nil {
		return kind, minute, fmt.Errorf("decoding what detection goes by: %w", err)
	}
	return kind, minute, nil
}

// appendGathered appends an observed minute, not packed, behind its length.
func appendGathered(b []byte, minute time.Time, o *schemas.Observation) ([]byte, error) {
	b = binary.AppendUvarint(b, uint64(headBytes+proto.Size(o)))
	b = binary.BigEndian.AppendUint64(append(b, byte(observedMinute)), uint64(minute.Unix()))
	b, err := proto.MarshalOptions{UseCachedSize: true}.MarshalAppend(b, o)
	if err != nil {
		return nil, fmt.Errorf("encoding what detection goes by: %w", err)
	}
	return b, nil
}

// packGathered makes an event of what was appended. It has no minute: those are inside.
func packGathered(b []byte) []byte {
	head := make([]byte, headBytes, headBytes+len(b)/2)
	head[0] = byte(gatheredMinutes)
	return append(head, s2.Encode(nil, b)...)
}

// unpackGathered puts the minutes of packed events among the others, in order.
func unpackGathered(events [][]byte) (all [][]byte, err error) {
	for _, b := range events {
		kind, _, err := headOf(b)
		if err != nil {
			return nil, err
		}
		if kind != gatheredMinutes {
			all = append(all, b)
			continue
		}
		plain, err := s2.Decode(nil, b[headBytes:])
		if err != nil {
			return nil, fmt.Errorf("unpacking what detection goes by: %w", err)
		}
		for len(plain) > 0 {
			size, n := binary.Uvarint(plain)
			if n <= 0 || size < headBytes || size > uint64(len(plain)-n) {
				return nil, errors.New("unpacking what detection goes by: it is cut off")
			}
			all, plain = append(all, plain[n:n+int(size)]), plain[n+int(size):]
		}
	}
	slices.SortStableFunc(all, func(a, b []byte) int { return bytes.Compare(a[:headBytes], b[:headBytes]) })
	return all, nil
}
