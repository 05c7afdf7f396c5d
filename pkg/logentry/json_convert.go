package logentry

import (
	"math/bits"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// conversion turns the texts of one line's fields into an Entry. What needs more than one field waits in it until all are there.
type conversion struct {
	entry *Entry
	raw   *raw

	time, details, proxyStatus            []byte
	flags, actions, originStatus          []byte // of formats whose parts tell the outcome together
	latencyPower                          int
	cacheLookup, cacheHit, cacheValidated bool
	enforced, edge, preview, previewEdge  policy
}

func (p *policy) configure(b []byte) { p.spoke, p.configured = true, parseAction(b) }

func (c *conversion) setLatency(b []byte) {
	if ns, ok := parseLatency(b, c.latencyPower); ok {
		c.entry.Latency = ns
		c.entry.Logged |= 1 << vocabulary.FieldLatency
	}
}

// setBytes takes a number of bytes. One that no answer can have says nothing, so the line does not log it: as 0 or as the largest number it would
// spoil a site's sum.
func (c *conversion) setBytes(to *uint64, field vocabulary.Field, b []byte) {
	n, ok := parseUint(b)
	if *to = n; !ok && tooLarge(b) {
		c.entry.Logged &^= 1 << field
	}
}

// convert fills e and r from the fields that were found in the line. An entry needs a time and one of requestFields.
func (p *jsonParser) convert(e *Entry, r *raw) Reason {
	if p.found.set&requestFields == 0 || p.found.set&p.requires != p.requires {
		return ReasonNotRequest
	}
	p.conversion = conversion{entry: e, raw: r, latencyPower: p.latencyPower}
	c := &p.conversion
	e.Logged = p.loggedFields()
	for set := uint64(p.found.set); set != 0; set &= set - 1 {
		f := field(bits.TrailingZeros64(set))
		fields[f].set(c, p.text(f))
	}
	c.finishCache(p.mapped)
	c.finishDefence(p.mapped)
	return p.finishTime(c)
}

func (p *jsonParser) finishTime(c *conversion) Reason {
	if len(c.time) == 0 || string(c.time) == "-" {
		return ReasonNoTime
	}
	ns, ok := p.clock.parseTime(c.time, p.timePower)
	if !ok {
		return ReasonBadTime
	}
	return setTime(c.entry, ns)
}

// finishCache applies to formats that tell the cache's outcome by booleans. Where they do not say whether the cache was asked, it was.
func (c *conversion) finishCache(mapped fieldSet) {
	if mapped>>fieldCacheHit&1 == 1 && c.entry.Logged.Has(vocabulary.FieldCache) {
		asked := c.cacheLookup || mapped>>fieldCacheLookup&1 == 0
		c.entry.Cache = cacheOutcome(asked, c.cacheHit, c.cacheValidated)
	}
}

// finishDefence decides on enforced and preview actions, and for formats with statusDetails on the origin's part. Where a line has neither
// statusDetails nor a proxy status, nothing went wrong on the way: the status is the backend's.
func (c *conversion) finishDefence(mapped fieldSet) {
	e := c.entry
	e.Enforced = decide(&c.edge, &c.enforced)
	e.Preview = decide(&c.previewEdge, &c.preview)
	if len(c.flags) > 0 {
		settleResponseFlags(c)
	}
	if mapped&(1<<fieldStatusDetails|1<<fieldProxyStatus) == 0 {
		return
	}
	d := detail{known: true, sent: true}
	switch {
	case len(c.details) > 0:
		d = readDetail(c.details)
	case len(c.proxyStatus) > 0:
		d = readProxyStatus(c.proxyStatus)
	}
	e.OriginError = d.originError(e.Status)
	if d.action != vocabulary.ActionNone && (e.Enforced == vocabulary.ActionNone || e.Enforced == vocabulary.ActionAllowed) {
		e.Enforced = d.action
		e.Logged |= 1 << vocabulary.FieldDefence
	}
}
