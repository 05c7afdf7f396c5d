package reportwriter

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/schemas"
)

func csvOf(t interface{ Fatal(...any) }, rows ...*schemas.TrafficReport) []byte {
	var out bytes.Buffer
	if err := WriteCSV(&out, slices.Values(rows)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func readCSV(t interface{ Fatal(...any) }, data []byte) [][]string {
	records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestWriteCSV_golden(t *testing.T) {
	checkGolden(t, "reports.csv", csvOf(t, shopRow(), blogRow(), cdnRow(), hostileRow(), &schemas.TrafficReport{}))
	if records := readCSV(t, csvOf(t)); len(records) != 1 {
		t.Errorf("no rows gave %d records, want the header alone", len(records))
	}
}

func TestWriteCSV_noCellIsAFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := readCSV(t, csvOf(t, drawReport(t), hostileRow()))
		for _, cell := range slices.Concat(records...) {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@|%\t\r\n") {
				t.Fatalf("cell %q starts a formula", cell)
			}
			if strings.IndexFunc(cell, unicode.IsControl) >= 0 {
				t.Fatalf("cell %q holds a control character", cell)
			}
		}
	})
}

func TestWriteCSV_saysWhatIsNotThere(t *testing.T) {
	cell := func(row *schemas.TrafficReport, column string) string {
		records := readCSV(t, csvOf(t, row))
		return records[1][slices.Index(records[0], column)]
	}
	for _, column := range []string{"cache_hit", "latency_p95", "enforced_denied", "preview", "origin_errors", "top_countries", "request_bytes"} {
		if got := cell(blogRow(), column); got != "not logged" {
			t.Errorf("%s is %q where nothing logs it", column, got)
		}
	}
	if got := cell(cdnRow(), "visitors"); got != "not available" {
		t.Errorf("visitors behind a content delivery network: %q", got)
	}
	if got := cell(shopRow(), "enforced_banned"); got != "0" {
		t.Errorf("nothing banned reads %q, want 0", got)
	}
	if got, want := cell(shopRow(), "top_referrers"), "google.com=120000; example.org=40000"; got != want {
		t.Errorf("top_referrers is %q, want %q", got, want)
	}
}

func TestWriteCSV_columnNamesAreUnique(t *testing.T) {
	header := slices.Clone(readCSV(t, csvOf(t))[0])
	slices.Sort(header)
	if unique := slices.Compact(slices.Clone(header)); len(unique) != len(header) {
		t.Errorf("a column stands twice: %v", header)
	}
}
