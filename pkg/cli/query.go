package cli

import (
	"context"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
)

// queryCmd is the command line of "query".
type queryCmd struct {
	SQL string `arg:"" optional:"" name:"sql" help:"One SELECT over the views below, in SQLite's SQL."`

	Limit   minimum  `group:"show" placeholder:"N" help:"Fail where there are more rows. Default: 10000."`
	Timeout duration `group:"show" placeholder:"TIME" help:"Give up after this time. Default: 30s."`
	Format  string   `group:"output" default:"table" placeholder:"FORMAT" values:"table,csv,json" help:"table, csv, or json: one object a row. Default: ${default}."`
	dataFlag
}

const (
	queryRows  = 10_000
	queryTime  = 30 * time.Second
	queryBytes = 64 << 20
)

// Help is shown above the flags.
func (c *queryCmd) Help() string {
	return "Asks the store, while \"up\" runs or not. Nothing can be changed, and nothing else can be read than these views.\n\n" + examples(
		`query "SELECT host, sum(requests) AS requests FROM traffic WHERE level = 'day' GROUP BY host ORDER BY 2 DESC LIMIT 10"`, "the busiest sites",
		`query --format csv "SELECT start, requests, status_5xx FROM traffic WHERE level = 'hour' AND host = 'example.org'"`, "the hours of one site",
		`query "SELECT value, requests FROM top WHERE level = 'day' AND list = 'top_paths' AND start LIKE '2026-05-04%'"`, "the paths of a day",
	)
}

// footer describes the views.
func (c *queryCmd) footer() string {
	var b strings.Builder
	b.WriteString("\nViews:\n")
	for _, v := range queryViews {
		fmt.Fprintf(&b, "  %s: %s\n", v.name, v.what)
		fmt.Fprintf(&b, "    %s\n", v.columns)
	}
	b.WriteString("\nRows of one site and time add up: a closed one with its lists, and late ones of counters. What a log does not carry is NULL.\n" +
		"An hour or day that is open has what its minutes add up to by now, without percentiles and line_xor; top has what is closed of it.\n" +
		"unix is start in Unix seconds, and finds a stretch of time fast.\n")
	return b.String()
}

// queryViews are the views with their columns.
var queryViews = []struct{ name, what, columns string }{
	{"traffic", "a row for each site and minute, hour and day (level)",
		"level host start unix kind generation requests response_bytes status_1xx status_2xx status_3xx\n" +
			"    status_4xx status_5xx status_none status_other cache_hits cache_hit_bytes visitors p50 p95 p99 lines line_xor late_lines provisional"},
	{"top", "the values of the lists top_paths, top_networks, top_countries, top_referrers, top_agents", "level host start unix list value requests response_bytes"},
	{"findings", "minutes of sites in which something is off (verdict: unknown, normal, watch, suspected, attack)",
		"host start unix verdict kind points confidence requests normal_requests revision"},
	{"dead_letters", "lines that could not be read", "id source reason lines at set_aside tries"},
	{"sources", "how far each source was read", "source lines bytes behind frontier newest problem dead_lines"},
}

// Run asks the store.
func (c *queryCmd) Run(env *environment) error {
	if strings.TrimSpace(c.SQL) == "" {
		return usagef("query needs a SELECT, as in \"%s query 'SELECT * FROM sources'\"", name)
	}
	limits := sqlite.Limits{Rows: queryRows, Bytes: queryBytes}
	if c.Limit > 0 {
		limits.Rows = int(c.Limit)
	}
	timeout := queryTime
	if c.Timeout > 0 {
		timeout = time.Duration(c.Timeout)
	}
	ctx, cancel := context.WithTimeout(env.ctx, timeout)
	defer cancel()
	columns, rows, err := sqlite.Query(ctx, c.dataDir(), c.SQL, limits)
	if err == nil {
		err = writeAnswer(env.stdout, c.Format, columns, rows)
	}
	if err != nil && ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("the query took more than %s: add conditions on level, host and unix, or give it more time by --timeout", timeout)
	}
	return err
}

// writeAnswer writes rows as they come; a table when all are there.
func writeAnswer(w io.Writer, format string, columns []string, rows iter.Seq2[[]any, error]) error {
	table, lines := [][]string{columns}, csv.NewWriter(w)
	if format == "csv" {
		if err := lines.Write(columns); err != nil {
			return err
		}
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		switch format {
		case "json":
			err = writeObject(w, columns, row)
		case "csv":
			err = lines.Write(cells(row, ""))
		default:
			table = append(table, cells(row, "-"))
		}
		if err != nil {
			return err
		}
	}
	lines.Flush()
	if format == "table" {
		return writeTextTable(w, table)
	}
	return lines.Error()
}

// writeObject writes a row as one JSON object with its columns in order.
func writeObject(w io.Writer, columns []string, row []any) error {
	fields := make([]string, len(row))
	for i, v := range row {
		if blob, ok := v.([]byte); ok {
			v = hex.EncodeToString(blob)
		}
		key, err := jsonText(columns[i])
		if err != nil {
			return err
		}
		value, err := jsonText(v)
		if err != nil {
			return err
		}
		fields[i] = key + ":" + value
	}
	_, err := fmt.Fprintf(w, "{%s}\n", strings.Join(fields, ","))
	return err
}

// cells writes a row's values as texts that neither a terminal nor a spreadsheet obeys.
func cells(row []any, null string) []string {
	all := make([]string, len(row))
	for i, v := range row {
		switch v := v.(type) {
		case nil:
			all[i] = null
		case int64:
			all[i] = strconv.FormatInt(v, 10)
		case float64:
			all[i] = strconv.FormatFloat(v, 'g', -1, 64)
		case []byte:
			all[i] = hex.EncodeToString(v)
		default:
			all[i] = harmless(fmt.Sprint(v))
		}
	}
	return all
}

// harmless keeps a text from being a formula.
func harmless(s string) string {
	s = printable(s)
	if s != "" && strings.ContainsRune("=+-@|%", rune(s[0])) {
		return "'" + s
	}
	return s
}
