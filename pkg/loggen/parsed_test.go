package loggen

import (
	"bytes"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/google/go-cmp/cmp"
)

// facts are what an entry and the truth about it have in common.
type facts struct {
	Time, Latency                         int64
	Host, Path, Query, Referrer, Agent    string
	Client, Country                       string
	ASN                                   uint32
	Method                                vocabulary.Method
	Protocol                              vocabulary.Protocol
	Status                                uint16
	RequestBytes, ResponseBytes, FillByte uint64
	Cache                                 vocabulary.Cache
	Enforced, Preview                     vocabulary.Action
	OriginError                           vocabulary.OriginError
}

func factsOf(e *logentry.Entry) facts {
	f := facts{Time: e.Time, Latency: e.Latency, Host: string(e.Host), Path: string(e.Path), Query: string(e.Query), Referrer: string(e.Referrer),
		Agent: string(e.UserAgent), Client: e.Client.String(), ASN: e.ASN, Method: e.Method, Protocol: e.Protocol, Status: e.Status,
		RequestBytes: e.RequestBytes, ResponseBytes: e.ResponseBytes, FillByte: e.CacheFillBytes, Cache: e.Cache, Enforced: e.Enforced,
		Preview: e.Preview, OriginError: e.OriginError}
	if e.Country[0] != 0 {
		f.Country = string(e.Country[:])
	}
	return f
}

// truthFor is what a reader of a format can know of a request: what the format logs, in the units in which it does.
func truthFor(r *Request, c *readable) facts {
	f := facts{Time: r.Time - r.Time%c.time, Latency: r.Latency - r.Latency%max(c.latency, 1), Host: r.Host, Path: r.Path, Query: r.Query,
		Referrer: r.Referrer, Agent: r.Agent, Client: r.Client.String(), Country: r.Country, ASN: r.ASN, Method: r.Method, Protocol: r.Protocol,
		Status: r.Status, RequestBytes: r.RequestBytes, ResponseBytes: r.ResponseBytes, FillByte: r.CacheFillBytes, Cache: r.Cache,
		Enforced: r.Enforced, Preview: r.Preview, OriginError: r.OriginError}
	if f.Status == 0 && !c.google {
		f.Status = clientClosedRequest
	}
	c.forget(&f, r)
	if c.seen != nil {
		c.seen(&f, r)
	}
	return f
}

// seenByNginx: what the upstream did is told by its status alone.
func seenByNginx(f *facts, r *Request) {
	switch {
	case r.Status == 0:
		f.OriginError = vocabulary.OriginErrorClientGone
	case r.Status >= 500 && r.reachedOrigin():
		f.OriginError = vocabulary.OriginErrorStatus
	}
}

// seenByCloudflare: rate limits block like any other rule, what passes is not told, and an origin that gives no answer has no status.
func seenByCloudflare(f *facts, r *Request) {
	switch f.Enforced {
	case vocabulary.ActionAllowed:
		f.Enforced = vocabulary.ActionNone
	case vocabulary.ActionThrottled, vocabulary.ActionBanned:
		f.Enforced = vocabulary.ActionDenied
	}
	switch {
	case r.Status == 0:
		f.OriginError = vocabulary.OriginErrorClientGone
	case r.OriginError == vocabulary.OriginErrorStatus:
		f.OriginError = vocabulary.OriginErrorStatus
	}
}

// seenByALB: there is no cache, a firewall's rate limits and bans are one, and the answer tells what a target did.
func seenByALB(f *facts, r *Request) {
	switch f.Enforced {
	case vocabulary.ActionBanned:
		f.Enforced = vocabulary.ActionThrottled
	case vocabulary.ActionChallenged:
		f.Enforced = vocabulary.ActionRedirected
	}
	switch r.OriginError {
	case vocabulary.OriginErrorTimeout:
		f.Status = 504
	case vocabulary.OriginErrorClientGone:
		f.Status = 460
	case vocabulary.OriginErrorConnect:
		f.OriginError = vocabulary.OriginErrorClosed
	case vocabulary.OriginErrorClientPartly:
		f.OriginError = vocabulary.OriginErrorNone
	}
	if !r.answered() {
		f.Latency = 0
	}
}

