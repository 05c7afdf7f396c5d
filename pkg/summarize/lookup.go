package summarize

import (
	"net/netip"

	"github.com/floodgauge/floodgauge/pkg/agent"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// client is what is known of an address on a day.
type client struct {
	addr     netip.Addr
	token    [16]byte
	day      int64
	group    uint32
	network  uint32
	country  string
	family   string // for which bot was looked up; "" for none
	cdn, bot bool
	allowed  bool
}

// client looks an address up. The result is valid until the next call.
func (s *Summarizer) client(addr netip.Addr, day int64) *client {
	if s.dayKey == nil || s.day != day {
		s.day, s.dayKey = day, s.keys.Day(day)
	}
	c, found := s.clients.at(addrHash(addr, s.addrSecret))
	if found && c.day == day && c.addr == addr {
		return c
	}
	*c = client{addr: addr, day: day}
	c.token, c.group = s.dayKey.Client(addr)
	if s.cfg.AcrossDays {
		c.group = s.keys.Group(addr)
	}
	country, network := s.geo.Lookup(addr)
	c.network, c.country = network, countryName(country)
	_, c.cdn = logentry.CDNOf(addr)
	c.allowed = s.allowed != nil && s.allowed.Contains(addr)
	return c
}

// verified tells whether the address lies in the published range of the bot that it says it is.
func (c *client) verified(family string) bool {
	if c.family != family {
		c.family, c.bot = family, agent.Verified(c.addr, family)
	}
	return c.bot
}

type pathText struct {
	template string
	hash     uint32
	static   bool
	login    report.Login
}

func (s *Summarizer) path(raw []byte) *pathText {
	p, found := s.paths.get(raw, 0)
	if !found {
		s.template = s.templates.Append(s.template[:0], raw)
		*p = pathText{template: s.texts.of(s.template), hash: s.keys.Hash32(raw), static: privacy.Static(raw), login: loginAt(raw)}
		if p.login == report.LoginCalls {
			p.hash = report.CallsPath
		}
	}
	return p
}

type agentText struct {
	family string
	hash   uint32
	class  vocabulary.ClientClass
}

func (s *Summarizer) agent(raw []byte) *agentText {
	a, found := s.agentTexts.get(raw, 0)
	if !found {
		c := s.agents.Classify(raw)
		*a = agentText{family: c.Family, hash: s.keys.Hash32(raw), class: c.Class}
	}
	return a
}

func (s *Summarizer) referrer(h *host, raw []byte) string {
	name, found := s.referrers.get(raw, h.id)
	if !found {
		*name = s.texts.of([]byte(privacy.Referrer(raw, []byte(h.name))))
	}
	return *name
}
