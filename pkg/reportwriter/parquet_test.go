package reportwriter

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/schemas"
)

func parquetOf(t interface{ Fatal(...any) }, rows ...*schemas.TrafficReport) []byte {
	var out bytes.Buffer
	if err := WriteParquet(&out, slices.Values(rows)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWriteParquet_schema(t *testing.T) {
	file, err := parquet.OpenFile(bytes.NewReader(parquetOf(t)), int64(len(parquetOf(t))))
	if err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "reports.parquet-schema", []byte(file.Schema().String()+"\n"))
	if file.NumRows() != 0 {
		t.Errorf("no rows gave %d", file.NumRows())
	}
}

func TestWriteParquet_sameRowsSameBytes(t *testing.T) {
	first := parquetOf(t, shopRow(), blogRow(), cdnRow())
	for range 20 {
		if !bytes.Equal(first, parquetOf(t, shopRow(), blogRow(), cdnRow())) {
			t.Fatal("the same rows gave other bytes")
		}
	}
}

func TestWriteParquet_manyRowsKeepTheirOrder(t *testing.T) {
	rows := manySites(3*parquetBatch + 1)
	got := readParquet(t, parquetOf(t, rows...))
	if len(got) != len(rows) {
		t.Fatalf("%d rows came back of %d", len(got), len(rows))
	}
	for i, row := range got {
		if *row.Host != rows[i].Host || *row.Requests != rows[i].Requests {
			t.Fatalf("row %d is %s with %d requests, want %s with %d", i, *row.Host, *row.Requests, rows[i].Host, rows[i].Requests)
		}
	}
}

func TestWriteParquet_comesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := []*schemas.TrafficReport{drawReport(t), drawReport(t)}
		want := []readRow{readRowOf(rows[0]), readRowOf(rows[1])}
		got := readParquet(t, parquetOf(t, rows...))
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("rows differ (-want +got):\n%s", diff)
		}
	})
}

func TestWriteParquet_notLoggedIsNullAndNothingIsEmpty(t *testing.T) {
	got := readParquet(t, parquetOf(t, blogRow()))[0]
	if got.Cache != nil || got.Latency != nil || got.RequestBytes != nil {
		t.Errorf("a figure that is not logged is there: %v %v %v", got.Cache, got.Latency, got.RequestBytes)
	}
	nulls := nullColumns(t, parquetOf(t, blogRow()))
	for column, want := range map[string]bool{"top_countries": true, "enforced": true, "top_paths": false, "top_referrers": false, "partly_logged": false} {
		if nulls[column] != want {
			t.Errorf("column %s null: %v, want %v", column, nulls[column], want)
		}
	}
}

// nullColumns tells for each column of the outermost level whether it is null in the first row.
func nullColumns(t *testing.T, data []byte) map[string]bool {
	t.Helper()
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]parquet.Row, 1)
	if n, err := file.RowGroups()[0].Rows().ReadRows(rows); n != 1 {
		t.Fatal(err)
	}
	nulls := map[string]bool{}
	for _, v := range rows[0] {
		nulls[file.Schema().Columns()[v.Column()][0]] = v.DefinitionLevel() == 0
	}
	return nulls
}

func readParquet(t interface{ Fatal(...any) }, data []byte) []readRow {
	reader := parquet.NewGenericReader[readRow](bytes.NewReader(data))
	rows := make([]readRow, reader.NumRows())
	if n, err := reader.Read(rows); n != len(rows) && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return rows
}

