package transform

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/klauspost/compress/s2"
	"google.golang.org/protobuf/proto"
)

// event is a kind of what reaches the step that judges a host. Encoded events begin with their kind and their minute, so that they can be put in order as
// they are.
type event byte

// The kinds of events.
const (
	seededState    event = iota + 1 // a *schemas.SiteState of an earlier run
	knownMinute                     // a minute of which some host has lines; without a message
	observedMinute                  // a *schemas.Observation
)

// headBytes are what an encoded event begins with.
const headBytes = 1 + 8

// appendEvent encodes an event. m may be nil; it is packed, as a runner keeps several copies of what it groups.
func appendEvent(kind event, minute time.Time, m proto.Message) ([]byte, error) {
	b := appendHead(nil, kind, minute)
	if m == nil {
		return b, nil
	}
	plain, err := proto.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encoding what detection goes by: %w", err)
	}
	return append(b, s2.Encode(nil, plain)...), nil
}

// appendHead appends what headOf reads.
func appendHead(b []byte, kind event, minute time.Time) []byte {
	return binary.BigEndian.AppendUint64(append(b, byte(kind)), uint64(minute.Unix()))
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
