package loggen

import (
	"net/netip"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// Kind is what a client truly is, whatever its agent says.
type Kind uint8

// A visitor is a person with a browser. A NAT visitor shares its address with the others of an office. A crawler comes from the
// range that its owner publishes, or is the unknown one of EventCrawler; a false crawler only carries such a name. A tool is a script
// that fetches something once in a while. An attacker takes part in one of the attacks that were asked for; a seeder prepares one, and
// does no harm by itself. Those who take part in an event are visitors, NAT visitors, crawlers and monitors.
const (
	KindVisitor Kind = iota
	KindNATVisitor
	KindCrawler
	KindFalseCrawler
	KindMonitor
	KindAPIClient
	KindTool
	KindAttacker
	KindSeeder
	KindCount
)

var kindNames = [KindCount]string{"visitor", "nat_visitor", "crawler", "false_crawler", "monitor", "api_client", "tool", "attacker", "seeder"}

func (k Kind) String() string {
	if k < KindCount {
		return kindNames[k]
	}
	return "unknown"
}

// Request is the truth about one request, from which its log line is written. Formats write what they can of it: those without
// fractions cut the time to seconds and the latency to milliseconds.
type Request struct {
	ID      uint64 // 1, 2, 3 … in the order of time
	Time    int64  // Unix nanoseconds, whole microseconds
	Host    string
	Client  netip.Addr
	Kind    Kind
	Session uint64 // the same for all requests of one visit, one crawl, or one monitor or API client; unique

	Method   vocabulary.Method
	Path     string // raw, begins with '/'
	Query    string // raw, without '?'
	Protocol vocabulary.Protocol

	Status         uint16 // 0: the client left before any response. Text formats of nginx and Apache, and Cloudflare, write 499
	RequestBytes   uint64
	ResponseBytes  uint64
	CacheFillBytes uint64
	Latency        int64 // nanoseconds, whole microseconds
	Cache          vocabulary.Cache
	Enforced       vocabulary.Action
	Preview        vocabulary.Action
	OriginError    vocabulary.OriginError

	Referrer string // full URL, or empty
	Agent    string
	Country  string // ISO 3166 alpha-2
	ASN      uint32

	site *site
	tls  uint8 // which TLS stack the client has
}
