package reportwriter

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// notes are what a reader must know so as not to take the page for more than it is: what was hidden, what the log lacks, what was late.
func notes(r *schemas.TrafficReport, page Page) []line {
	screen := page.Screen
	var texts []string
	if text := hiddenNote(r); text != "" {
		texts = append(texts, text)
	}
	lacking := r.NotLogged
	if r.ClientsUnavailable != "" {
		texts = append(texts, "Not available without your visitors' addresses: visitors, who asked, countries, networks.")
		lacking = withoutAddressFields(lacking)
	}
	if len(lacking) > 0 {
		texts = append(texts, "Not in this log: "+fieldList(lacking, screen.ASCII)+".")
	}
	if text := partlyNote(r, screen); text != "" {
		texts = append(texts, text)
	}
	if r.LateLines > 0 {
		texts = append(texts, plural(r.LateLines, "line")+" came after their minute was closed and are counted.")
	}
	var lines []line
	if len(texts) > 0 {
		lines = append(lines, line{{text: "Notes", style: bold}})
	}
	for _, text := range texts {
		lines = append(lines, bullet(text, screen.width())...)
	}
	return append(lines, clientsHelp(r, page)...)
}

// withoutAddressFields drops what is found by addresses.
func withoutAddressFields(fields []string) []string {
	byAddress := []string{vocabulary.FieldCountry.String(), vocabulary.FieldNetwork.String()}
	return slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return slices.Contains(byAddress, f) })
}

// bullet is a paragraph that hangs under a dash.
func bullet(text string, width int) []line {
	lines := paragraph(text, width-2*gridIndent, dim)
	for i := range lines {
		mark := "    "
		if i == 0 {
			mark = "  - "
		}
		lines[i] = append(line{{text: mark, style: dim}}, lines[i]...)
	}
	return lines
}

func hiddenNote(r *schemas.TrafficReport) string {
	var parts []string
	for _, l := range []struct{ column, one, many string }{
		{"top_paths", "path", "paths"}, {"top_countries", "country", "countries"}, {"top_networks", "network", "networks"},
		{"top_referrers", "referrer", "referrers"}, {"top_agents", "browser or bot", "browsers and bots"},
	} {
		if n := r.Rest[l.column].GetHidden(); n > 0 {
			parts = append(parts, pluralOf(n, l.one, l.many))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	what := fmt.Sprintf("what fewer than %d of them share", r.K)
	if r.Visitors == nil {
		what = "what cannot be seen to have many of them"
	}
	return fmt.Sprintf("To protect visitors, %s is not shown: %s. For your own eyes: --k 1", what, strings.Join(parts, ", "))
}

func partlyNote(r *schemas.TrafficReport, screen Screen) string {
	var parts []string
	for _, field := range sortedKeys(r.PartlyLogged) {
		if n := r.PartlyLogged[field]; n < r.Lines {
			parts = append(parts, fmt.Sprintf("%s (%s)", wordFor(fieldWords, field, screen.ASCII), percent(n, r.Lines)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "Only a part of the lines says: " + strings.Join(parts, ", ") + "."
}

// clientsHelp is printed line by line, because it is text to copy.
func clientsHelp(r *schemas.TrafficReport, page Page) []line {
	if r.ClientsUnavailable == "" || page.ClientsHelp == "" {
		return nil
	}
	lines := []line{nil, {{text: "To see visitors", style: bold}}}
	for text := range strings.Lines(page.ClientsHelp) {
		lines = append(lines, unwrapped(plain(strings.TrimRight(text, "\r\n"), page.Screen.ASCII), page.Screen.width())...)
	}
	return lines
}

// unwrapped keeps a line as it is, spaces included, where it fits, and else breaks it between words.
func unwrapped(text string, width int) []line {
	if utf8.RuneCountInString(text)+gridIndent <= width {
		return []line{{{text: "  " + text}}}
	}
	return indented(text, width, normal)
}
