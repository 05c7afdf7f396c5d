package logentry

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// readable is an entry whose texts can be compared and printed; tests work on invented lines and published logs only.
type readable struct {
	Time                                           string
	Host, Path, Query, Referrer, UserAgent, Insert string
	HostInvalid                                    bool
	Client, Peer                                   string
	ClientTrusted                                  bool
	Method, Protocol, Cache, OriginError, Country  string
	Status                                         uint16
	RequestBytes, ResponseBytes                    uint64
	Latency                                        time.Duration
	ASN                                            uint32
}

func read(e *Entry) readable {
	r := readable{
		Time: time.Unix(0, e.Time).UTC().Format(time.RFC3339Nano),
		Host: string(e.Host), Path: string(e.Path), Query: string(e.Query), Referrer: string(e.Referrer), UserAgent: string(e.UserAgent),
		Insert: string(e.InsertID), HostInvalid: e.HostInvalid, ClientTrusted: e.ClientTrusted,
		Status: e.Status, RequestBytes: e.RequestBytes, ResponseBytes: e.ResponseBytes, Latency: time.Duration(e.Latency), ASN: e.ASN,
	}
	if e.Client.IsValid() {
		r.Client = e.Client.String()
	}
	if e.Peer.IsValid() {
		r.Peer = e.Peer.String()
	}
	for _, name := range []struct {
		to  *string
		is  bool
		val string
	}{
		{&r.Method, e.Method != vocabulary.MethodNone, e.Method.String()},
		{&r.Protocol, e.Protocol != vocabulary.ProtocolNone, e.Protocol.String()},
		{&r.Cache, e.Cache != vocabulary.CacheNone, e.Cache.String()},
		{&r.OriginError, e.OriginError != vocabulary.OriginErrorNone, e.OriginError.String()},
		{&r.Country, e.Country != [2]byte{}, string(e.Country[:])},
	} {
		if name.is {
			*name.to = name.val
		}
	}
	return r
}

// logged lists the names of the fields that the entry's line logs.
func logged(e *Entry) string {
	var names []string
	for f := range vocabulary.FieldCount {
		if e.Logged.Has(f) {
			names = append(names, f.String())
		}
	}
	return strings.Join(names, " ")
}

func mustParser(tb testing.TB, src Source) *Parser {
	tb.Helper()
	p, err := NewParser(&src)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// parse expects that line is an entry.
func parse(tb testing.TB, p *Parser, line string) *Entry {
	tb.Helper()
	e := new(Entry)
	if reason := p.Parse([]byte(line), e); reason != OK {
		tb.Fatalf("%s: %q", reason, line)
	}
	return e
}

// textFile gives the lines of a file of testdata/text.
func textFile(tb testing.TB, name string) [][]byte {
	tb.Helper()
	return fileLines(tb, "text/"+name)
}

// fileLines gives the lines of a file of testdata.
func fileLines(tb testing.TB, name string) [][]byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			tb.Fatal(err)
		}
		if data, err = io.ReadAll(z); err != nil {
			tb.Fatal(err)
		}
	}
	var lines [][]byte
	for line := range bytes.Lines(data) {
		lines = append(lines, bytes.TrimSuffix(line, []byte("\n")))
	}
	return lines
}
