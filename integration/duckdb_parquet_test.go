package integration

import (
	"encoding/json"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

// parquetQuery reads columns of every shape: times, nested fields, lists, maps, and what is null because nobody logged it.
const parquetQuery = `
import duckdb, json, sys
rows = duckdb.sql(f"""select host, epoch_us(minute), typeof(minute), requests, status[404], cache.hit, latency.p95, latency.buckets[1].index,
  top_paths[1].path, len(top_paths), enforced is null, rest['top_paths'].hidden, hex(visitors_sketch), line_xor::varchar
  from '{sys.argv[1]}' order by host""").fetchall()
xor = duckdb.sql(f"select bit_xor(line_xor) from '{sys.argv[1]}'").fetchall()[0][0]
same = duckdb.sql(f"select bit_xor(line_xor::ubigint) from '{sys.argv[2]}'").fetchall()[0][0]
print(json.dumps({"rows": rows, "xor": str(xor), "same": xor % 2**64 == same}))
`

func TestParquet_opensInDuckDB(t *testing.T) {
	minute := timestamppb.New(time.Date(2026, 11, 16, 20, 1, 0, 0, time.UTC))
	rows := []*schemas.TrafficReport{
		{
			Host: "a.example", Minute: minute, Level: "minute", Requests: 12, Status: map[int32]int64{200: 10, 404: 2}, Cache: &schemas.Cache{Hit: 7, Miss: 5},
			Latency:  &schemas.Distribution{P95: 0.25, Count: 12, Buckets: []*schemas.Bucket{{Index: -3, Count: 12}}},
			TopPaths: []*schemas.TopPath{{Path: "/{n}", Requests: 9}, {Path: "/", Requests: 3}}, Rest: map[string]*schemas.ListRest{"top_paths": {Hidden: 4}},
			VisitorsSketch: []byte{0, 255}, SampleRate: 1, Lines: 12, LineXor: 1<<63 | 5, K: 10,
		},
		{Host: "b.example", Minute: minute, Level: "minute", Requests: 1, NotLogged: []string{"defence"}, SampleRate: 1, Lines: 1, LineXor: 3, K: 10},
	}
	dir := t.TempDir()
	parquet, jsonl := filepath.Join(dir, "reports.parquet"), filepath.Join(dir, "reports.json")
	writeRows(t, parquet, rows, reportwriter.WriteParquet)
	writeRows(t, jsonl, rows, reportwriter.WriteJSON)

	out := askPython(t, "-c", parquetQuery, parquet, jsonl)
	var got any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	micros, kind := float64(minute.AsTime().UnixMicro()), "TIMESTAMP WITH TIME ZONE"
	want := map[string]any{
		"rows": []any{
			[]any{"a.example", micros, kind, 12.0, 2.0, 7.0, 0.25, -3.0, "/{n}", 2.0, false, 4.0, "00FF", "-9223372036854775803"},
			[]any{"b.example", micros, kind, 1.0, nil, nil, nil, nil, nil, 0.0, true, nil, nil, "3"},
		},
		"xor": "-9223372036854775802", "same": true,
	}
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Errorf("DuckDB reads other rows (-want +got):\n%s", diff)
	}
}

func writeRows(t *testing.T, path string, rows []*schemas.TrafficReport, write func(io.Writer, iter.Seq[*schemas.TrafficReport]) error) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := write(file, slices.Values(rows)); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
