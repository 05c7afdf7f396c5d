package reportwriter

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/schemas"
)

func jsonOf(t interface{ Fatal(...any) }, rows ...*schemas.TrafficReport) []byte {
	var out bytes.Buffer
	if err := WriteJSON(&out, slices.Values(rows)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWriteJSON_golden(t *testing.T) {
	checkGolden(t, "reports.jsonl", jsonOf(t, shopRow(), blogRow(), cdnRow(), hostileRow(), &schemas.TrafficReport{}))
	if got := jsonOf(t); len(got) != 0 {
		t.Errorf("no rows gave %q, want nothing", got)
	}
}

// Every field of the schema must come back: the objects are protobuf JSON but for the buckets.
func TestWriteJSON_holdsEveryField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawReport(t)
		line := jsonOf(t, want)
		got := new(schemas.TrafficReport)
		if err := protojson.Unmarshal(line, got); err != nil {
			t.Fatalf("protobuf does not read %s: %v", line, err)
		}
		dropBuckets(want)
		if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
			t.Fatalf("fields differ (-want +got):\n%s\nin %s", diff, line)
		}
	})
}

func dropBuckets(r *schemas.TrafficReport) {
	for _, d := range []*schemas.Distribution{r.Latency, r.ResponseSize} {
		if d != nil {
			d.Buckets = nil
		}
	}
}

// Whoever reads with another library than ours must see all keys, one object a line, and our texts as they were.
func TestWriteJSON_isReadByEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := drawReport(t)
		out := jsonOf(t, row, row)
		lines := bytes.Split(bytes.TrimSuffix(out, []byte("\n")), []byte("\n"))
		if len(lines) != 2 {
			t.Fatalf("2 rows gave %d lines", len(lines))
		}
		var object map[string]any
		if err := json.Unmarshal(lines[1], &object); err != nil {
			t.Fatalf("encoding/json does not read %s: %v", lines[1], err)
		}
		if object["host"] != row.GetHost() {
			t.Fatalf("host came back as %q, want %q", object["host"], row.GetHost())
		}
		if want := row.ProtoReflect().Descriptor().Fields().Len(); len(object) != want {
			t.Fatalf("%d keys, want %d", len(object), want)
		}
	})
}

func TestWriteJSON_hasNothingForATerminalToObey(t *testing.T) {
	for _, c := range string(jsonOf(t, hostileRow())) {
		if (c < ' ' && c != '\n') || (c >= 0x7f && c < 0xa0) || c == 0x202e || c == '<' {
			t.Errorf("character %#x stands unescaped", c)
		}
	}
}

func TestWriteJSON_notLoggedIsNull(t *testing.T) {
	var object map[string]any
	if err := json.Unmarshal(jsonOf(t, blogRow()), &object); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"cache", "latency", "enforced", "preview", "origin_errors", "top_countries", "top_networks", "request_bytes", "visitors_sketch"} {
		if value, ok := object[key]; !ok || value != nil {
			t.Errorf("%s is %v, want null", key, value)
		}
	}
	for _, key := range []string{"top_paths", "top_referrers", "status", "partly_logged"} {
		if object[key] == nil {
			t.Errorf("%s is null although it is logged", key)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWriters_reportAWriteError(t *testing.T) {
	rows := []*schemas.TrafficReport{shopRow()}
	for name, err := range map[string]error{
		"json":    WriteJSON(brokenWriter{}, slices.Values(rows)),
		"csv":     WriteCSV(brokenWriter{}, slices.Values(rows)),
		"parquet": WriteParquet(brokenWriter{}, slices.Values(rows)),
	} {
		if !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: error is %v, want the writer's", name, err)
		}
	}
}

func BenchmarkWriteJSON(b *testing.B) {
	row := benchmarkRow()
	rows := slices.Repeat([]*schemas.TrafficReport{row}, 3_000)
	b.SetBytes(int64(len(jsonOf(b, rows...))))
	b.ReportAllocs()
	for b.Loop() {
		if err := WriteJSON(io.Discard, slices.Values(rows)); err != nil {
			b.Fatal(err)
		}
	}
}
