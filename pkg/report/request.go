package report

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// Request is what a summary counts of one entry. It holds no text that a visitor chose but what passed a closed vocabulary or the
// templates of pkg/privacy; the strings must be interned by the caller, they are kept.
type Request struct {
	Time   int64  // event time, Unix nanoseconds
	LineID uint64 // keyed hash of the line's id
	Late   bool   // arrived after its minute should have been closed

	// Weight is how many requests this line stands for, in millionths: 1,000,000 at sample rate 1.
	Weight uint64

	Logged vocabulary.Fields

	// Client is the day-keyed token of the client (IPv4 address, or IPv6 /64); zero where unknown.
	Client [16]byte
	// Group is a keyed hash of what counts as one client for the k rule (IPv4 address, IPv6 /48); 0 where unknown.
	Group uint32
	// Visitor is a keyed hash of the client salted by site and day, for the sketch; 0 where unknown.
	Visitor uint64
	// CDNPeer: the address is a content delivery network's and no trusted field gave the client's.
	CDNPeer bool
	// Unsampled: it is not for the samples.
	Unsampled bool
	// Allowed: the operator lets the client do what it likes.
	Allowed bool

	Status      uint16
	Method      vocabulary.Method
	Protocol    vocabulary.Protocol
	Cache       vocabulary.Cache
	Enforced    vocabulary.Action
	Preview     vocabulary.Action
	OriginError vocabulary.OriginError
	Class       vocabulary.ClientClass

	RequestBytes   uint64
	ResponseBytes  uint64
	CacheFillBytes uint64
	Latency        int64 // nanoseconds

	Path     string // template
	Query    bool   // there was a query string
	PathHash uint32 // keyed hash of the raw path, for "distinct paths of a client"
	Static   bool   // the path is a style sheet, script, image, font or media file
	Login    Login  // how the path answers passwords
	Agent    string // family, from a closed vocabulary
	// AgentHash is a keyed hash of the raw agent string, for "agents of a client".
	AgentHash uint32
	Referrer  string // registrable host, or "" for none
	Country   string // ISO 3166 alpha-2, or "" for unknown
	Network   uint32 // autonomous system number, 0 for unknown
}
