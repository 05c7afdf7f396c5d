package report

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// client is what is known of one client beside its count. Most clients of a minute send one request, so what only several requests can
// tell lies elsewhere and is made with the second.
type client struct {
	network uint32
	detail  uint32 // place+1 in clients.details; 0 while there is one request
	only    hit    // the one request; empty once there is a detail
	flags   uint16
	country country
}

// Flags of a client: one bit for each class that its agents were of (1<<class), and these.
const (
	flagReferrer = 1 << vocabulary.ClientNone       // sent a referrer at least once
	flagRefused  = 1 << vocabulary.ClientClassCount // was denied, throttled or banned at least once
	flagAllowed  = 2 << vocabulary.ClientClassCount // is on the operator's allow-list
)

// hit is what a client's table keeps of one request.
type hit struct {
	path, agent uint32 // hashes; 0: unknown
	kinds       uint8  // the kind bits below
	part        uint8  // of the minute, 0 to 5
}

const (
	kind4xx = 1 << iota // or a password that was answered by the form again
	kind5xx
	kindPost
	kindStatic
	kindMiss
	kindCount = iota
)

const (
	minuteParts = 6
	partNanos   = 10e9
	pathPlaces  = 4
	agentPlaces = 2
)

// detail is what several requests of one client tell. Its numbers stop at their largest value.
type detail struct {
	parts      [minuteParts]uint16 // requests in each 10 seconds of the minute
	kinds      [kindCount]uint32   // requests by kind bit
	errorPaths uint64              // linear counter of the distinct paths that gave errors
	paths      [2]uint64           // linear counter of the distinct paths
	agents     uint32              // linear counter of the distinct agents
	topPaths   [pathPlaces]heavy
	topAgents  [agentPlaces]heavy
}

func hitOf(r *Request) hit {
	h := hit{path: r.PathHash, agent: r.AgentHash, part: uint8(uint64(r.Time) / partNanos % minuteParts)}
	switch r.Status / 100 {
	case 4:
		h.kinds |= kind4xx
	case 5:
		h.kinds |= kind5xx
	}
	if r.Method == vocabulary.MethodPost {
		h.kinds |= kindPost
		if r.formAgain() {
			h.kinds |= kind4xx // it failed as much as with status 401
		}
	}
	if r.Static {
		h.kinds |= kindStatic
	}
	if r.Cache == vocabulary.CacheMiss {
		h.kinds |= kindMiss
	}
	return h
}

// see takes in what holds of the client whatever the request. Country and network follow from the address; where a log says otherwise the
// larger one stands, so that the order does not matter.
func (c *client) see(r *Request) {
	if r.Class > vocabulary.ClientNone && r.Class < vocabulary.ClientClassCount {
		c.flags |= 1 << r.Class
	}
	if r.Referrer != "" {
		c.flags |= flagReferrer
	}
	switch r.Enforced {
	case vocabulary.ActionDenied, vocabulary.ActionThrottled, vocabulary.ActionBanned:
		c.flags |= flagRefused
	}
	if r.Allowed {
		c.flags |= flagAllowed
	}
	c.network = max(c.network, r.Network)
	c.seeCountry(countryOf(r))
}

func (c *client) seeCountry(seen country) {
	if seen.compare(c.country) > 0 {
		c.country = seen
	}
}

// join takes in what holds of the same client on the other side of a merge.
func (c *client) join(o *client) {
	c.flags |= o.flags
	c.network = max(c.network, o.network)
	c.seeCountry(o.country)
}

func (d *detail) count(h hit) {
	d.parts[h.part] = add16(d.parts[h.part], 1)
	for i := range d.kinds {
		d.kinds[i] = add32(d.kinds[i], uint32(h.kinds>>i&1))
	}
	if h.path != 0 {
		d.paths[h.path>>6&1] |= 1 << (h.path & 63)
		if h.kinds&(kind4xx|kind5xx) != 0 {
			d.errorPaths |= 1 << (h.path & 63)
		}
	}
	if h.agent != 0 {
		d.agents |= 1 << (h.agent & 31)
	}
	countHeavy(d.topPaths[:], h.path)
	countHeavy(d.topAgents[:], h.agent)
}

func (d *detail) merge(o *detail) {
	for i := range d.parts {
		d.parts[i] = add16(d.parts[i], o.parts[i])
	}
	for i := range d.kinds {
		d.kinds[i] = add32(d.kinds[i], o.kinds[i])
	}
	d.errorPaths |= o.errorPaths
	d.paths[0] |= o.paths[0]
	d.paths[1] |= o.paths[1]
	d.agents |= o.agents
	mergeHeavy(d.topPaths[:], o.topPaths[:])
	mergeHeavy(d.topAgents[:], o.topAgents[:])
}
