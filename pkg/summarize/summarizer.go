package summarize

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"

	"github.com/gaissmai/bart"

	"github.com/floodgauge/floodgauge/pkg/agent"
	"github.com/floodgauge/floodgauge/pkg/geo"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

const nanosPerMinute = 60e9

// Summarizer turns blocks into summaries. It is not safe for concurrent use; a worker keeps one for its life and flushes it at each
// bundle's end.
type Summarizer struct {
	cfg       Config
	sources   []*source
	keys      *privacy.Keys
	lineKey   logentry.Key
	templates *privacy.Templater
	agents    *agent.Classifier
	geo       *geo.DB
	allowed   *bart.Lite // nil: nobody
	now       int64
	from, to  int64
	only      map[string]bool // rows wanted; nil: all

	hosts  map[string]*host // by the name in the line
	rows   map[string]*host // by the name in the row
	bucket *host
	lastID uint64 // of a host

	unlisted   int   // hosts that have a place though nobody listed them
	turnedAway int   // lines that found no place for their host since room was made
	patience   int   // how many those must be before room is made again
	flooded    bool  // there were more hosts than places
	newest     int64 // minute since the last Flush

	day        int64
	dayKey     *privacy.DayKey // of day
	addrSecret [2]uint64
	clients    cache[client]
	paths      cache[pathText]
	agentTexts cache[agentText]
	referrers  cache[string]
	texts      texts
	template   []byte // scratch

	entry  logentry.Entry
	counts Counts
}

