package summarize

import (
	"maps"
	"slices"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// host is a row's name with its open minutes.
type host struct {
	name string
	id   uint64 // parts the caches of texts that depend on the host
	keys *privacy.Keys

	own   bool // the operator's: it has its row whatever comes
	named bool // handed over under its name before

	k          int
	last       *report.Summary // the summary of lastMinute: logs are nearly in order
	lastMinute int64
	minutes    map[int64]*report.Summary

	saltDay int64
	siteKey uint64
}

func newHost(name string, k int, keys *privacy.Keys) *host {
	return &host{name: name, k: k, keys: keys, lastMinute: -1, saltDay: -1, minutes: map[int64]*report.Summary{}}
}

func (h *host) summary(minute int64) *report.Summary {
	if minute == h.lastMinute {
		return h.last
	}
	sum := h.minutes[minute]
	if sum == nil {
		sum = report.New(h.k)
		h.minutes[minute] = sum
	}
	h.last, h.lastMinute = sum, minute
	return sum
}

// salt separates the sketches of different sites and days.
func (h *host) salt(day int64) uint64 {
	if day != h.saltDay {
		h.saltDay, h.siteKey = day, h.keys.Day(day).Site(h.name)
	}
	return h.siteKey
}

// flushBefore hands over the summaries of earlier minutes in order and forgets them.
func (h *host) flushBefore(minute int64, emit func(string, int64, *report.Summary)) {
	for _, m := range slices.Sorted(maps.Keys(h.minutes)) {
		if m >= minute {
			break
		}
		emit(h.name, m, h.minutes[m])
		delete(h.minutes, m)
		h.named = true
	}
	h.last, h.lastMinute = nil, -1
}

func (h *host) size() int {
	n := 0
	for _, sum := range h.minutes {
		n += sum.Size()
	}
	return n
}

// setHosts gives every known site its row before any line can.
func (s *Summarizer) setHosts() {
	s.bucket = newHost(vocabulary.OtherHosts, s.cfg.K, s.keys)
	s.rows[vocabulary.OtherHosts] = s.bucket
	s.bucket.own = true
	for name, row := range s.cfg.Sites {
		s.hosts[name] = s.row(row)
		s.hosts[name].own = true
	}
}

func (s *Summarizer) row(name string) *host {
	h := s.rows[name]
	if h == nil {
		h = newHost(name, s.cfg.K, s.keys)
		s.lastID++
		h.id = s.lastID * 0x9e3779b97f4a7c15
		s.rows[name] = h
	}
	return h
}

// hostOf finds the row of an entry: its own host, else the source's, else the bucket.
func (s *Summarizer) hostOf(src *source, e *logentry.Entry) *host {
	if src.sites != nil && !s.maySpeak(src, e) {
		s.counts.UnknownSite++
		return s.bucket
	}
	if h := s.hosts[string(e.Host)]; h != nil && len(e.Host) > 0 {
		return h
	}
	name := string(e.Host)
	if name == "" && !e.HostInvalid {
		name = src.host
	}
	if name == "" {
		s.counts.NoHost++
		return s.bucket
	}
	if h := s.hosts[name]; h != nil {
		return h
	}
	asked := name == src.host || s.only[name] || src.sites[name]
	switch {
	case s.cfg.SitesOnly && name != src.host && !src.sites[name]:
		s.counts.UnknownSite++
		return s.bucket
	case !asked && !s.hasPlace():
		s.flooded = true
		s.counts.OverCap++
		s.turnedAway++
		return s.bucket
	}
	h := s.row(name)
	s.hosts[name] = h
	if asked {
		h.own = true
	} else if !h.own {
		s.unlisted++
	}
	return h
}

// maySpeak tells whether a source may have lines of an entry's host. A site may be given by its name or by the alias in the line. An entry without
// a host names nobody.
func (s *Summarizer) maySpeak(src *source, e *logentry.Entry) bool {
	name := e.Host
	if len(name) == 0 && !e.HostInvalid {
		name = []byte(src.host)
	}
	return len(name) == 0 || src.sites[string(name)] || src.sites[s.cfg.Sites[string(name)]]
}
