package up

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/dashboard"
	"github.com/floodgauge/floodgauge/pkg/ingest"
	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// ingestHandler takes in lines, and shows the metrics.
func (s *station) ingestHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/ingest/", s.waking(ingest.NewHandler(s.spool, ingest.HTTPOptions{Authorize: s.mayIngest})))
	registry := prometheus.NewRegistry()
	registry.MustRegister(&collector{s})
	mux.Handle("GET /metrics", s.forOperators(promhttp.HandlerFor(registry, promhttp.HandlerOpts{})))
	return mux
}

// forOperators lets in who sits at this machine, or shows a token for all sites: metrics name sources and tell how much they bring.
func (s *station) forOperators(h http.Handler) http.Handler {
	authorizer := access.NewAuthorizer(s.tokens, time.Now)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := authorizer.Sites(dashboard.FactsOf(r))
		if err != nil || !who.All() {
			w.Header().Set("WWW-Authenticate", `Bearer realm="floodgauge"`)
			http.Error(w, "The metrics need a token for all sites: make one by floodgauge tokens add --all, and send it as a bearer token.", http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// waking wakes the run when lines have come.
func (s *station) waking(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
		select {
		case s.wake <- struct{}{}:
		default:
		}
	})
}

// mayIngest tells whether a token is good for a source by HTTP.
func (s *station) mayIngest(source, bearer string) bool {
	if !s.accepts[source] {
		return false
	}
	token, err := s.tokens.Lookup(bearer, time.Now())
	return err == nil && token.Kind == access.Ingest && token.Source == source && s.covers(token.SiteSet(), source)
}

// covers tells whether sites are all that a source may speak for. What the configuration lists for the source is held against each line; a token for fewer
// sites could falsify the others' figures, so it is good for nothing.
func (s *station) covers(sites access.SiteSet, source string) bool {
	if sites.All() {
		return true
	}
	for i := range s.o.Config.Sources {
		if c := &s.o.Config.Sources[i]; c.HTTP == source {
			return len(c.Sites) > 0 && !slices.ContainsFunc(c.Sites, func(site string) bool { return !sites.Has(site) })
		}
	}
	return false
}

// collector reads the run's and the store's state when it is asked.
type collector struct{ s *station }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("floodgauge_"+name, help, labels, nil)
}

var (
	linesDesc     = describe("lines_total", "Log lines read since the start.")
	entriesDesc   = describe("entries_total", "Lines that were requests, since the start.")
	deadDesc      = describe("dead_letters_total", "Lines that could not be read, since the start.", "reason")
	slicesDesc    = describe("slices_total", "Slices committed since the start.")
	freshDesc     = describe("freshness_seconds", "Age of the latest event.")
	behindDesc    = describe("unread_bytes", "Bytes that were seen and not read yet.", "source")
	oldestDesc    = describe("oldest_unread_seconds", "How long the oldest unread byte has waited.", "source")
	openDesc      = describe("open_minutes", "Minutes of hosts that are not closed yet.")
	asideDesc     = describe("set_aside", "Stretches of logs that no run got through and that wait for another try.")
	asideAgeDesc  = describe("set_aside_oldest_seconds", "Age of the oldest of them.")
	retriesDesc   = describe("retries_total", "Tries of stretches that were set aside, since the start.")
	storeDesc     = describe("store_bytes", "Size of the store on disk.")
	haltedDesc    = describe("halted", "1 while trouble of the machine keeps the run from going on.")
	alertsDesc    = describe("alerts_total", "Messages about cases, since the start, by way and by what became of them.", "way", "outcome")
	casesDesc     = describe("open_cases", "Sites of which a case is open: an attack, or what looks like one.")
	incompleteDsc = describe("incomplete_minutes", "Minutes that lack lines which were set aside.")
)

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, out) }

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	now := time.Now()
	count := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	run := c.s.run.Status()
	count(linesDesc, float64(run.Counts.Lines))
	count(entriesDesc, float64(run.Counts.Entries))
	count(slicesDesc, float64(run.Slices))
	count(retriesDesc, float64(run.Retries))
	for r := logentry.OK + 1; r < logentry.ReasonCount; r++ {
		count(deadDesc, float64(run.Counts.Dead[r]), r.String())
	}
	gauge(openDesc, float64(run.OpenMinutes))
	gauge(haltedDesc, flag(run.Halted != ""))
	gauge(casesDesc, float64(c.s.openCases.Load()))
	for way, n := range c.s.notifier.Stats() {
		for outcome, n := range map[string]int64{"sent": n.Sent, "failed": n.Failed, "dropped": n.Dropped, "held_back": n.HeldBack} {
			count(alertsDesc, float64(n), way, outcome)
		}
	}
	for _, src := range run.Sources {
		gauge(behindDesc, float64(src.Behind), src.Source)
		gauge(oldestDesc, age(now, src.Oldest), src.Source)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	store, err := c.s.store.Status(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(storeDesc, err)
		return
	}
	gauge(storeDesc, float64(store.Bytes))
	gauge(freshDesc, age(now, store.LastEvent))
	gauge(asideDesc, float64(store.SetAside))
	gauge(asideAgeDesc, age(now, store.SetAsideOldest))
	gauge(incompleteDsc, float64(store.Incomplete))
}

func flag(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

// age is how long ago t was, in seconds; 0 for no time.
func age(now, t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return now.Sub(t).Seconds()
}
