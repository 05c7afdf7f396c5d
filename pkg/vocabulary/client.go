package vocabulary

// ClientClass sorts clients by what their agent and their address say.
type ClientClass uint8

// A verified bot declares itself and comes from the address range that its owner publishes; a declared bot only says so.
const (
	ClientNone ClientClass = iota // the format does not log agents
	ClientBrowser
	ClientDeclaredBot
	ClientVerifiedBot
	ClientTool // curl, libraries, scanners
	ClientEmpty
	ClientOther
	ClientClassCount
)

var clientClassNames = []string{"none", "browser", "declared_bot", "verified_bot", "tool", "empty", "other"}

func (c ClientClass) String() string { return name(c, clientClassNames) }

// Field is something a log line may carry. A set of fields tells "not logged" from zero.
type Field uint8

// The fields whose absence the report must say.
const (
	FieldClient Field = iota
	FieldStatus
	FieldRequestBytes
	FieldResponseBytes
	FieldMethod
	FieldProtocol
	FieldCache
	FieldDefence
	FieldOriginError
	FieldAgent
	FieldReferrer
	FieldPath
	FieldLatency
	FieldCountry // in the line; a database may give it otherwise
	FieldNetwork // in the line; a database may give it otherwise
	FieldHost
	FieldCount
)

var fieldNames = []string{"client", "status", "request_bytes", "response_bytes", "method", "protocol", "cache", "defence", "origin_errors", "agent",
	"referrer", "path", "latency", "country", "network", "host"}

func (f Field) String() string { return name(f, fieldNames) }

// Fields is a set of Field.
type Fields uint32

// Of makes a set.
func Of(fields ...Field) Fields {
	var s Fields
	for _, f := range fields {
		s |= 1 << f
	}
	return s
}

// Has tells whether f is in the set.
func (s Fields) Has(f Field) bool { return s>>f&1 == 1 }
