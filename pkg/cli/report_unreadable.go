package cli

import (
	"fmt"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
)

// unreadable explains a run in which no line at all was a request.
func (r *finishedRun) unreadable() error {
	c := &r.result.Counts
	if c.Entries > 0 || c.Lines == 0 {
		return nil
	}
	var why []string
	for _, d := range r.deadLetters() {
		why = append(why, reportwriter.Reason(d))
	}
	advice := ""
	if c.Dead[logentry.ReasonFuture]+c.Dead[logentry.ReasonPast] < c.Lines {
		advice = "; " + r.formatAdvice()
	}
	return fmt.Errorf("no line could be read as a request (format %s): %s%s", r.formats(), strings.Join(why, "; "), advice)
}

// formats are the formats in which the files were read.
func (r *finishedRun) formats() string {
	var formats []string
	seen := map[string]bool{}
	for i := range r.inputs.sources {
		if f := r.inputs.sources[i].Format; !seen[f] {
			seen[f] = true
			formats = append(formats, f)
		}
	}
	return strings.Join(formats, ", ")
}

func (r *finishedRun) formatAdvice() string {
	if r.options.logFormat != "" {
		return fmt.Sprintf("leave --log-format out to have the format found, or name another (\"%s report --help\" lists them)", name)
	}
	return fmt.Sprintf("say which format it is with --log-format (\"%s report --help\" lists them)", name)
}
