package reportwriter

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Stats says what became of the lines of a run.
type Stats struct {
	Lines   int64
	Entries int64   // lines that are requests
	Bytes   int64   // read, after decompression
	Seconds float64 // of the whole run
	// DeadLetters are the lines that could not be read, in any order. Optional.
	DeadLetters []DeadLetters
	// Other counts requests that are not in the row of their host or in no row, by reason: HiddenHost, UnknownClients, "no_host", "unknown_site", "over_cap",
	// "outside_range", "other_host", or any other name. Optional.
	Other map[string]int64
	// HiddenBelow is the k of the k rule where it keeps something out of the rows, else 0.
	HiddenBelow int
}

// DeadLetters are the lines that could not be read for one reason.
type DeadLetters struct {
	Reason  string // name of a logentry.Reason
	Lines   int64
	Example string // where to find one, as "access.log, byte 4096"; never its text. Optional.
}

var reasonWords = map[string]string{
	"not_json":      "not JSON",
	"broken_json":   "broken JSON",
	"no_match":      "do not fit the format",
	"no_time":       "have no time",
	"bad_time":      "have a time that cannot be read",
	"future":        "lie in the future: is the clock right?",
	"before_1995":   "lie before 1995: was the clock ever set?",
	"too_late":      "came too late",
	"too_long":      "longer than 1 MiB",
	"binary":        "binary, not text",
	"not_a_request": "no requests: another log's entries, or headers",
	"truncated":     "cut off: the file ends or breaks within the line",
}

// HiddenHost is the reason of requests whose host the k rule hides, UnknownClients where it hides it because the log has no addresses to count.
const (
	HiddenHost     = "hidden_host"
	UnknownClients = "unknown_clients"
)

var otherWords = map[string]string{
	"no_host":       "counted as (other hosts): no host name, or none that is valid",
	HiddenHost:      "counted as (other hosts): too few visitors asked for the site",
	UnknownClients:  "counted as (other hosts): without visitors' addresses nobody can tell how many asked for the site; --host NAME, or sites: in a configuration file, names it",
	"unknown_site":  "counted as (other hosts): not in the list of sites",
	"over_cap":      "counted as (other hosts): too many different hosts",
	"outside_range": "left out: not between --from and --to",
	"other_host":    "left out: not of the hosts that --host names",
}

// WriteStats writes the summary of a run: what was read, how fast, and every line that is not counted as its host's request, by reason.
func WriteStats(w io.Writer, s Stats, screen Screen) error {
	p := &printer{out: bufio.NewWriter(w), screen: screen}
	p.lines(paragraph(s.speed(), screen.width(), normal))
	dead := s.dead()
	column := max(len(count(s.Entries)), len(count(dead)), len(count(total(s.Other))))
	p.row(column, s.Entries, "requests")
	if dead == 0 {
		p.row(column, dead, "not readable")
	} else {
		p.row(column, dead, "not readable ("+percent(dead, s.Lines)+")")
	}
	for _, d := range s.sortedLetters() {
		text := plain(Reason(d), screen.ASCII)
		if d.Example != "" {
			text += "; for example " + plain(d.Example, screen.ASCII)
		}
		p.hanging(column+2*gridIndent, text)
	}
	for _, name := range sortedByCount(s.Other) {
		if n := s.Other[name]; n > 0 {
			p.row(column, n, wordFor(otherWords, name, screen.ASCII))
		}
	}
	if s.HiddenBelow > 0 {
		p.lines(paragraph(fmt.Sprintf("To protect visitors, what fewer than %d of them share is not shown by name, but counted with the rest. For your own eyes: --k 1",
			s.HiddenBelow), screen.width(), normal))
	}
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	return nil
}

// Reason says in words why lines could not be read, and how many: "12: not JSON".
func Reason(d DeadLetters) string {
	return count(d.Lines) + ": " + wordFor(reasonWords, d.Reason, true)
}

func (s *Stats) speed() string {
	text := fmt.Sprintf("Read %s (%s) in %s", plural(s.Lines, "line"), byteCount(s.Bytes), duration(s.Seconds))
	if s.Seconds > 0 {
		text += fmt.Sprintf(": %s lines/s, %s/s", count(int64(float64(s.Lines)/s.Seconds)), byteCount(int64(float64(s.Bytes)/s.Seconds)))
	}
	return text + "."
}

func (s *Stats) dead() int64 {
	var dead int64
	for _, d := range s.DeadLetters {
		dead += d.Lines
	}
	return dead
}

func (s *Stats) sortedLetters() []DeadLetters {
	letters := slices.Clone(s.DeadLetters)
	slices.SortFunc(letters, func(a, b DeadLetters) int {
		return cmp.Or(cmp.Compare(b.Lines, a.Lines), cmp.Compare(a.Reason, b.Reason))
	})
	return letters
}

// row is a figure in a column of its own and what it counts.
func (p *printer) row(column int, n int64, text string) {
	figure := strings.Repeat(" ", gridIndent) + rightAligned(count(n), column) + strings.Repeat(" ", gridGap)
	for _, part := range wrapped(text, p.screen.width()-len(figure)) {
		p.line(line{{text: figure + part}})
		figure = strings.Repeat(" ", len(figure))
	}
}

// hanging is a paragraph whose later lines stand further to the right.
func (p *printer) hanging(indent int, text string) {
	for i, part := range wrapped(text, p.screen.width()-indent-gridIndent) {
		if i == 1 {
			indent += gridIndent
		}
		p.line(line{{text: strings.Repeat(" ", indent) + part, style: dim}})
	}
}
