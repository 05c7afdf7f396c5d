package reportwriter

import (
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/floodgauge/floodgauge/schemas"
)

const jsonFlush = 64 << 10

// WriteJSON writes one object a line for each row. Every key of the schema is in every object, in the schema's order and spelling;
// null means not logged or not available. The objects are also the protobuf JSON of a schemas.TrafficReport, with two differences:
// integers are numbers but for line_xor, whose 64 bits a JavaScript number cannot hold, and the buckets of the distributions are
// left out, because they make up more than half of a row and p50, p95 and p99 are what readers of JSON want; Parquet has them. After the rows, a report may
// have objects whose only key is "finding".
func WriteJSON(w io.Writer, rows iter.Seq[*schemas.TrafficReport]) error {
	var e jsonEncoder
	for row := range rows {
		e.row(row)
		if len(e.buf) >= jsonFlush {
			if err := e.flush(w); err != nil {
				return err
			}
		}
	}
	return e.flush(w)
}

// jsonEncoder appends JSON to buf.
type jsonEncoder struct {
	buf []byte
}

func (e *jsonEncoder) flush(w io.Writer) error {
	if _, err := w.Write(e.buf); err != nil {
		return fmt.Errorf("writing the reports as JSON: %w", err)
	}
	e.buf = e.buf[:0]
	return nil
}

func (e *jsonEncoder) row(r *schemas.TrafficReport) {
	e.open('{')
	e.text("host", r.Host)
	e.time("minute", r.Minute)
	e.text("level", r.Level)
	e.int("requests", r.Requests)
	e.optional("request_bytes", r.RequestBytes)
	e.optional("response_bytes", r.ResponseBytes)
	e.counters(r)
	e.optional("visitors", r.Visitors)
	e.bytes("visitors_sketch", r.VisitorsSketch)
	e.distribution("latency", r.Latency)
	e.distribution("response_size", r.ResponseSize)
	e.lists(r)
	e.time("first_event", r.FirstEvent)
	e.time("last_event", r.LastEvent)
	e.int("late_lines", r.LateLines)
	e.float("sample_rate", r.SampleRate)
	e.int("lines", r.Lines)
	e.key("line_xor")
	e.buf = append(strconv.AppendUint(append(e.buf, '"'), r.LineXor, 10), '"')
	e.texts("not_logged", r.NotLogged)
	e.counts("partly_logged", r.PartlyLogged, missing{})
	e.textOrNull("clients_unavailable", r.ClientsUnavailable)
	e.int("k", int64(r.K))
	e.buf = append(e.buf, '}', '\n')
}

func (e *jsonEncoder) counters(r *schemas.TrafficReport) {
	m := missingOf(r)
	e.status(r.Status, m)
	e.counts("status_class", r.StatusClass, m)
	e.counts("methods", r.Methods, m)
	e.counts("protocols", r.Protocols, m)
	e.cache(r.Cache)
	e.counts("enforced", r.Enforced, m)
	e.counts("preview", r.Preview, m)
	e.counts("origin_errors", r.OriginErrors, m)
	e.counts("clients", r.Clients, m)
}

func (e *jsonEncoder) lists(r *schemas.TrafficReport) {
	m := missingOf(r)
	jsonList(e, "top_paths", r.TopPaths, m, func(p *schemas.TopPath) {
		e.text("path", p.GetPath())
		e.int("requests", p.GetRequests())
		e.optional("response_bytes", p.ResponseBytes)
		e.optional("errors", p.Errors)
		e.optional("cache_misses", p.CacheMisses)
	})
	jsonList(e, "top_countries", r.TopCountries, m, e.topValue)
	jsonList(e, "top_networks", r.TopNetworks, m, func(n *schemas.TopNetwork) {
		e.int("asn", n.GetAsn())
		e.int("requests", n.GetRequests())
		e.optional("response_bytes", n.ResponseBytes)
		e.optional("errors", n.Errors)
	})
	jsonList(e, "top_referrers", r.TopReferrers, m, e.topValue)
	jsonList(e, "top_agents", r.TopAgents, m, e.topValue)
	e.rest(r.Rest)
}

func (e *jsonEncoder) topValue(v *schemas.TopValue) {
	e.text("value", v.GetValue())
	e.int("requests", v.GetRequests())
	e.optional("response_bytes", v.ResponseBytes)
	e.optional("errors", v.Errors)
}

func jsonList[T any](e *jsonEncoder, name string, list []T, m missing, fields func(T)) {
	e.key(name)
	if m.column(name, len(list)) != "" {
		e.null()
		return
	}
	e.open('[')
	for _, item := range list {
		e.comma()
		e.open('{')
		fields(item)
		e.buf = append(e.buf, '}')
	}
	e.buf = append(e.buf, ']')
}

func (e *jsonEncoder) rest(rest map[string]*schemas.ListRest) {
	e.key("rest")
	e.open('{')
	for _, list := range sortedKeys(rest) {
		e.key(list)
		e.open('{')
		e.int("requests", rest[list].GetRequests())
		e.int("none", rest[list].GetNone())
		e.int("hidden", rest[list].GetHidden())
		e.int("error", rest[list].GetError())
		e.buf = append(e.buf, '}')
	}
	e.buf = append(e.buf, '}')
}

func (e *jsonEncoder) cache(c *schemas.Cache) {
	e.key("cache")
	if c == nil {
		e.null()
		return
	}
	e.open('{')
	e.int("hit", c.Hit)
	e.int("validated", c.Validated)
	e.int("miss", c.Miss)
	e.int("uncached", c.Uncached)
	e.int("hit_bytes", c.HitBytes)
	e.int("validated_bytes", c.ValidatedBytes)
	e.int("miss_bytes", c.MissBytes)
	e.int("uncached_bytes", c.UncachedBytes)
	e.int("fill_bytes", c.FillBytes)
	e.buf = append(e.buf, '}')
}

func (e *jsonEncoder) distribution(name string, d *schemas.Distribution) {
	e.key(name)
	if d == nil {
		e.null()
		return
	}
	e.open('{')
	e.float("p50", d.P50)
	e.float("p95", d.P95)
	e.float("p99", d.P99)
	e.float("mean", d.Mean)
	e.int("count", d.Count)
	e.buf = append(e.buf, '}')
}

func (e *jsonEncoder) status(status map[int32]int64, m missing) {
	e.key("status")
	if m.column("status", len(status)) != "" {
		e.null()
		return
	}
	e.open('{')
	for _, code := range sortedKeys(status) {
		e.comma()
		e.buf = append(e.buf, '"')
		e.buf = strconv.AppendInt(e.buf, int64(code), 10)
		e.buf = append(e.buf, '"', ':')
		e.buf = strconv.AppendInt(e.buf, status[code], 10)
	}
	e.buf = append(e.buf, '}')
}

func (e *jsonEncoder) counts(name string, counts map[string]int64, m missing) {
	e.key(name)
	if m.column(name, len(counts)) != "" {
		e.null()
		return
	}
	e.open('{')
	for _, key := range sortedKeys(counts) {
		e.int(key, counts[key])
	}
	e.buf = append(e.buf, '}')
}
