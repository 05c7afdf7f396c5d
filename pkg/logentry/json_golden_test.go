package logentry

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

var updateGolden = flag.Bool("update", false, "write golden files anew")

// TestJSONGolden reads the documented lines of each ready mapping and variants of them.
func TestJSONGolden(t *testing.T) {
	for _, c := range []struct{ file, format string }{
		{"gcp", "gcp"}, {"gcp-more", "gcp"}, {"gcp-bigquery", "gcp-bigquery"}, {"nginx-json", "nginx-json"}, {"cloudflare", "cloudflare"},
	} {
		t.Run(c.file, func(t *testing.T) {
			p, err := NewParser(&Source{Name: c.file, Format: c.format, TrustedProxies: []string{"198.51.100.0/24"}})
			if err != nil {
				t.Fatal(err)
			}
			checkGolden(t, "testdata/json/"+c.file+".golden", goldenText(t, p, "testdata/json/"+c.file+".jsonl"))
		})
	}
}

// goldenText gives the entries of a file, each as a block of lines.
func goldenText(t *testing.T, p *Parser, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	var e Entry
	for line := range bytes.Lines(data) {
		if p.Header(line) {
			continue
		}
		reason := p.Parse(bytes.TrimSuffix(line, []byte("\n")), &e)
		text, err := json.MarshalIndent(goldenOf(&e, reason), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, text...), '\n')
	}
	return string(out)
}

// golden is an entry for people to read. What is zero is left out.
type golden struct {
	Reason         string     `json:"reason"`
	Time           time.Time  `json:"time,omitzero"`
	ID             string     `json:"id,omitempty"`
	Host           string     `json:"host,omitempty"`
	HostInvalid    bool       `json:"host_invalid,omitempty"`
	Path           string     `json:"path,omitempty"`
	Query          string     `json:"query,omitempty"`
	Client         netip.Addr `json:"client,omitzero"`
	Peer           netip.Addr `json:"peer,omitzero"`
	Trusted        bool       `json:"trusted,omitempty"`
	Method         string     `json:"method,omitempty"`
	Protocol       string     `json:"protocol,omitempty"`
	Status         uint16     `json:"status,omitempty"`
	RequestBytes   uint64     `json:"request_bytes,omitempty"`
	ResponseBytes  uint64     `json:"response_bytes,omitempty"`
	Latency        string     `json:"latency,omitempty"`
	Cache          string     `json:"cache,omitempty"`
	CacheFillBytes uint64     `json:"cache_fill_bytes,omitempty"`
	Enforced       string     `json:"enforced,omitempty"`
	Preview        string     `json:"preview,omitempty"`
	OriginError    string     `json:"origin_error,omitempty"`
	Country        string     `json:"country,omitempty"`
	ASN            uint32     `json:"asn,omitempty"`
	Referrer       string     `json:"referrer,omitempty"`
	Agent          string     `json:"agent,omitempty"`
	Logged         []string   `json:"logged,omitempty"`
}

func goldenOf(e *Entry, reason Reason) golden {
	g := golden{Reason: reason.String()}
	if reason != OK {
		return g
	}
	g = golden{Reason: reason.String(), Time: time.Unix(0, e.Time).UTC(), ID: string(e.InsertID), Host: string(e.Host), HostInvalid: e.HostInvalid,
		Path: string(e.Path), Query: string(e.Query), Client: e.Client, Peer: e.Peer, Trusted: e.ClientTrusted,
		Method: e.Method.String(), Protocol: e.Protocol.String(), Status: e.Status, RequestBytes: e.RequestBytes, ResponseBytes: e.ResponseBytes,
		Cache: e.Cache.String(), CacheFillBytes: e.CacheFillBytes, Enforced: e.Enforced.String(), Preview: e.Preview.String(),
		OriginError: e.OriginError.String(), ASN: e.ASN, Referrer: string(e.Referrer), Agent: string(e.UserAgent)}
	if e.Latency != 0 {
		g.Latency = time.Duration(e.Latency).String()
	}
	if e.Country != [2]byte{} {
		g.Country = string(e.Country[:])
	}
	for f := range vocabulary.FieldCount {
		if e.Logged.Has(f) {
			g.Logged = append(g.Logged, f.String())
		}
	}
	return g
}
