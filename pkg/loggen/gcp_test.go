package loggen

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// logEntry is what Cloud Logging's documentation says of a load balancer's entry, as far as the truth is in it.
type logEntry struct {
	InsertID    string
	JSONPayload struct {
		Type          string `json:"@type"`
		CacheDecision []string
		CacheID       string
		RemoteIP      string
		StatusDetails string
		ProxyStatus   string

		EnforcedSecurityPolicy, PreviewSecurityPolicy, EnforcedEdgeSecurityPolicy struct {
			ConfiguredAction, Name, Outcome string
			Priority                        int32
			RateLimitAction                 struct{ Key, Outcome string }
		}
		SecurityPolicyRequestData struct {
			RemoteIPInfo struct {
				RegionCode string
				ASN        uint32
			}
		}
	}
	HTTPRequest struct {
		RequestMethod, RequestURL, UserAgent, RemoteIP, Referer, Latency string

		RequestSize, ResponseSize, CacheFillBytes uint64 `json:",string"`

		Status                int
		CacheLookup, CacheHit bool

		CacheValidated bool `json:"cacheValidatedWithOriginServer"`
	}
	Resource struct {
		Type   string
		Labels map[string]string
	}
	Timestamp, ReceiveTimestamp time.Time

	Severity, LogName, Trace, SpanID string
}

func (e *logEntry) cache() string {
	switch h := &e.HTTPRequest; {
	case h.CacheHit && h.CacheValidated:
		return "validated"
	case h.CacheHit:
		return "hit"
	case h.CacheLookup:
		return "miss"
	}
	return "uncached"
}

func (e *logEntry) truth(id uint64) truthLine {
	h := &e.HTTPRequest
	rest := strings.TrimPrefix(h.RequestURL, "https://")
	host, target, _ := strings.Cut(rest, "/")
	path, query, _ := strings.Cut("/"+target, "?")
	client := h.RemoteIP
	if e.Resource.Type == "http_external_regional_lb_rule" {
		client = netip.MustParseAddrPort(client).Addr().String()
	}
	info := e.JSONPayload.SecurityPolicyRequestData.RemoteIPInfo
	return truthLine{ID: id, Time: e.Timestamp, Host: host, Client: client, Method: h.RequestMethod, Path: path, Query: query, Status: h.Status,
		RequestBytes: h.RequestSize, ResponseBytes: h.ResponseSize, FillBytes: h.CacheFillBytes, Latency: json.Number(strings.TrimSuffix(h.Latency, "s")),
		Cache: e.cache(), Referrer: h.Referer, Agent: h.UserAgent, Country: info.RegionCode, ASN: info.ASN}
}

func TestLogEntriesSayTheTruth(t *testing.T) {
	ids := map[string]bool{}
	pairs(t, Config{Seed: 6, Lines: 8_000, HostCount: 60, Rate: 400}, func(line []byte, truth *truthLine) {
		var e logEntry
		d := json.NewDecoder(bytes.NewReader(line))
		if err := d.Decode(&e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		want := *truth
		want.Kind, want.Protocol, want.Enforced = "", "", ""
		if diff := cmp.Diff(want, e.truth(truth.ID)); diff != "" {
			t.Fatalf("truth and line (-want +got):\n%s", diff)
		}
		if ids[e.InsertID] || !e.ReceiveTimestamp.After(e.Timestamp) {
			t.Fatalf("insertId twice or received before it was made: %s", line)
		}
		ids[e.InsertID] = true
	})
}

// variants are the lines that readers of Google's logs trip over.
var variants = map[string]func(e *logEntry) bool{
	"hit": func(e *logEntry) bool {
		return e.cache() == "hit" && e.JSONPayload.StatusDetails == "response_from_cache"
	},
	"fill":       func(e *logEntry) bool { return e.cache() == "miss" && e.HTTPRequest.CacheFillBytes > 0 },
	"validated":  func(e *logEntry) bool { return e.cache() == "validated" },
	"no backend": func(e *logEntry) bool { return e.JSONPayload.StatusDetails == "failed_to_pick_backend" },
	"allowed":    func(e *logEntry) bool { return e.JSONPayload.EnforcedSecurityPolicy.Priority == 2147483647 },
	"denied":     func(e *logEntry) bool { return e.JSONPayload.EnforcedSecurityPolicy.ConfiguredAction == "DENY" },
	"throttled": func(e *logEntry) bool {
		return e.JSONPayload.EnforcedSecurityPolicy.RateLimitAction.Outcome == "RATE_LIMIT_THRESHOLD_EXCEED"
	},
	"banned": func(e *logEntry) bool {
		return e.JSONPayload.EnforcedSecurityPolicy.ConfiguredAction == "RATE_BASED_BAN"
	},
	"challenged": func(e *logEntry) bool { return e.JSONPayload.StatusDetails == "redirected_by_security_policy" },
	"preview":    func(e *logEntry) bool { return e.JSONPayload.PreviewSecurityPolicy.Outcome == "DENY" },
	"edge":       func(e *logEntry) bool { return e.JSONPayload.EnforcedEdgeSecurityPolicy.Outcome == "DENY" },
	"no status":  func(e *logEntry) bool { return e.HTTPRequest.Status == 0 },
	"no policy":  func(e *logEntry) bool { return e.JSONPayload.EnforcedSecurityPolicy.Name == "" },
	"regional":   func(e *logEntry) bool { return strings.Contains(e.LogName, "external_regional_requests") },
	"proxy status": func(e *logEntry) bool {
		return strings.HasPrefix(e.JSONPayload.ProxyStatus, `error="`) && e.Resource.Labels["region"] != ""
	},
	"conform": func(e *logEntry) bool {
		return e.JSONPayload.EnforcedSecurityPolicy.RateLimitAction.Outcome == "RATE_LIMIT_THRESHOLD_CONFORM"
	},
	"IPv6": func(e *logEntry) bool { return strings.Count(e.JSONPayload.RemoteIP, ":") > 2 },
}

func TestEveryVariantOfLogEntryOccurs(t *testing.T) {
	g := generator(t, Config{Seed: 1, Lines: 40_000, HostCount: 60, Rate: 400})
	var r Request
	missing := map[string]bool{}
	for name := range variants {
		missing[name] = true
	}
	size := 0
	for g.Next(&r) {
		line := g.Write(nil, &r)
		size += len(line)
		var e logEntry
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		for name := range missing {
			if variants[name](&e) {
				delete(missing, name)
			}
		}
	}
	if len(missing) > 0 {
		t.Errorf("never seen: %v", missing)
	}
	if mean := size / 40_000; mean < 1500 || mean > 1680 {
		t.Errorf("a line has %s bytes in the mean", strconv.Itoa(mean))
	}
}