// seenByCloudfront: every request asks the cache, and a failure to connect has one name.
func seenByCloudfront(f *facts, r *Request) {
	f.Status = r.Status
	if r.Cache == vocabulary.CacheUncached && r.OriginError == vocabulary.OriginErrorNone && (r.Status < 300 || r.Status == 304) {
		f.Cache = vocabulary.CacheMiss
	}
	if r.OriginError == vocabulary.OriginErrorNoBackend {
		f.OriginError = vocabulary.OriginErrorConnect
	}
}

// seenByCaddy: without an answer there is no status.
func seenByCaddy(f *facts, r *Request) { f.Status = r.Status }

// seenByHAProxy: a rule denies, or limits a rate; what passes is not told.
func seenByHAProxy(f *facts, r *Request) {
	f.Status = r.Status
	switch f.Enforced {
	case vocabulary.ActionAllowed:
		f.Enforced = vocabulary.ActionNone
	case vocabulary.ActionBanned:
		f.Enforced = vocabulary.ActionThrottled
	case vocabulary.ActionChallenged:
		f.Enforced = vocabulary.ActionDenied
	}
}

// seenByTraefik: where the origin was not asked there is no status.
func seenByTraefik(f *facts, r *Request) {
	if !r.reachedOrigin() {
		f.Status = 0
	}
	seenByNginx(f, r)
}

// readable says what can be read back of a format.
type readable struct {
	format        string
	time, latency int64 // units, nanoseconds; latency 0 where there is none
	google        bool  // logs all there is
	logs          vocabulary.Fields
	seen          func(f *facts, r *Request) // what the format tells in other words
}

// forget takes away what the format does not log.
func (c *readable) forget(f *facts, r *Request) {
	if c.google {
		if !r.site.regional {
			f.Protocol = vocabulary.ProtocolNone
		}
		return
	}
	f.FillByte, f.Preview = 0, vocabulary.ActionNone
	for field, clear := range map[vocabulary.Field]func(){
		vocabulary.FieldLatency:      func() { f.Latency = 0 },
		vocabulary.FieldHost:         func() { f.Host = "" },
		vocabulary.FieldReferrer:     func() { f.Referrer = "" },
		vocabulary.FieldAgent:        func() { f.Agent = "" },
		vocabulary.FieldCountry:      func() { f.Country = "" },
		vocabulary.FieldNetwork:      func() { f.ASN = 0 },
		vocabulary.FieldRequestBytes: func() { f.RequestBytes = 0 },
		vocabulary.FieldCache:        func() { f.Cache = vocabulary.CacheNone },
		vocabulary.FieldDefence:      func() { f.Enforced = vocabulary.ActionNone },
		vocabulary.FieldOriginError:  func() { f.OriginError = vocabulary.OriginErrorNone },
	} {
		if !c.logs.Has(field) {
			clear()
		}
	}
}

