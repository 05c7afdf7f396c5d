package reportwriter

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// WriteCSV writes a header and one record for each row (RFC 4180, lines ended by \n). Closed vocabularies that people sum up have a
// column for each value, named like "enforced_denied"; other maps and lists stand in one cell as "name=requests; name=requests". What is not logged says so. No
// cell can be taken for a formula, and no cell holds a control character. Sketches and buckets are left out: they are for programs,
// which have JSON and Parquet.
func WriteCSV(w io.Writer, rows iter.Seq[*schemas.TrafficReport]) error {
	out := csv.NewWriter(w)
	record := make([]string, len(csvColumns))
	for i, c := range csvColumns {
		record[i] = c.name
	}
	_ = out.Write(record) // Error below tells
	for row := range rows {
		m := missingOf(row)
		for i, c := range csvColumns {
			record[i] = SafeCell(c.cell(row, m))
		}
		if out.Write(record) != nil {
			break
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing the reports as CSV: %w", err)
	}
	return nil
}

type csvColumn struct {
	name string
	cell func(*schemas.TrafficReport, missing) string
}

var csvColumns = slices.Concat(
	[]csvColumn{
		{"host", func(r *schemas.TrafficReport, _ missing) string { return r.GetHost() }},
		{"minute", func(r *schemas.TrafficReport, _ missing) string { return csvTime(r.GetMinute()) }},
		{"level", func(r *schemas.TrafficReport, _ missing) string { return r.GetLevel() }},
		{"requests", func(r *schemas.TrafficReport, _ missing) string { return csvInt(r.GetRequests()) }},
		{"visitors", csvVisitors},
		{"request_bytes", func(r *schemas.TrafficReport, _ missing) string { return csvOptional(r.RequestBytes) }},
		{"response_bytes", func(r *schemas.TrafficReport, _ missing) string { return csvOptional(r.ResponseBytes) }},
	},
	csvClasses("status_class", (*schemas.TrafficReport).GetStatusClass, statusClasses),
	csvCacheColumns(),
	csvClasses("enforced", (*schemas.TrafficReport).GetEnforced, namesFrom(vocabulary.ActionAllowed, vocabulary.ActionCount)),
	csvClasses("clients", (*schemas.TrafficReport).GetClients, namesFrom(vocabulary.ClientBrowser, vocabulary.ClientClassCount)),
	csvDistribution("latency", (*schemas.TrafficReport).GetLatency),
	csvDistribution("response_size", (*schemas.TrafficReport).GetResponseSize),
	[]csvColumn{
		{"status", func(r *schemas.TrafficReport, m missing) string { return csvMap("status", r.GetStatus(), m) }},
		{"methods", func(r *schemas.TrafficReport, m missing) string { return csvMap("methods", r.GetMethods(), m) }},
		{"protocols", func(r *schemas.TrafficReport, m missing) string { return csvMap("protocols", r.GetProtocols(), m) }},
		{"preview", func(r *schemas.TrafficReport, m missing) string { return csvMap("preview", r.GetPreview(), m) }},
		{"origin_errors", func(r *schemas.TrafficReport, m missing) string {
			return csvMap("origin_errors", r.GetOriginErrors(), m)
		}},
	},
	csvLists(),
	[]csvColumn{
		{"first_event", func(r *schemas.TrafficReport, _ missing) string { return csvTime(r.GetFirstEvent()) }},
		{"last_event", func(r *schemas.TrafficReport, _ missing) string { return csvTime(r.GetLastEvent()) }},
		{"late_lines", func(r *schemas.TrafficReport, _ missing) string { return csvInt(r.GetLateLines()) }},
		{"sample_rate", func(r *schemas.TrafficReport, _ missing) string { return csvFloat(r.GetSampleRate()) }},
		{"lines", func(r *schemas.TrafficReport, _ missing) string { return csvInt(r.GetLines()) }},
		{"line_xor", func(r *schemas.TrafficReport, _ missing) string { return strconv.FormatUint(r.GetLineXor(), 10) }},
		{"not_logged", func(r *schemas.TrafficReport, _ missing) string { return strings.Join(r.GetNotLogged(), "; ") }},
		{"partly_logged", func(r *schemas.TrafficReport, m missing) string { return csvMap("", r.GetPartlyLogged(), m) }},
		{"clients_unavailable", func(r *schemas.TrafficReport, _ missing) string { return r.GetClientsUnavailable() }},
		{"k", func(r *schemas.TrafficReport, _ missing) string { return csvInt(int64(r.GetK())) }},
		{"hidden", func(r *schemas.TrafficReport, _ missing) string { return csvRest(r, (*schemas.ListRest).GetHidden) }},
	},
)

func csvVisitors(r *schemas.TrafficReport, _ missing) string {
	if r.Visitors == nil && r.GetClientsUnavailable() != "" {
		return notAvailable
	}
	return csvOptional(r.Visitors)
}
