package logentry

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// Detection is the format that fits a sample best.
type Detection struct {
	Format  string
	Matched int // lines that became entries
	Lines   int // lines that are not empty
}

// leastShare is the part of the lines, one of so many, that must fit a format for it to be believed.
const leastShare = 10

// Detect finds the format of a log by its beginning: up to 256 KiB of whole lines are enough. Lines that fit nothing are no harm as long
// as one in ten fits; where fewer do, the error is an *UnknownFormatError.
func Detect(sample []byte) (Detection, error) {
	counts := map[string]int{}
	columns := columnsOf(sample)
	parsers := detectionParsers(columns)
	lines, objects := 0, 0
	for line := range bytes.Lines(sample) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 || isDirective(line) {
			continue
		}
		lines++
		if line[0] == '{' {
			objects++
		}
		if name := bestFit(parsers, line); name != "" {
			counts[name]++
		}
	}
	if lines == 0 && columns != "" {
		return Detection{Format: columns}, nil // a log without requests yet
	}
	if lines == 0 {
		return Detection{}, errors.New("its beginning has no whole line to tell the log format by; say which it is with --log-format")
	}
	best := bestFormat(counts)
	best.Lines = lines
	if best.Matched*leastShare < lines {
		return Detection{}, &UnknownFormatError{Matched: best.Matched, Lines: lines, JSON: objects*2 > lines}
	}
	if best.Format == cloudfront && columns != "" {
		best.Format = columns
	}
	return best, nil
}

// columnsOf gives the format that the log's first #Fields line names: "cloudfront", or the line itself where the columns are others. It is
// empty where there is none that can be read.
func columnsOf(sample []byte) string {
	for line := range bytes.Lines(sample) {
		if line[0] != '#' {
			break // the header stands at the beginning
		}
		if !bytes.HasPrefix(line, []byte(fieldsDirective)) {
			continue
		}
		if isCloudfrontHeader(string(line)) {
			return cloudfront
		}
		format := knownColumns(string(line))
		if _, err := newColumnsReader(format); err != nil {
			return ""
		}
		return format
	}
	return ""
}

// UnknownFormatError says that a sample fits no format, and how to say which it is.
type UnknownFormatError struct {
	Matched, Lines int  // lines that fit the best format, of all that are not empty
	JSON           bool // most lines are JSON objects
}

func (e *UnknownFormatError) Error() string {
	what := fmt.Sprintf("%d of the first %d lines fit", e.Matched, e.Lines)
	if e.Lines == 1 {
		what = "its only line does not fit"
	}
	return fmt.Sprintf("%s a known log format (tried: %s); say which it is with --log-format%s", what, formatNames(), formatAdvice(e.JSON))
}

// formatAdvice shows how to name a format.
func formatAdvice(json bool) string {
	if json {
		return `. The lines are JSON objects: name their keys in a configuration file, for example
  formats: {mine: {fields: {time: ts, host: vhost, client: ip, method: verb, url: uri, status: code}}}
and read them with --config FILE --log-format mine`
	}
	return `: a name, or the text from your server's configuration, for example
  --log-format '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent'   (nginx, log_format)
  --log-format '%h %l %u %t "%r" %>s %b'   (Apache, LogFormat)`
}

// bestFormat chooses the format with most lines; among equals the first in the list of formats. Lines of all text formats count for the
// one that reads the most of them: such a file has one format that was changed at some time, and each of the four parsers reads all four.
func bestFormat(counts map[string]int) Detection {
	var best Detection
	text := Detection{}
	for _, f := range formats {
		n := counts[f.Name]
		if !textFormats[f.Name] {
			if n > best.Matched {
				best = Detection{Format: f.Name, Matched: n}
			}
			continue
		}
		if n > counts[text.Format] {
			text.Format = f.Name
		}
		text.Matched += n
	}
	if text.Matched > best.Matched {
		return text
	}
	return best
}

// detector is a format that is tried on the lines of a sample.
type detector struct {
	name   string
	parser *Parser
	entry  Entry
}

// detectionParsers makes a parser for each format. columns is what a #Fields line says of CloudFront's.
func detectionParsers(columns string) (list []*detector) {
	for _, f := range formats {
		if textFormats[f.Name] && f.Name != "combined" {
			continue // the parser of one reads all
		}
		src := Source{Format: f.Name}
		if f.Name == cloudfront && columns != "" {
			src.Format = columns
		}
		p, err := NewParser(&src)
		if err != nil {
			panic(err) // a test makes a parser for each
		}
		list = append(list, &detector{name: f.Name, parser: p})
	}
	return list
}

// bestFit names the format that finds most in a line; empty where none fits. The exports of a log differ from it in some keys only, and
// formats are made of others with more behind them.
func bestFit(parsers []*detector, line []byte) (best string) {
	most := -1
	for _, d := range parsers {
		if name, found := d.fits(line); name != "" && found > most {
			best, most = name, found
		}
	}
	return best
}

// fits gives the name of the format that a line has, if it is this one, and how many fields the line has.
func (d *detector) fits(line []byte) (name string, found int) {
	j := d.parser.json
	if j != nil {
		j.found.set = 0
	}
	if d.parser.Parse(line, &d.entry) != OK {
		return "", 0
	}
	if j != nil && j.found.set != 0 {
		return d.name, bits.OnesCount64(uint64(j.found.set))
	}
	found = bits.OnesCount32(uint32(d.entry.Logged))
	if !textFormats[d.name] {
		return d.name, found
	}
	name = "common"
	if d.entry.Logged.Has(vocabulary.FieldAgent) {
		name = "combined"
	}
	if d.entry.Logged.Has(vocabulary.FieldHost) {
		name = "vhost-" + name
	}
	return name, found
}
