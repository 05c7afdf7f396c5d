package report

import (
	"math"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// Report returns the row of a host and of the minute, hour or day that begins at start; a zero start stands for the first minute of the requests.
// Lists are sorted by requests, then value, and hold only values that at least k distinct clients sent.
func (s *Summary) Report(host string, start time.Time, level string) *schemas.TrafficReport {
	w := s.writer(host, start, level)
	if n, known := w.visitors(); known {
		w.sketch(n)
	}
	w.lists(listRows)
	return w.row
}

// Outline is Report without distributions and sketch.
func (s *Summary) Outline(host string, start time.Time, level string) *schemas.TrafficReport {
	w := s.counted(host, start, level)
	w.visitors()
	w.lists(listRows)
	return w.row
}

// Fragment returns a further row of a minute that has one already: what adds up over rows, and no list or visitors, as the k rule cannot be
// kept over fragments. All values count as rest.
func (s *Summary) Fragment(host string, start time.Time, level string) *schemas.TrafficReport {
	w := s.writer(host, start, level)
	w.lists(0)
	return w.row
}

// rowWriter fills one row from a summary.
type rowWriter struct {
	sum    *Summary
	row    *schemas.TrafficReport
	scale  scale
	logged *logged
	// cdn: so many addresses are a content delivery network's that nothing can be said of the visitors.
	cdn bool
}

// writer returns a writer that has written the counters and the distributions.
func (s *Summary) writer(host string, start time.Time, level string) *rowWriter {
	w := s.counted(host, start, level)
	if w.logged[vocabulary.FieldResponseBytes] > 0 {
		w.row.ResponseSize = w.distribution(&s.size, 1)
	}
	if w.logged[vocabulary.FieldLatency] > 0 {
		w.row.Latency = w.distribution(&s.latency, microsPerSecond)
	}
	return w
}

// counted returns a writer that has written the counters.
func (s *Summary) counted(host string, start time.Time, level string) *rowWriter {
	s.settle()
	c := &s.counters
	w := &rowWriter{sum: s, scale: scale{weight: c.weight, lines: c.lines}, logged: &s.logged}
	w.cdn = s.hidesClients()
	w.row = &schemas.TrafficReport{
		Host: host, Minute: timestamppb.New(start), Level: level, K: int32(s.sets.k),
		Requests: w.scale.of(c.lines), Lines: atMost(c.lines), LineXor: c.lineXOR, LateLines: atMost(c.late), SampleRate: w.scale.rate(),
	}
	if c.lines == 0 {
		return w
	}
	if start.IsZero() {
		w.row.Minute = timestamppb.New(time.Unix(0, c.first).Truncate(time.Minute))
	}
	w.row.FirstEvent = timestamppb.New(time.Unix(0, c.first))
	w.row.LastEvent = timestamppb.New(time.Unix(0, c.last))
	w.fields()
	w.sizes()
	w.kinds()
	w.statuses()
	return w
}

// fields says what the logs do not carry.
func (w *rowWriter) fields() {
	for f, lines := range w.logged {
		name := vocabulary.Field(f).String()
		switch {
		case lines == 0 && !w.lookedUp(vocabulary.Field(f)):
			w.row.NotLogged = append(w.row.NotLogged, name)
		case lines > 0 && lines < w.sum.counters.lines:
			if w.row.PartlyLogged == nil {
				w.row.PartlyLogged = map[string]int64{}
			}
			w.row.PartlyLogged[name] = atMost(lines)
		}
	}
	if w.cdn {
		w.row.ClientsUnavailable = "cdn"
	}
}

// lookedUp tells whether a field that no line carries was found in a database by the client's address.
func (w *rowWriter) lookedUp(f vocabulary.Field) bool {
	switch f {
	case vocabulary.FieldCountry:
		return w.sum.countries.total > 0
	case vocabulary.FieldNetwork:
		return w.sum.networks.total > 0
	}
	return false
}

func (w *rowWriter) sizes() {
	c := &w.sum.counters
	if w.logged[vocabulary.FieldRequestBytes] > 0 {
		w.row.RequestBytes = proto.Int64(w.scale.of(c.requestBytes))
	}
	if w.logged[vocabulary.FieldResponseBytes] > 0 {
		w.row.ResponseBytes = proto.Int64(w.scale.of(w.sum.size.sum))
	}
	if w.logged[vocabulary.FieldCache] > 0 {
		w.row.Cache = w.cache()
	}
}

func (w *rowWriter) cache() *schemas.Cache {
	n, bytes := spread{scale: w.scale}, spread{scale: w.scale}
	k := &w.sum.kinds
	n.next(k.cache[vocabulary.CacheNone])
	bytes.next(k.cacheBytes[vocabulary.CacheNone])
	return &schemas.Cache{
		Hit: n.next(k.cache[vocabulary.CacheHit]), HitBytes: bytes.next(k.cacheBytes[vocabulary.CacheHit]),
		Validated: n.next(k.cache[vocabulary.CacheValidated]), ValidatedBytes: bytes.next(k.cacheBytes[vocabulary.CacheValidated]),
		Miss: n.next(k.cache[vocabulary.CacheMiss]), MissBytes: bytes.next(k.cacheBytes[vocabulary.CacheMiss]),
		Uncached: n.next(k.cache[vocabulary.CacheUncached]), UncachedBytes: bytes.next(k.cacheBytes[vocabulary.CacheUncached]),
		FillBytes: w.scale.of(w.sum.counters.fillBytes),
	}
}

func (w *rowWriter) kinds() {
	k := &w.sum.kinds
	w.row.Methods = byName(w.scale, k.methods[:], vocabulary.MethodNone)
	w.row.Protocols = byName(w.scale, k.protocols[:], vocabulary.ProtocolNone)
	w.row.Enforced = byName(w.scale, k.enforced[:], vocabulary.ActionAllowed)
	w.row.Preview = byName(w.scale, k.preview[:], vocabulary.ActionAllowed)
	w.row.OriginErrors = byName(w.scale, k.originErrors[:], vocabulary.OriginErrorTimeout)
	if !w.cdn {
		w.row.Clients = byName(w.scale, k.classes[:], vocabulary.ClientBrowser)
	}
}

// byName returns the counters from the given value on that are not zero, by name.
func byName[T interface {
	~uint8
	String() string
}](s scale, counts []uint64, from T) map[string]int64 {
	parts := spread{scale: s}
	var named map[string]int64
	for i, n := range counts {
		if part := parts.next(n); n > 0 && T(i) >= from {
			if named == nil {
				named = map[string]int64{}
			}
			named[T(i).String()] = part
		}
	}
	return named
}

func (w *rowWriter) statuses() {
	if w.logged[vocabulary.FieldStatus] == 0 {
		return
	}
	w.row.Status, w.row.StatusClass = map[int32]int64{}, map[string]int64{}
	parts := spread{scale: w.scale}
	for _, c := range w.sum.statuses.codes {
		n := parts.next(c.n)
		w.row.Status[int32(c.code)] = n
		w.row.StatusClass[statusClass(c.code)] += n
	}
	if other := w.sum.statuses.other; other > 0 {
		w.row.StatusClass[statusClass(statusLimit)] += parts.next(other)
	}
}

func statusClass(code uint16) string {
	switch {
	case code == 0:
		return "none"
	case code < 100 || code >= statusLimit:
		return "other"
	}
	return string('0'+rune(code/100)) + "xx"
}

const microsPerSecond = 1e6

// distribution returns a histogram's percentiles and mean in its unit divided by per, and its buckets as they are.
func (w *rowWriter) distribution(h *histogram, per float64) *schemas.Distribution {
	buckets := h.buckets
	d := &schemas.Distribution{P50: percentile(buckets, 50) / per, P95: percentile(buckets, 95) / per, P99: percentile(buckets, 99) / per}
	if n := total(buckets); n > 0 {
		d.Mean = float64(h.sum) / float64(n) / per
	}
	parts := spread{scale: w.scale}
	for _, b := range buckets {
		if n := parts.next(b.n); n > 0 {
			d.Buckets = append(d.Buckets, &schemas.Bucket{Index: publicIndex(b.number), Count: n})
		}
	}
	d.Count = parts.given
	return d
}

// publicIndex is the bucket's number in the definition that rows use.
func publicIndex(number uint16) int32 {
	if number == zeroBucket {
		return math.MinInt32
	}
	return int32(number) - 1
}

// visitors writes how many distinct clients there were, where that is known.
func (w *rowWriter) visitors() (n uint64, known bool) {
	if w.cdn || w.logged[vocabulary.FieldClient] == 0 {
		return 0, false
	}
	n = min(w.sum.visitors.estimate(), w.sum.counters.lines) // an estimate may be above what can be
	if number, ok := w.sum.clients.number(); ok {
		n = uint64(number)
	}
	w.row.Visitors = proto.Int64(atMost(n))
	return n, true
}

// sketch lets queries estimate the visitors of several rows together. Fewer than k are a plain number: a sketch of so few would tell who they were to whoever
// has the salt.
func (w *rowWriter) sketch(visitors uint64) {
	// Visitors of one household, or of one person on several days, are many hashes of fewer clients.
	if visitors >= uint64(w.sum.sets.k) && w.sum.sets.enough(w.sum.groups) {
		w.row.VisitorsSketch = w.sum.visitors.bigQuery()
	}
}
