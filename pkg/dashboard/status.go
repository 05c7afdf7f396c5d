package dashboard

import (
	"fmt"
	"net/http"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
)

// statusView is the page about the collector and the store.
type statusView struct {
	Operator bool // who may see everything; others see how fresh the data is, and no names of sources
	Problems []string
	Facts    []fact
	Sources  []sourceView
	Dead     []deadView
	Aside    []asideView
}

type fact struct{ Label, Value, Note string }

type sourceView struct {
	Name, Lines, Size, Frontier, Behind, Dead, Problem string
}

type deadView struct{ Reason, Lines string }

type asideView struct{ Source, Range, Size, Reason, Since, Tries, Next string }

// lettersShown is how many dead letters the page asks for.
const lettersShown = 200

func (s *Server) statusPage(w http.ResponseWriter, r *request) error {
	fresh, status, err := s.freshness(r.Context(), r.now)
	if err != nil {
		return err
	}
	view := statusView{Operator: r.who.All()}
	if view.Operator {
		live := s.config.Live()
		letters, err := s.config.Reader.Letters(r.Context(), lettersShown)
		if err != nil {
			return fmt.Errorf("reading the dead letters: %w", err)
		}
		view.Problems = problemsOf(status, live, fresh)
		view.Facts = factsAbout(status, live, fresh, r.now)
		for _, source := range sourcesNow(status, live) {
			view.Sources = append(view.Sources, sourceViewOf(source, r.now))
		}
		for _, t := range reasonsOf(status.DeadLines) {
			view.Dead = append(view.Dead, deadView{t.label, reportwriter.Count(t.n)})
		}
		view.Aside = asideOf(letters, r.now)
	}
	s.show(w, r, "status", &frame{Title: "Status", Fresh: &fresh, Body: view})
	return nil
}

// problemsOf are what somebody should do something about, a sentence each.
func problemsOf(status *reportstore.Status, live Live, fresh freshness) []string {
	var list []string
	if live.Since.IsZero() {
		list = append(list, "The collector is not running: nothing new is read. Start it by `floodgauge up FILE`.")
	}
	if live.Halted != "" {
		list = append(list, "The collector is halted: "+live.Halted)
	}
	if fresh.State == stateBehind {
		unread := reportwriter.Bytes(fresh.Behind)
		list = append(list, fmt.Sprintf("The collector is behind: %s are not read yet, the oldest for %s.", unread, span(fresh.Lag)))
	}
	for _, source := range status.Sources {
		if source.Problem != "" {
			list = append(list, source.Source+": "+source.Problem)
		}
	}
	if n := status.SetAside; n > 0 {
		list = append(list, fmt.Sprintf("%s of log could not be read and %s tried again; `floodgauge deadletters list` shows where.",
			stretches(n), map[bool]string{true: "is", false: "are"}[n == 1]))
	}
	if n := status.Incomplete; n > 0 {
		list = append(list, fmt.Sprintf("%s known to lack lines.", are(int64(n), "minute")))
	}
	if 2*live.NoHost > live.Entries { // else they are what scanners send
		list = append(list, noHostWords(live.NoHost))
	}
	if words := overCapWords(live.OverCap); words != "" {
		list = append(list, words)
	}
	return list
}

func factsAbout(status *reportstore.Status, live Live, fresh freshness, now time.Time) []fact {
	ago := func(t time.Time) string {
		if t.IsZero() {
			return "never"
		}
		return span(max(now.Sub(t), 0)) + " ago"
	}
	running := fact{"Collector", "not running", ""}
	if !live.Since.IsZero() {
		running = fact{"Collector", "running", "for " + span(max(now.Sub(live.Since), 0))}
	}
	if live.Halted != "" {
		running.Value = "halted"
	}
	commit := lastCommit(status, live)
	return []fact{
		running,
		{"Last commit", ago(commit), moment(commit, now)},
		{"Latest request", ago(status.LastEvent), moment(status.LastEvent, now)},
		{"Not read yet", reportwriter.Bytes(fresh.Behind), ""},
		{"Open minutes", reportwriter.Count(int64(status.OpenMinutes)), "still being counted"},
		{"Store", reportwriter.Bytes(status.Bytes), "on disk"},
	}
}

func sourceViewOf(s reportstore.SourceState, now time.Time) sourceView {
	var dead int64
	for _, n := range s.Dead {
		dead += n
	}
	v := sourceView{Name: s.Source, Lines: reportwriter.Count(s.Lines), Size: reportwriter.Bytes(s.Bytes), Frontier: moment(s.Frontier, now),
		Behind: "nothing", Dead: reportwriter.Count(dead), Problem: s.Problem}
	if s.Behind > 0 {
		v.Behind = reportwriter.Bytes(s.Behind)
		if !s.Oldest.IsZero() {
			v.Behind += ", for " + span(max(now.Sub(s.Oldest), 0))
		}
	}
	return v
}

// asideOf lists the stretches that wait for another try.
func asideOf(letters []reportstore.DeadLetter, now time.Time) []asideView {
	var list []asideView
	for _, l := range letters {
		if l.Extent == nil {
			continue
		}
		v := asideView{Source: l.Extent.Source, Range: fmt.Sprintf("%d to %d", l.Extent.From, l.Extent.To),
			Size:  reportwriter.Bytes(l.Extent.To - l.Extent.From),
			Since: moment(l.At, now), Tries: reportwriter.Count(int64(l.Tries)), Next: "by command"}
		if l.Letter != nil {
			v.Reason = reasonOf(l.Letter.Reason)
		}
		if !l.Next.IsZero() {
			v.Next = moment(l.Next, now)
		}
		list = append(list, v)
	}
	return list
}

func stretches(n int) string {
	if n == 1 {
		return "1 stretch"
	}
	return reportwriter.Count(int64(n)) + " stretches"
}
