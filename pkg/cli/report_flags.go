package cli

import (
	"fmt"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// reportCmd is the command line of "report". Its options method checks it and joins it with the configuration.
type reportCmd struct {
	Inputs []string `arg:"" optional:"" name:"file" help:"Log files, directories, patterns in quotes, or - for standard input. Files may be compressed (gz, zst, bz2)."`

	By   string    `group:"show" placeholder:"PERIOD" values:"minute,hour,day,all" help:"One row per site and minute, hour, day, or one for all. Default: all for a table, else minute."`
	Host []string  `group:"show" placeholder:"NAME" help:"Show only this site; can be repeated. Also the site of lines that name none."`
	From string    `group:"show" placeholder:"TIME" help:"Leave out what is earlier: a date, 'YYYY-MM-DD HH:MM', or RFC 3339. Without a zone: in --time-zone."`
	To   string    `group:"show" placeholder:"TIME" help:"Leave out this time and what is later. A date stands for the end of that day."`
	K    threshold `group:"show" placeholder:"N" help:"Show a path, country or the like only where at least N clients had it; 1 shows all, for your own eyes. Default: 10."`

	LogFormat    string   `group:"read" placeholder:"FORMAT" help:"Format of the lines: a name from the list below, or an nginx log_format or Apache LogFormat string. Default: found out per file."`
	TimeZone     string   `group:"read" placeholder:"ZONE" help:"Time zone of lines that have none, such as Europe/Berlin. Default: UTC."`
	TrustedProxy []string `group:"read" placeholder:"RANGE" help:"Address or range of a proxy in front that says who the client was, or a network's name such as cloudflare; can be repeated. Default: none."`
	SampleRate   rate     `group:"read" placeholder:"SHARE" help:"Share of requests that the proxy logs, such as 0.1. Default: 1."`
	Config       string   `group:"read" placeholder:"FILE" help:"Configuration file. Flags win over what it says."`

	Format     string `group:"output" default:"table" placeholder:"FORMAT" values:"table,csv,json,parquet" help:"table, csv, json or parquet. Default: ${default}."`
	Out        string `group:"output" short:"o" placeholder:"FILE" help:"Write the report to a file instead of standard output."`
	NoProgress bool   `group:"output" help:"Show no progress bar. There is one only on a terminal."`
}

// Help is shown above the flags.
func (c *reportCmd) Help() string {
	return examples(
		"report access.log", "a page per site",
		"report --by hour --host www.example.org /var/log/nginx", "the hours of one site, from all logs in a directory",
		"report --format json --out minutes.json 'logs/*.gz'", "every minute as a JSON object a line",
		"report --from 2026-05-04 --to '2026-05-04 18:00' access.log", "part of a day",
		`report --log-format '$remote_addr [$time_local] "$request" $status' access.log`, "a format of your own, as nginx has it",
		"report --format parquet --out traffic.parquet logs && duckdb -c \"from 'traffic.parquet'\"", "for DuckDB, Spark or BigQuery",
		"report - < access.log", "from standard input",
	)
}

// footer lists the formats.
func (c *reportCmd) footer() string {
	var b strings.Builder
	b.WriteString("\nFormats:\n")
	formats := logentry.Formats()
	width := 0
	for _, f := range formats {
		width = max(width, len(f.Name))
	}
	for _, f := range formats {
		fmt.Fprintf(&b, "  %-*s  %s\n", width, f.Name, f.Description)
	}
	b.WriteString("  or the string of an nginx log_format (with $) or an Apache LogFormat (with %), or a format of the configuration file\n")
	return b.String()
}
