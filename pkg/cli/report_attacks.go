package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

// judges tells whether the output has a place for what stands out.
func (o *reportOptions) judges() bool { return o.Format == "table" || o.Format == "json" }

// known are the findings of minutes of which something can be said: of the others, there is too little history to tell.
func (r *finishedRun) known() []*schemas.Finding {
	return slices.DeleteFunc(slices.Clone(r.findings), func(f *schemas.Finding) bool { return f.Verdict == schemas.Verdict_VERDICT_UNKNOWN })
}

// writeFindings writes an object a line for each finding, apart from the rows by its only key.
func (r *finishedRun) writeFindings(w io.Writer) error {
	for _, f := range r.known() {
		text, err := findings.JSON(f)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "{\"finding\":%s}\n", text); err != nil {
			return err
		}
	}
	return nil
}

// mostCases is how many cases the end of a table shows.
const mostCases = 20

// writeAttacks says what stood out, the gravest and latest first. It says nothing where nothing did.
func (r *finishedRun) writeAttacks(w io.Writer) error {
	cases := casesOf(r.known())
	if len(cases) == 0 {
		return nil
	}
	if _, err := fmt.Fprint(w, "\nAttacks, and what else stood out\n\n"); err != nil {
		return err
	}
	for i := range cases[:min(len(cases), mostCases)] {
		if _, err := fmt.Fprint(w, caseText(&cases[i], time.Time{})); err != nil {
			return err
		}
	}
	if more := len(cases) - mostCases; more > 0 {
		_, err := fmt.Fprintf(w, "There are %s more: --format json has all.\n", reportwriter.Plural(int64(more), "case"))
		return err
	}
	return nil
}

// casesOf are the cases of all sites, the gravest and latest first.
func casesOf(all []*schemas.Finding) []findings.Advice {
	cases := findings.Advise(all)
	slices.SortStableFunc(cases, func(a, b findings.Advice) int {
		return cmp.Or(cmp.Compare(b.Worst.Verdict, a.Worst.Verdict), b.From.Compare(a.From))
	})
	return cases
}
