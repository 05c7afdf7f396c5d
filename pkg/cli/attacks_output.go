package cli

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
)

// writeJSON writes the findings, and what is to be said of them to standard error.
func (s *standouts) writeJSON(env *environment) error {
	for _, f := range s.found {
		text, err := findings.JSON(f)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(env.stdout, "%s\n", text); err != nil {
			return err
		}
	}
	return writeLines(env.stderr, s.sentences())
}

func (s *standouts) writeCases(env *environment) error {
	cases := findings.Advise(s.found)
	slices.SortStableFunc(cases, func(a, b findings.Advice) int { return b.From.Compare(a.From) })
	if len(cases) == 0 {
		if _, err := fmt.Fprintf(env.stdout, "Nothing stands out from %s to %s (UTC).\n", utcMinute(s.from), utcMinute(s.to)); err != nil {
			return err
		}
	}
	now := time.Now()
	for i := range cases {
		if _, err := io.WriteString(env.stdout, caseText(&cases[i], now)); err != nil {
			return err
		}
	}
	return writeLines(env.stdout, append(campaignLines(cases), s.sentences()...))
}

// campaignLines say which sites were attacked alike.
func campaignLines(advice []findings.Advice) (lines []string) {
	cases := make([]attack.Case, len(advice))
	for i := range advice {
		cases[i] = advice[i].Case
	}
	for _, c := range attack.Campaigns(cases) {
		var hosts []string
		for i := range c.Cases {
			hosts = append(hosts, printable(c.Cases[i].Host))
		}
		hosts = slices.Compact(hosts)
		lines = append(lines, fmt.Sprintf("%s were attacked alike and at the same time (%s): most likely by one attacker.\n", strings.Join(hosts, ", "),
			printable(strings.Join(c.Marks, ", "))))
	}
	return lines
}

func writeLines(w io.Writer, lines []string) error {
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// sentences say how the verdicts came to be, and what was not judged.
func (s *standouts) sentences() (all []string) {
	for _, c := range s.rates {
		all = append(all, fmt.Sprintf("%s UTC, sample rate changed, worth a look: %s What stands out on these sites from then on may be due to it.\n", utcMinute(c.Minute), c.Words()))
	}
	switch {
	case s.sites == 0 && len(s.found) == 0:
		return append(all, "There is no minute of that time.")
	case s.sites > 0 && s.anew == s.sites:
		all = append(all, "No \"up\" has judged these sites: they were judged now, from their reports alone, without a look at single clients and without rules.")
	case s.anew > 0:
		all = append(all, fmt.Sprintf("The verdicts are those of \"up\", but for %d of %s that it has not judged: they were judged now, from their reports alone, "+
			"without a look at single clients and without rules.", s.anew, reportwriter.Plural(int64(s.sites), "site")))
	default:
		all = append(all, "The verdicts are those of \"up\", made when the minutes closed.")
	}
	if s.behind > 0 {
		all = append(all, fmt.Sprintf("Minutes of %s are not judged, the earliest after %s UTC: \"up\" judges those that it closes itself.",
			reportwriter.Plural(int64(s.behind), "site"), utcMinute(s.behindSince)))
	}
	if s.unknown > 0 {
		all = append(all, fmt.Sprintf("Of %s, %d have less than an hour of history: nothing can be said about them yet.", reportwriter.Plural(int64(s.sites), "site"), s.unknown))
	}
	return all
}

// caseText is a case as a paragraph.
func caseText(c *findings.Advice, now time.Time) string {
	var b strings.Builder
	f := c.Worst
	fmt.Fprintf(&b, "%s: %s, %s, confidence %s\n", printable(c.Host), attack.VerdictWords(f.Verdict), printable(strings.ReplaceAll(f.Kind, "_", " ")), share(f.Confidence))
	fmt.Fprintf(&b, "  %s to %s UTC, %s with findings; %s requests where %s are usual: %s more\n", utcMinute(c.From), utcMinute(c.To),
		reportwriter.Plural(int64(c.Findings), "minute"), reportwriter.Count(c.Requests), reportwriter.Count(int64(c.Normal)),
		reportwriter.Count(max(0, c.Requests-int64(c.Normal))))
	if f.AccusedClients != nil {
		fmt.Fprintf(&b, "  %s of the worst minute's clients behave as programs do, in %s\n", share(f.GetAccusedClients()), reportwriter.Plural(f.GetAccusedRequests(), "request"))
	}
	for _, e := range f.Evidence {
		fmt.Fprintf(&b, "  %+3d  %s\n", e.Points, printable(e.Words))
	}
	adviceText(&b, c, now)
	b.WriteByte('\n')
	return b.String()
}

// adviceText says what there is to do about a case, and how, unless now is zero: then no store has the rules.
func adviceText(b *strings.Builder, c *findings.Advice, now time.Time) {
	if c.Rules == nil {
		return
	}
	fmt.Fprintf(b, "  Rules: %s: %s\n", printable(c.Rules.Status), printable(c.Rules.Words))
	for _, r := range c.Rules.Recommendations {
		fmt.Fprintf(b, "  - %s: %s requests with %s\n    %s\n", printable(r.Name), actionWords(r), conditionWords(r), printable(r.Words))
		switch {
		case now.IsZero():
		case !expired(r, now):
			logs := ""
			if slices.ContainsFunc(r.Conditions, namesClients) {
				logs = " --log FILE"
			}
			fmt.Fprintf(b, "    %s rules export --host %s --rule %s --to nginx%s\n", name, printable(c.Host), printable(r.Name), logs)
		default:
			fmt.Fprintf(b, "    It has expired, at %s UTC.\n", utcMinute(r.Expires.AsTime()))
		}
	}
}

// share is a share of 0 to 1 in percent.
func share(x float64) string { return reportwriter.Percent(int64(math.Round(x*1e6)), 1e6) }
