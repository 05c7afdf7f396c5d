package summarize

import (
	"net/netip"

	"github.com/floodgauge/floodgauge/pkg/agent"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// The caches are cleared when full: simple, and a flood of random values costs one miss a line, which the bound on a miss allows for.
const (
	maxClients = 1 << 16
	maxPaths   = 1 << 16
	maxAgents  = 1 << 12
)

// client is what is known of an address on a day.
type client struct {
	day      int64
	token    [16]byte
	group    uint32
	network  uint32
	country  string
	cdn      bool
	botKnown bool // bot was looked up for family
	bot      bool
	family   string
}

func (c *client) verified(s *Summarizer, family string, addr netip.Addr) bool {
	if !c.botKnown || c.family != family {
		c.botKnown, c.family, c.bot = true, family, agent.Verified(addr, family)
	}
	return c.bot
}

// clientCache remembers the clients of one day, as logs are nearly in order.
type clientCache struct {
	day    int64
	key    *privacy.DayKey
	byAddr map[netip.Addr]*client
}

func (cc *clientCache) get(s *Summarizer, addr netip.Addr, day int64) *client {
	if cc.key == nil || cc.day != day {
		cc.day, cc.key, cc.byAddr = day, s.keys.Day(day), map[netip.Addr]*client{}
	}
	if c := cc.byAddr[addr]; c != nil {
		return c
	}
	if len(cc.byAddr) >= maxClients {
		clear(cc.byAddr)
	}
	c := &client{day: day}
	c.token, c.group = cc.key.Client(addr)
	country, network := s.geo.Lookup(addr)
	c.network = network
	if country != ([2]byte{}) {
		c.country = countryName(country)
	}
	_, c.cdn = logentry.CDNOf(addr)
	cc.byAddr[addr] = c
	return c
}

type pathText struct {
	template string
	hash     uint32
	static   bool
}

type agentText struct {
	family string
	hash   uint32
	class  vocabulary.ClientClass
}

// textCache remembers what raw paths and agents became, and gives equal templates one string.
type textCache struct {
	paths     map[string]pathText
	agents    map[string]agentText
	templates map[string]string
}

func (t *textCache) path(s *Summarizer, raw []byte) pathText {
	if p, ok := t.paths[string(raw)]; ok {
		return p
	}
	if t.paths == nil || len(t.paths) >= maxPaths {
		t.paths, t.templates = map[string]pathText{}, map[string]string{}
	}
	p := pathText{template: s.templates.Template(raw), hash: s.keys.Hash32(raw), static: privacy.Static(raw)}
	if same, ok := t.templates[p.template]; ok {
		p.template = same
	} else {
		t.templates[p.template] = p.template
	}
	t.paths[string(raw)] = p
	return p
}

func (t *textCache) agent(s *Summarizer, raw []byte) agentText {
	if a, ok := t.agents[string(raw)]; ok {
		return a
	}
	if t.agents == nil || len(t.agents) >= maxAgents {
		t.agents = map[string]agentText{}
	}
	c := s.agents.Classify(raw)
	a := agentText{family: c.Family, hash: s.keys.Hash32(raw), class: c.Class}
	t.agents[string(raw)] = a
	return a
}
