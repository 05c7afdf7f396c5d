package reportwriter

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/schemas"
)

// Page says how the pages are drawn and what the reader needs to know besides the rows. The zero value is useful.
type Page struct {
	Screen Screen
	// Sites is how many sites get a page of their own; the busiest come first. Default 10.
	Sites int
	// Steps adds a list of the finer rows (minutes, hours, days) to each page.
	Steps bool
	// ClientsHelp says what to change so that visitors can be told apart: lines for the proxy's configuration. It is printed as it is
	// where a row's clients are unavailable. Optional.
	ClientsHelp string
	// Notes are sentences for the top: where the host's name comes from, what was guessed. Optional.
	Notes []string
	// Filters are the options that chose the rows ("--host a.example"), named where nothing is left. Optional.
	Filters []string
}

const (
	defaultSites = 10
	overviewRows = 40
	levelAll     = "all"
)

// WriteTable writes pages for people: an overview where there are several sites, then a page for each of the busiest. The rows of level
// "all" make the pages; finer rows of the same host, all of one level, make the charts. No line is wider than the screen, and nothing
// that a row holds can move the cursor or change colours.
func WriteTable(w io.Writer, rows iter.Seq[*schemas.TrafficReport], page Page) error {
	p := &printer{out: bufio.NewWriter(w), screen: page.Screen}
	sites, err := collectSites(rows)
	if err != nil {
		return err
	}
	if len(sites) == 0 {
		writeEmpty(p, page)
	} else {
		writeSites(p, page, sites)
	}
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// site is what a page is made of.
type site struct {
	row   *schemas.TrafficReport
	steps []step
}

func collectSites(rows iter.Seq[*schemas.TrafficReport]) ([]*site, error) {
	byHost := map[string]*site{}
	for row := range rows {
		s := byHost[row.Host]
		if s == nil {
			s = new(site)
			byHost[row.Host] = s
		}
		if row.Level == levelAll {
			s.row = row
		} else {
			s.steps = append(s.steps, stepOf(row))
		}
	}
	sites := make([]*site, 0, len(byHost))
	for _, host := range sortedKeys(byHost) {
		if byHost[host].row == nil {
			return nil, fmt.Errorf("writing the report: site %s has rows but none of level %q, which its page is made of", plain(host, true), levelAll)
		}
		slices.SortStableFunc(byHost[host].steps, func(a, b step) int { return a.start.Compare(b.start) })
		sites = append(sites, byHost[host])
	}
	slices.SortStableFunc(sites, func(a, b *site) int { return cmp.Compare(b.row.Requests, a.row.Requests) })
	return sites, nil
}

func writeSites(p *printer, page Page, sites []*site) {
	width := p.screen.width()
	for _, note := range page.Notes {
		p.lines(paragraph(plain(note, p.screen.ASCII), width, dim))
	}
	if len(page.Notes) > 0 {
		p.line(nil)
	}
	shown := sites[:min(len(sites), cmp.Or(page.Sites, defaultSites))]
	if len(sites) > 1 {
		p.lines(overview(p.screen, sites))
		if len(shown) < len(sites) {
			text := fmt.Sprintf("The %d busiest sites follow, each on a page of its own. For another one: --host NAME", len(shown))
			p.lines(paragraph(text, width, dim))
		}
		p.line(nil)
	}
	for i, s := range shown {
		if i > 0 {
			p.line(nil)
		}
		p.lines(s.page(page))
	}
}

func overview(screen Screen, sites []*site) []line {
	g := grid{title: "All sites", heads: []string{"requests", "visitors", "5xx", "95 % in", "sent", "cached", "4xx", "stopped"}}
	if screen.width() < 100 {
		g.heads = g.heads[:5]
	}
	for _, s := range sites[:min(len(sites), overviewRows)] {
		r := s.row
		figures := []string{count(r.Requests), optionalFigure(r.Visitors, count), classShare(r, "5xx"), latencyFigure(r),
			optionalFigure(r.ResponseBytes, byteCount), cachedShare(r.Cache), classShare(r, "4xx"), stoppedShare(r)}
		g.add(errorStyle(r), 0, plain(r.Host, screen.ASCII), figures[:len(g.heads)]...)
	}
	lines := []line{overviewHead(sites), nil}
	lines = append(lines, g.render(screen, screen.width())...)
	if more := sites[min(len(sites), overviewRows):]; len(more) > 0 {
		text := fmt.Sprintf("  and %s with %s requests. All of them: --by all --format csv", plural(int64(len(more)), "more site"), count(totalRequests(more)))
		lines = append(lines, line{{text: text, style: dim}})
	}
	return append(lines, nil)
}

func overviewHead(sites []*site) line {
	first, last := sites[0].row.FirstEvent, sites[0].row.LastEvent
	for _, s := range sites {
		if t := s.row.FirstEvent; t != nil && (first == nil || t.AsTime().Before(first.AsTime())) {
			first = t
		}
		if t := s.row.LastEvent; t != nil && (last == nil || t.AsTime().After(last.AsTime())) {
			last = t
		}
	}
	text := fmt.Sprintf("%s, %s requests", plural(int64(len(sites)), "site"), count(totalRequests(sites)))
	l := line{{text: text, style: bold}}
	if first != nil && last != nil {
		l = append(l, span{text: ", " + timeRange(first.AsTime(), last.AsTime())})
	}
	return l
}

func totalRequests(sites []*site) int64 {
	var total int64
	for _, s := range sites {
		total += s.row.Requests
	}
	return total
}

func writeEmpty(p *printer, page Page) {
	width := p.screen.width()
	if len(page.Filters) > 0 {
		text := "No request fits " + strings.Join(page.Filters, " ") + ". Leave one of these options out to see what there is; times are in UTC."
		p.lines(paragraph(plain(text, p.screen.ASCII), width, normal))
		return
	}
	text := "There is no request in these logs. If you expected some, see above what became of the lines, and say which format they have: --log-format NAME. " +
		"Its names are in floodgauge report --help."
	p.lines(paragraph(text, width, normal))
}

// paragraph wraps a text over the width.
func paragraph(text string, width int, s style) []line {
	var lines []line
	for _, part := range wrapped(text, width) {
		lines = append(lines, line{{text: part, style: s}})
	}
	return lines
}