var (
	combinedFields = vocabulary.Of(vocabulary.FieldReferrer, vocabulary.FieldAgent)
	readableAll    = []readable{
		{format: FormatGCP, time: 1, latency: 1, google: true},
		{format: FormatGCPBigQuery, time: 1, latency: 1, google: true},
		{format: FormatNginxJSON, time: millisecond, latency: millisecond, logs: combinedFields | vocabulary.Of(vocabulary.FieldHost,
			vocabulary.FieldLatency, vocabulary.FieldRequestBytes, vocabulary.FieldCache), seen: seenByNginx},
		{format: FormatCloudflare, time: 1, latency: millisecond, logs: combinedFields | vocabulary.Of(vocabulary.FieldHost, vocabulary.FieldLatency,
			vocabulary.FieldRequestBytes, vocabulary.FieldCache, vocabulary.FieldCountry, vocabulary.FieldNetwork,
			vocabulary.FieldDefence), seen: seenByCloudflare},
		{format: FormatCombined, time: second, logs: combinedFields},
		{format: FormatCommon, time: second},
		{format: FormatVhostCombined, time: second, logs: combinedFields | vocabulary.Of(vocabulary.FieldHost)},
		{format: FormatVhostCommon, time: second, logs: vocabulary.Of(vocabulary.FieldHost)},
		{format: FormatALB, time: 1, latency: millisecond, logs: vocabulary.Of(vocabulary.FieldHost, vocabulary.FieldAgent, vocabulary.FieldLatency,
			vocabulary.FieldRequestBytes, vocabulary.FieldDefence, vocabulary.FieldOriginError), seen: seenByALB},
		{format: FormatCloudfront, time: second, latency: millisecond, logs: combinedFields | vocabulary.Of(vocabulary.FieldHost, vocabulary.FieldLatency,
			vocabulary.FieldRequestBytes, vocabulary.FieldCache, vocabulary.FieldOriginError), seen: seenByCloudfront},
		{format: FormatHAProxy, time: millisecond, latency: millisecond, logs: vocabulary.Of(vocabulary.FieldLatency, vocabulary.FieldDefence,
			vocabulary.FieldOriginError), seen: seenByHAProxy},
		{format: FormatEnvoy, time: millisecond, latency: millisecond, logs: vocabulary.Of(vocabulary.FieldHost, vocabulary.FieldLatency, vocabulary.FieldAgent,
			vocabulary.FieldRequestBytes, vocabulary.FieldDefence, vocabulary.FieldOriginError), seen: seenByHAProxy},
		{format: FormatIstioJSON, time: millisecond, latency: millisecond, logs: vocabulary.Of(vocabulary.FieldHost, vocabulary.FieldLatency,
			vocabulary.FieldAgent, vocabulary.FieldRequestBytes, vocabulary.FieldDefence, vocabulary.FieldOriginError), seen: seenByHAProxy},
		{format: FormatTraefik, time: second, latency: millisecond, logs: combinedFields | vocabulary.Of(vocabulary.FieldLatency), seen: seenByTraefik},
		{format: FormatCaddy, time: 1, latency: 1, logs: combinedFields | vocabulary.Of(vocabulary.FieldHost, vocabulary.FieldLatency,
			vocabulary.FieldRequestBytes, vocabulary.FieldCache), seen: seenByCaddy},
		{format: FormatTraefikJSON, time: 1, latency: 1, logs: combinedFields | vocabulary.Of(vocabulary.FieldHost, vocabulary.FieldLatency,
			vocabulary.FieldRequestBytes), seen: seenByNginx},
		{format: `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $host ` +
			`$request_length $request_time $upstream_cache_status $geoip2_country_code $geoip2_asn`, time: second, latency: millisecond,
			logs: combinedFields | vocabulary.Of(vocabulary.FieldHost, vocabulary.FieldLatency, vocabulary.FieldRequestBytes, vocabulary.FieldCache,
				vocabulary.FieldCountry, vocabulary.FieldNetwork)},
		{format: `%{usec}t %v %a "%m %U%q %H" %>s %I %B %D "%{Referer}i" "%{User-Agent}i"`, time: microsecond, latency: microsecond,
			logs: combinedFields | vocabulary.Of(vocabulary.FieldHost, vocabulary.FieldLatency, vocabulary.FieldRequestBytes)},
		{format: `%{begin:%Y-%m-%d %H:%M:%S}t %v %a "%m %U%q %H" %>s %B "%{Referer}i" "%{User-Agent}i"`, time: second,
			logs: combinedFields | vocabulary.Of(vocabulary.FieldHost)},
	}
)

func TestFieldsComeBackEqualFromTheParser(t *testing.T) {
	for i := range readableAll {
		c := &readableAll[i]
		t.Run(c.format, func(t *testing.T) {
			g := generator(t, Config{Seed: 13, HostCount: 60, Lines: 15_000, Rate: 200, Format: c.format, Attacks: everyKind(30 * time.Second)})
			parser, err := logentry.NewParser(&logentry.Source{Format: c.format})
			if err != nil {
				t.Fatal(err)
			}
			var r Request
			var e logentry.Entry
			for g.Next(&r) {
				line := bytes.TrimSuffix(g.Write(nil, &r), []byte{'\n'})
				if reason := parser.Parse(line, &e); reason != logentry.OK {
					t.Fatalf("%v: %s", reason, line)
				}
				if want, got := truthFor(&r, c), factsOf(&e); want != got {
					t.Fatalf("truth and entry (-want +got):\n%s\nof %s", cmp.Diff(want, got), line)
				}
			}
		})
	}
}

func TestFormatsAreFoundByThemselves(t *testing.T) {
	for _, format := range Formats() {
		var log bytes.Buffer
		if _, err := Generate(t.Context(), Config{Seed: 2, Lines: 200, Format: format}, &log, nil); err != nil {
			t.Fatal(err)
		}
		if found, err := logentry.Detect(log.Bytes()); err != nil || found.Format != format {
			t.Errorf("%s was taken for %q: %v", format, found.Format, err)
		}
	}
}