// Format implements fmt.Formatter for every verb: a Summarizer holds keys, addresses and raw texts.
func (*Summarizer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// New makes a Summarizer; the error tells what is wrong with the configuration.
func New(cfg *Config) (*Summarizer, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	s := &Summarizer{cfg: *cfg, agents: agent.New(), texts: texts{}, hosts: map[string]*host{}, rows: map[string]*host{}, now: cfg.Now.UnixNano(),
		clients: newCache[client](clientSlots), paths: newCache[pathText](pathSlots),
		agentTexts: newCache[agentText](agentSlots), referrers: newCache[string](referrerSlots)}
	s.addrSecret = [2]uint64{maphash.Comparable(s.clients.seed, 1), maphash.Comparable(s.clients.seed, 2)}
	if s.cfg.AllowedDelay == 0 {
		s.cfg.AllowedDelay = defaultAllowedDelay
	}
	var err error
	if s.keys, err = privacy.NewKeys(cfg.Keys); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	s.lineKey = LineKey(s.keys)
	if s.templates, err = privacy.NewTemplater(cfg.PathTemplates); err != nil {
		return nil, fmt.Errorf("path templates: %w", err)
	}
	if s.geo, err = geo.Open(cfg.CountryDB, cfg.NetworkDB); err != nil {
		return nil, err
	}
	if err := s.openSources(); err != nil {
		return nil, err
	}
	if err := s.allow(); err != nil {
		return nil, err
	}
	s.setLimits()
	s.setHosts()
	return s, nil
}

// LineKey is the key of line ids and file identities.
func LineKey(keys *privacy.Keys) logentry.Key {
	var secret [16]byte
	k0, k1 := keys.Line()
	binary.LittleEndian.PutUint64(secret[:8], k0)
	binary.LittleEndian.PutUint64(secret[8:], k1)
	return logentry.NewKey(secret)
}

func (s *Summarizer) allow() error {
	for _, text := range s.cfg.Allow {
		prefixes, err := logentry.Prefixes(text)
		if err != nil {
			return fmt.Errorf("allow: %w", err)
		}
		if s.allowed == nil {
			s.allowed = new(bart.Lite)
		}
		for _, p := range prefixes {
			s.allowed.Insert(p.Masked())
		}
	}
	return nil
}

func (s *Summarizer) openSources() error {
	for i := range s.cfg.Sources {
		src, err := newSource(&s.cfg.Sources[i])
		if err != nil {
			return fmt.Errorf("source %s: %w", s.cfg.Sources[i].Name, err)
		}
		s.sources = append(s.sources, src)
	}
	return nil
}

func (s *Summarizer) setLimits() {
	s.from, s.to = minTime, maxTime
	if !s.cfg.From.IsZero() {
		s.from = s.cfg.From.UnixNano()
	}
	if !s.cfg.To.IsZero() {
		s.to = s.cfg.To.UnixNano()
	}
	if len(s.cfg.Hosts) > 0 {
		s.only = map[string]bool{}
		for _, h := range s.cfg.Hosts {
			s.only[h] = true
		}
	}
}

// Counts returns what became of the lines since New.
func (s *Summarizer) Counts() Counts { return s.counts }

// Lines returns how many lines were taken in since New.
func (s *Summarizer) Lines() int64 { return s.counts.Lines }

// Add takes in every line of a block. The block's data is not kept.
func (s *Summarizer) Add(b *logentry.Block, dead func(logentry.DeadLetter)) {
	letters := deadLetters{block: b, key: s.lineKey, emit: dead, counts: &s.counts}
	if b.TooLong > 0 {
		s.counts.Lines++
		s.counts.Bytes += b.TooLong
		letters.add(logentry.ReasonTooLong, 0, b.TooLong)
		letters.flush()
		return
	}
	src := s.sources[b.Source]
	for start := 0; start < len(b.Data); {
		end, next := lineEnd(b.Data, start)
		line := b.Data[start:end]
		if !blank(line) && !src.parser.Header(line) {
			s.counts.Lines++
			reason := s.line(src, b, line, int64(start), b.Broken && next == len(b.Data))
			if reason != logentry.OK {
				letters.add(reason, int64(start), int64(next-start))
			}
		}
		start = next
	}
	s.counts.Bytes += int64(len(b.Data))
	letters.flush()
}

func lineEnd(data []byte, start int) (end, next int) {
	if i := bytes.IndexByte(data[start:], '\n'); i >= 0 {
		return start + i, start + i + 1
	}
	return len(data), len(data)
}

// blank tells whether a line has nothing but white space: such a line is no line of the log.
func blank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// line counts one line of b that begins at offset start of the block.
func (s *Summarizer) line(src *source, b *logentry.Block, line []byte, start int64, broken bool) logentry.Reason {
	if broken {
		return logentry.ReasonTruncated
	}
	e := &s.entry
	if reason := src.parser.Parse(line, e); reason != logentry.OK {
		return reason
	}
	if reason := s.checkTime(e.Time, b.Arrival); reason != logentry.OK {
		return reason
	}
	s.counts.Entries++
	if e.Time < s.from || e.Time >= s.to {
		s.counts.OutsideRange++
		return logentry.OK
	}
	h := s.hostOf(src, e)
	if s.only != nil && !s.only[h.name] {
		s.counts.OtherHost++
		return logentry.OK
	}
	var r report.Request // on the stack: what points from there costs no write barriers
	s.fill(&r, e, src, h)
	r.LineID = s.lineID(e, b, start)
	r.Late = b.Arrival > 0 && b.Arrival > (e.Time/nanosPerMinute+1)*nanosPerMinute+int64(s.cfg.AllowedDelay)
	minute := e.Time / nanosPerMinute
	s.newest = max(s.newest, minute)
	h.summary(minute).Add(&r)
	return logentry.OK
}

func (s *Summarizer) checkTime(t, arrival int64) logentry.Reason {
	reference := s.now
	if arrival > 0 {
		reference = arrival
		if s.cfg.MaxLateness > 0 && arrival-t > int64(s.cfg.MaxLateness) {
			return logentry.ReasonTooLate
		}
	}
	if t > reference+int64(MaxFuture) {
		return logentry.ReasonFuture
	}
	return logentry.OK
}

// lineID prefers the log's own id over the transport's, so that a replay from an archive gives the ids that the live run gave.
func (s *Summarizer) lineID(e *logentry.Entry, b *logentry.Block, start int64) uint64 {
	switch {
	case len(e.InsertID) > 0:
		return logentry.MessageID(s.lineKey, e.InsertID)
	case b.ID != "":
		return logentry.MessageID(s.lineKey, []byte(b.ID))
	}
	return logentry.LineID(s.lineKey, b.File, b.Offset+start)
}

// Flush hands over every summary in order of host and minute (minutes since 1970) and forgets it.
func (s *Summarizer) Flush(emit func(host string, minute int64, sum *report.Summary)) {
	s.flushBefore(maxTime, emit)
	s.newest = 0
}

// FlushOld is Flush without the last two minutes: logs are nearly in order of time, so what is older is most likely complete, and is not handed
// over in parts.
func (s *Summarizer) FlushOld(emit func(host string, minute int64, sum *report.Summary)) {
	s.flushBefore(s.newest-1, emit)
}

func (s *Summarizer) flushBefore(minute int64, emit func(host string, minute int64, sum *report.Summary)) {
	if s.flooded {
		s.makeRoom()
	}
	rows := make([]*host, 0, len(s.rows))
	for _, h := range s.rows {
		rows = append(rows, h)
	}
	slices.SortFunc(rows, func(a, b *host) int { return strings.Compare(a.name, b.name) })
	for _, h := range rows {
		h.flushBefore(minute, emit)
	}
}

// Size is roughly how many bytes the summaries hold.
func (s *Summarizer) Size() int {
	n := 0
	for _, h := range s.rows {
		n += h.size()
	}
	return n
}

// fill translates an entry into what a summary may count. r is zero before.
func (s *Summarizer) fill(r *report.Request, e *logentry.Entry, src *source, h *host) {
	r.Time, r.Weight, r.Logged = e.Time, src.weight(e.Time), e.Logged
	r.Status, r.Method, r.Protocol, r.Cache = e.Status, e.Method, e.Protocol, e.Cache
	r.Enforced, r.Preview, r.OriginError = e.Enforced, e.Preview, e.OriginError
	r.RequestBytes, r.ResponseBytes, r.CacheFillBytes, r.Latency = e.RequestBytes, e.ResponseBytes, e.CacheFillBytes, e.Latency
	r.Query, r.Unsampled = len(e.Query) > 0, s.cfg.Unsampled
	s.fillAgent(r, e)
	s.fillClient(r, e, h)
	if len(e.Path) > 0 {
		p := s.path(e.Path)
		r.Path, r.PathHash, r.Static, r.Login = p.template, p.hash, p.static, p.login
	}
	if len(e.Referrer) > 0 {
		r.Referrer = s.referrer(h, e.Referrer)
	}
}

func (s *Summarizer) fillAgent(r *report.Request, e *logentry.Entry) {
	if !e.Logged.Has(vocabulary.FieldAgent) {
		return
	}
	a := s.agent(e.UserAgent)
	r.Agent, r.AgentHash, r.Class = a.family, a.hash, a.class
}

func (s *Summarizer) fillClient(r *report.Request, e *logentry.Entry, h *host) {
	if e.Country != ([2]byte{}) {
		r.Country = countryName(e.Country)
	}
	r.Network = e.ASN
	if !e.Client.IsValid() {
		return
	}
	c := s.client(e.Client, e.Time/nanosPerMinute/minutesPerDay)
	r.Client, r.Group = c.token, c.group
	r.Visitor = privacy.Visitor(c.token, h.salt(c.day))
	r.CDNPeer, r.Allowed = c.cdn && !e.ClientTrusted, c.allowed
	if r.CDNPeer {
		return // the network's own country says nothing of the visitor
	}
	if r.Country == "" {
		r.Country = c.country
	}
	if r.Network == 0 {
		r.Network = c.network
	}
	if r.Class == vocabulary.ClientDeclaredBot && c.verified(r.Agent) {
		r.Class = vocabulary.ClientVerifiedBot
	}
}
