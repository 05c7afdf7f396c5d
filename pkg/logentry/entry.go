// Package logentry turns one log line into an Entry: one parser per family of formats (JSON by a mapping of keys, text by a layout),
// the recognition of formats, host names, client addresses behind trusted proxies, and line ids. It knows nothing of files, of
// statistics or of Beam, and what it returns holds personal data: an Entry lives inside one bundle and is never sent anywhere.
package logentry

import (
	"net/netip"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// Entry is one parsed request. Its byte slices point into the line (or into the parser's scratch) and are valid until the next Parse.
type Entry struct {
	Time int64 // event time, Unix nanoseconds

	Host Private // normalised: lower case, no port, no trailing dot, no userinfo; empty where the line has none or it is no host name
	// HostInvalid: the line has a host, but it is no DNS name (an address, or characters that no name has). Host is empty then.
	HostInvalid bool

	Client netip.Addr // the visitor's address, unmapped, no zone; invalid where unknown
	// Peer is who connected to the proxy where that is known, else invalid. It equals Client where no trusted proxy stands between.
	Peer netip.Addr
	// ClientTrusted: Client was read from a field that a trusted proxy filled in (configuration), or from a provider's own field.
	ClientTrusted bool

	Path      Private // raw path without query and fragment, still percent-encoded; empty where unknown
	Query     Private // raw query without '?'
	Referrer  Private // raw Referer; "-" becomes empty
	UserAgent Private // raw agent; "-" becomes empty
	InsertID  Private // the transport's own id of the line where the format carries one (insertId, RayID, request id); else empty

	Method      vocabulary.Method
	Protocol    vocabulary.Protocol
	Status      uint16 // 0: the line has none (client left before any response)
	Cache       vocabulary.Cache
	Enforced    vocabulary.Action
	Preview     vocabulary.Action
	OriginError vocabulary.OriginError

	RequestBytes   uint64
	ResponseBytes  uint64
	CacheFillBytes uint64
	Latency        int64 // nanoseconds

	Country [2]byte // upper-case ISO 3166 alpha-2 from the line; zero where unknown
	ASN     uint32  // from the line; 0 where unknown

	// Logged holds the fields that the line's format logs, whether or not this line has a value: a format with a cache field whose
	// value is "-" counts as logged. FieldClient is there only where the line has an address, and
	// a field of bytes not where the number is too large for 64 bits.
	Logged vocabulary.Fields
}

// Reason says why a line became no entry. Its names are published; they never hold text of the line.
type Reason uint8

// OK means that the line is an entry. Every other reason makes a dead letter.
const (
	OK Reason = iota
	ReasonNotJSON
	ReasonBrokenJSON
	ReasonNoMatch // does not fit the text layout
	ReasonNoTime
	ReasonBadTime
	ReasonFuture
	ReasonPast    // before 1995: a clock that was never set
	ReasonTooLate // beyond the allowed lateness of a live run
	ReasonTooLong
	ReasonBinary
	ReasonNotRequest // valid, but no log of a request (another log's entry, a header)
	ReasonTruncated  // the stream ended or broke inside the line
	ReasonCount
)

var reasonNames = [ReasonCount]string{"ok", "not_json", "broken_json", "no_match", "no_time", "bad_time", "future", "before_1995", "too_late", "too_long",
	"binary", "not_a_request", "truncated"}

func (r Reason) String() string {
	if r < ReasonCount {
		return reasonNames[r]
	}
	return "unknown"
}

// MaxLine is the longest line that is parsed, in bytes; a longer one is a dead letter.
const MaxLine = 1 << 20
