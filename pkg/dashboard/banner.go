package dashboard

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// bannerView is what is said of the case that goes on.
type bannerView struct {
	Title, Since, Size string
	URL                string
	Grave              bool
	Reasons            []string
	Said               string // that somebody said that it is no attack
}

// maxReasons is how many reasons a banner gives; the case's page has all.
const maxReasons = 4

// banner is about the latest case that goes on, if any.
func (d *siteData) banner() *bannerView {
	for _, c := range slices.Backward(d.cases) {
		if !c.open {
			continue
		}
		view := &bannerView{Title: c.title(), Since: sentence(c.since(d.now)), URL: c.path(), Grave: c.grave(), Reasons: reasonsFor(c.Worst)}
		view.Size = sentence(c.size())
		if c.said != nil {
			view.Said = saidWords(c.said)
		}
		return view
	}
	return nil
}

// reasonsFor are the reasons for an attack, those with most points first.
func reasonsFor(f *schemas.Finding) (reasons []string) {
	evidence := slices.Clone(f.Evidence)
	slices.SortStableFunc(evidence, func(a, b *schemas.Evidence) int { return int(b.Points) - int(a.Points) })
	for _, e := range evidence {
		told := e.Signal == "volume" || e.Signal == "stopped" // the size says it
		if e.Points > 0 && !told && len(reasons) < maxReasons {
			reasons = append(reasons, sentence(e.Words))
		}
	}
	return reasons
}

func saidWords(f *reportstore.Feedback) string {
	return fmt.Sprintf("Somebody said that this is no attack, on %s UTC.", f.At.UTC().Format("2 January 15:04"))
}

// caseRow is a case in the table of a site's page.
type caseRow struct {
	Title, URL    string
	Begin, ISO    string
	Lasted, What  string
	Size, Verdict string
	Open, Grave   bool
}

// caseRows are the cases of the last day, the latest first.
func (d *siteData) caseRows() (rows []caseRow) {
	for _, c := range slices.Backward(d.cases) {
		row := caseRow{Title: c.title(), URL: c.path(), Begin: minuteWords(c.start, d.now), ISO: c.start.UTC().Format(time.RFC3339),
			Lasted: span(max(c.To.Sub(c.start), time.Minute)), What: c.kind(), Size: c.size(), Verdict: c.short(), Open: c.open,
			Grave: c.grave() && c.said == nil}
		if strings.EqualFold(row.Verdict+".", row.What) {
			row.What = "" // it is said once
		}
		if c.open {
			row.Lasted += ", goes on"
		}
		rows = append(rows, row)
	}
	return rows
}

// band is a stretch of a still drawing.
type band struct {
	X, Width string
	Grave    bool
}

// bandsOf places marks in the still drawing of a period.
func bandsOf(marks []mark, p period) (bands []band) {
	length := float64(p.To.Sub(p.From))
	at := func(t time.Time) float64 {
		return drawingWidth * min(max(float64(t.Sub(p.From))/length, 0), 1)
	}
	for _, m := range marks {
		from, to := at(m.from), at(m.to)
		bands = append(bands, band{decimal(from), decimal(max(to-from, 0.4)), m.grave})
	}
	return bands
}

// bandHelp says what the bands in the chart are.
func (d *siteData) bandHelp() string {
	if d.marksFrom.IsZero() {
		return " A band marks the minutes of a case."
	}
	return fmt.Sprintf(" A band marks the minutes of a case, from %s on.", d.marksFrom.UTC().Format("2 January"))
}

// marksJSON is for the page's script: beginning and end in seconds, words, and 1 for what is grave.
func marksJSON(marks []mark) string {
	list := make([][4]any, 0, len(marks))
	for _, m := range marks {
		grave := 0
		if m.grave {
			grave = 1
		}
		list = append(list, [4]any{m.from.Unix(), m.to.Unix(), m.words, grave})
	}
	text, err := json.Marshal(list)
	if err != nil { // numbers and words can always be written
		return "[]"
	}
	return string(text)
}