// readRow is a report as a program reads it that knows nothing of our schema but the file.
type readRow struct {
	Host               *string           `parquet:"host"`
	Minute             *time.Time        `parquet:"minute,timestamp(microsecond)"`
	Requests           *int64            `parquet:"requests"`
	RequestBytes       *int64            `parquet:"request_bytes"`
	Status             map[int32]int64   `parquet:"status,optional"`
	Methods            map[string]int64  `parquet:"methods,optional"`
	Cache              *readCache        `parquet:"cache"`
	Visitors           *int64            `parquet:"visitors"`
	VisitorsSketch     []byte            `parquet:"visitors_sketch,optional"`
	Latency            *readDistribution `parquet:"latency"`
	TopPaths           []readPath        `parquet:"top_paths,list,optional"`
	Rest               map[string]rest   `parquet:"rest,optional"`
	LastEvent          *time.Time        `parquet:"last_event,timestamp(microsecond)"`
	SampleRate         *float64          `parquet:"sample_rate"`
	LineXor            *int64            `parquet:"line_xor"`
	NotLogged          []string          `parquet:"not_logged,list,optional"`
	ClientsUnavailable *string           `parquet:"clients_unavailable"`
	K                  *int32            `parquet:"k"`
}

type readCache struct {
	Hit       int64 `parquet:"hit"`
	FillBytes int64 `parquet:"fill_bytes"`
}

type readDistribution struct {
	P95     float64      `parquet:"p95"`
	Count   int64        `parquet:"count"`
	Buckets []readBucket `parquet:"buckets,list"`
}

type readBucket struct {
	Index int32 `parquet:"index"`
	Count int64 `parquet:"count"`
}

type readPath struct {
	Path        string `parquet:"path"`
	CacheMisses *int64 `parquet:"cache_misses"`
}

type rest struct {
	Requests int64 `parquet:"requests"`
	Error    int64 `parquet:"error"`
}

func readRowOf(r *schemas.TrafficReport) readRow {
	row := readRow{Host: &r.Host, Requests: &r.Requests, RequestBytes: r.RequestBytes, Status: r.Status, Methods: r.Methods, Visitors: r.Visitors,
		VisitorsSketch: r.VisitorsSketch, SampleRate: &r.SampleRate, NotLogged: r.NotLogged, K: &r.K}
	xor := int64(r.LineXor)
	row.LineXor = &xor
	if r.Minute != nil {
		t := r.Minute.AsTime()
		row.Minute = &t
	}
	if r.LastEvent != nil {
		t := r.LastEvent.AsTime()
		row.LastEvent = &t
	}
	if r.ClientsUnavailable != "" {
		row.ClientsUnavailable = &r.ClientsUnavailable
	}
	if r.Cache != nil {
		row.Cache = &readCache{Hit: r.Cache.Hit, FillBytes: r.Cache.FillBytes}
	}
	if r.Latency != nil {
		row.Latency = &readDistribution{P95: r.Latency.P95, Count: r.Latency.Count}
		for _, b := range r.Latency.Buckets {
			row.Latency.Buckets = append(row.Latency.Buckets, readBucket{Index: b.Index, Count: b.Count})
		}
	}
	for _, p := range r.TopPaths {
		row.TopPaths = append(row.TopPaths, readPath{Path: p.Path, CacheMisses: p.CacheMisses})
	}
	for list, v := range r.Rest {
		if row.Rest == nil {
			row.Rest = map[string]rest{}
		}
		row.Rest[list] = rest{Requests: v.Requests, Error: v.Error}
	}
	return row
}

// The bucket of zeros has the smallest index there is.
func TestWriteParquet_bucketOfZeros(t *testing.T) {
	got := readParquet(t, parquetOf(t, shopRow()))[0]
	if want := (readBucket{Index: math.MinInt32, Count: 1}); got.Latency.Buckets[0] != want {
		t.Errorf("first bucket is %v, want %v", got.Latency.Buckets[0], want)
	}
}

func BenchmarkWriteParquet(b *testing.B) {
	rows := slices.Repeat([]*schemas.TrafficReport{benchmarkRow()}, 3_000)
	b.ReportAllocs()
	for b.Loop() {
		if err := WriteParquet(io.Discard, slices.Values(rows)); err != nil {
			b.Fatal(err)
		}
	}
}
