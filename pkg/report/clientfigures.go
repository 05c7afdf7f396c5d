package report

import (
	"math"
	"math/bits"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// Client is what a summary knows of one client. Counts were seen for certain; of a host with more clients than the table holds they may lack some.
type Client struct {
	Token    [16]byte // tells who it is while the day's key lives: it stays inside the pipeline
	Requests uint64
	// Of these: answered 4xx (or, where a login page answers wrong passwords so, by the form again) and 5xx, sent by POST, for style sheets, scripts and images, and not answered by the cache.
	Failed, Broken, Posts, Static, Misses uint64
	// TopPath are the requests for the path that it asked for most, at least.
	TopPath uint64
	// Calls are the requests for paths that answer every call by status 200, at least.
	Calls uint64
	// Distinct paths, paths that failed, and agents, estimated. Beyond 400, 200 and 80 they say "many".
	Paths, FailedPaths, Agents int
	// Parts are the requests in each ten seconds of the minute.
	Parts [minuteParts]uint16
	// What its agents said at least once. Tool is a program or no agent at all; Verified is a bot at an address of its owner.
	Browser, Bot, Verified, Tool bool
	// Referrer: it named one at least once. Allowed: it is on the operator's allow-list.
	Referrer, Allowed bool
}

// EachClient goes through the clients that have an entry, in no order. c is valid until f returns.
func (s *Summary) EachClient(f func(c *Client)) {
	for i := range s.clients.entries {
		e := &s.clients.entries[i]
		var one detail
		d := &one
		if e.value.detail == 0 {
			d.count(e.value.only)
		} else {
			d = &s.clients.details[e.value.detail-1]
		}
		c := clientOf(e.value.flags, d)
		c.Token, c.Requests = e.key, e.count
		f(&c)
	}
}

func clientOf(flags uint16, d *detail) Client {
	is := func(classes ...vocabulary.ClientClass) bool {
		for _, class := range classes {
			if flags&(1<<class) != 0 {
				return true
			}
		}
		return false
	}
	c := Client{
		Failed: uint64(d.kinds[0]), Broken: uint64(d.kinds[1]), Posts: uint64(d.kinds[2]), Static: uint64(d.kinds[3]), Misses: uint64(d.kinds[4]), Parts: d.parts,
		Paths:       distinct(bits.OnesCount64(d.paths[0])+bits.OnesCount64(d.paths[1]), 128),
		FailedPaths: distinct(bits.OnesCount64(d.errorPaths), 64), Agents: distinct(bits.OnesCount32(d.agents), 32),
		Browser: is(vocabulary.ClientBrowser), Bot: is(vocabulary.ClientDeclaredBot), Verified: is(vocabulary.ClientVerifiedBot),
		Tool: is(vocabulary.ClientTool, vocabulary.ClientEmpty), Referrer: flags&flagReferrer != 0, Allowed: flags&flagAllowed != 0,
	}
	for _, h := range d.topPaths {
		c.TopPath = max(c.TopPath, uint64(h.n))
		if h.hash == CallsPath {
			c.Calls = uint64(h.n)
		}
	}
	return c
}

// ClientsUnknown says why nothing can be said of single clients: "not logged", or "cdn" where addresses are a content delivery network's; "" where they are known.
func (s *Summary) ClientsUnknown() string {
	s.settle()
	switch known := s.logged[vocabulary.FieldClient]; {
	case known == 0:
		return "not logged"
	case s.hidesClients():
		return "cdn"
	}
	return ""
}

// hidesClients tells whether so many addresses, 20 %, are a content delivery network's that nothing can be said of the visitors.
func (s *Summary) hidesClients() bool {
	return s.counters.cdnLines > 0 && s.counters.cdnLines >= (s.logged[vocabulary.FieldClient]+4)/5
}

// RefusedPosts are the POST requests that were answered as failed logins are: by 400, 401, 403, 422 or 429, or by the form again where a login page does so.
func (s *Summary) RefusedPosts() uint64 {
	s.settle()
	return s.kinds.refused[0]
}

// distinct estimates how many values set some of a linear counter's bits (Whang et al., 1990).
func distinct(set, size int) int {
	if set == size {
		set = size - 1 // as many as it can tell
	}
	return int(math.Round(-float64(size) * math.Log(1-float64(set)/float64(size))))
}
