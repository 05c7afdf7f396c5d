package main

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/agent"
	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/loggen"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/schemas"
)

const (
	host = "www.example.org"
	// after is how long a site is watched when what happened is over.
	after  = 5 * time.Minute
	format = "gcp"
)

// begin is when something happens, after a history: a Monday afternoon, so that the shape of the day is that of a working day.
var begin = time.Date(2026, 5, 4, 14, 0, 0, 0, time.UTC)

// world is one site with one seed and one past: its lines go through the parser, the summaries and the judge of the pipeline.
type world struct {
	seed      uint64
	rate      float64
	past      *past
	keys      *privacy.Keys
	day       *privacy.DayKey
	agents    *agent.Classifier
	templates *privacy.Templater
	tuples    map[tupleText]*tuple
	tokens    map[netip.Addr]uint32
}

// tuple is what conditions of rules can tell of a request.
type tuple struct{ path, query, method, agent, country, network, referrer string }

// tupleText is what a tuple is made of.
type tupleText struct {
	path, agent, country, referrer string
	network                        uint32
	method                         uint8
	query                          bool
}

func newWorld(seed uint64, rate float64, before *past) (*world, error) {
	secret := func(purpose byte) []byte {
		key := make([]byte, 32)
		binary.LittleEndian.PutUint64(key, seed)
		key[31] = purpose
		return key
	}
	keys, err := privacy.NewKeys(privacy.KeySpec{Line: secret(1), Seed: secret(2)}) // of the seed, so that the same samples are drawn again
	if err != nil {
		return nil, err
	}
	templates, err := privacy.NewTemplater(nil)
	if err != nil {
		return nil, err
	}
	return &world{seed: seed, rate: rate, past: before, keys: keys, day: keys.Day(begin.Unix() / 86400), agents: agent.New(), templates: templates,
		tuples: map[tupleText]*tuple{}, tokens: map[netip.Addr]uint32{}}, nil
}

// generate hands over the lines from some time on of a site on which something happens after its past, or which ends with it.
func (w *world) generate(s *scenario, from time.Time, each func(line []byte, r *loggen.Request)) error {
	cfg := loggen.Config{Seed: w.seed, Hosts: []string{host}, Start: begin.Add(-w.past.lasts), Duration: w.past.lasts, Rate: w.rate / 60, Format: format,
		Shape: loggen.ShapeWorldCup98, Attacks: w.past.events(w.rate)}
	if s != nil {
		cfg.Duration += s.lasts + after
		for _, a := range s.events(w.rate) {
			a.After += w.past.lasts
			a.For = cmp.Or(a.For, s.lasts)
			cfg.Attacks = append(cfg.Attacks, a)
		}
	}
	g, err := loggen.New(cfg)
	if err != nil {
		return err
	}
	var r loggen.Request
	var line []byte
	for g.Next(&r) {
		if r.Time >= from.UnixNano() {
			line = g.Write(line[:0], &r)
			each(line, &r)
		}
	}
	return nil
}

// pipeline turns lines into observations of minutes.
type pipeline struct {
	sum    *summarize.Summarizer
	data   []byte
	offset int64
	minute int64
	dead   int
	closed func(minute time.Time, sum *report.Summary, o *schemas.Observation)
}

func (w *world) pipeline(closed func(time.Time, *report.Summary, *schemas.Observation)) (*pipeline, error) {
	sum, err := summarize.New(&summarize.Config{K: 10, Keys: w.keys.Export(), Now: begin.Add(48 * time.Hour), Sites: map[string]string{host: host},
		Sources: []logentry.Source{{Name: "made", Format: format}}})
	return &pipeline{sum: sum, closed: closed}, err
}

// add takes in a line of a minute (since 1970), with its end. Lines come in order of their minutes.
func (p *pipeline) add(minute int64, line []byte) {
	if minute != p.minute {
		p.flush()
		p.minute = minute
	}
	p.data = append(p.data, line...)
	if len(p.data) >= 256<<10 {
		p.block()
	}
}

func (p *pipeline) block() {
	b := logentry.Block{Data: p.data, Offset: p.offset, File: 1}
	p.sum.Add(&b, func(logentry.DeadLetter) { p.dead++ })
	p.offset += int64(len(p.data))
	p.data = p.data[:0]
}

func (p *pipeline) flush() {
	p.block()
	p.sum.Flush(func(h string, minute int64, sum *report.Summary) {
		at := time.Unix(minute*60, 0).UTC()
		p.closed(at, sum, attack.Observe(sum, sum.Report(h, at, "minute")))
	})
}

func (w *world) site(state *schemas.SiteState) *attack.Site {
	return attack.ResumeSite(host, state, func(time.Time) bool { return true }, findings.Sayable)
}

// learn is the state of the site after its history, and the banners that it had, those about scanners on their own.
func (w *world) learn() (state *schemas.SiteState, banners, strange int, err error) {
	site := w.site(&schemas.SiteState{})
	var findings []*schemas.Finding
	p, err := w.pipeline(func(_ time.Time, _ *report.Summary, o *schemas.Observation) {
		findings = append(findings, site.Next(o)...)
	})
	if err != nil {
		return nil, 0, 0, err
	}
	if err := w.generate(nil, time.Time{}, func(line []byte, r *loggen.Request) { p.add(r.Time/60e9, line) }); err != nil {
		return nil, 0, 0, err
	}
	p.flush()
	for _, c := range attack.Cases(findings) {
		if c.Worst.Verdict < schemas.Verdict_VERDICT_SUSPECTED {
			continue
		}
		if banners++; c.Worst.Kind == "scanner" {
			strange++
		}
	}
	return proto.CloneOf(site.State()), banners, strange, nil
}

// tuple is what rules see of a request.
func (w *world) tuple(r *loggen.Request) *tuple {
	text := tupleText{r.Path, r.Agent, r.Country, r.Referrer, r.ASN, uint8(r.Method), r.Query != ""}
	t := w.tuples[text]
	if t == nil {
		t = &tuple{path: w.templates.Template([]byte(r.Path)), method: r.Method.String(), agent: w.agents.Classify([]byte(r.Agent)).Family, country: r.Country,
			network: networkName(r.ASN), referrer: privacy.Referrer([]byte(r.Referrer), []byte(host))}
		if t.query = "none"; r.Query != "" {
			t.query = "present"
		}
		if t.referrer == "" {
			t.referrer = "(none)"
		}
		w.tuples[text] = t
	}
	return t
}

// token is the beginning of a client's token.
func (w *world) token(addr netip.Addr) uint32 {
	t, known := w.tokens[addr]
	if !known {
		token, _ := w.day.Client(addr)
		t = binary.BigEndian.Uint32(token[:])
		w.tokens[addr] = t
	}
	return t
}
