package transform

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

func init() {
	register.DoFn5x1[context.Context, beam.Window, string, *report.Summary, func(string), error](&writePartialsFn{})
}

// partialFiles are the names of a slice's partial summaries, completed by a random part: one file per bundle.
const partialFiles = "partials-*.pb"

// writePartialsFn writes summaries into files of a local folder, for a run that goes on with them.
type writePartialsFn struct {
	Dir string
	out messageFile
}

// ProcessElement writes what the slice knows of one host and minute.
func (f *writePartialsFn) ProcessElement(_ context.Context, w beam.Window, host string, sum *report.Summary, _ func(string)) error {
	return f.out.write(f.Dir, partialFiles, &schemas.Partial{Host: host, Minute: timestamppb.New(windowStart(w)), Summary: sum.AppendBinary(nil)})
}

// FinishBundle completes the file and names it.
func (f *writePartialsFn) FinishBundle(_ context.Context, written func(string)) error {
	return f.out.close(written)
}

// WritePartials writes the summaries of minutes and the dead letters of a slice into dir, which must be one this process may write to.
// minutes is a PCollection<KV<host, *report.Summary>> in windows of a minute, dead a PCollection<logentry.DeadLetter>.
func WritePartials(s beam.Scope, dir string, sources []string, minutes, dead beam.PCollection) {
	s = s.Scope("transform.WritePartials")
	end(s, []beam.PCollection{
		beam.ParDo(s, &writePartialsFn{Dir: dir}, minutes),
		beam.ParDo(s, &writeDeadFn{Dir: dir, Sources: sources}, dead),
	})
}

// Partial is what a slice knows of one host and minute.
type Partial struct {
	Host    string
	Minute  time.Time
	Summary *report.Summary
	Encoded []byte
}

// ReadPartials reads back what WritePartials wrote.
func ReadPartials(dir string) ([]Partial, []*schemas.DeadLetter, error) {
	messages, err := readMessages[schemas.Partial](filepath.Join(dir, partialFiles))
	if err != nil {
		return nil, nil, err
	}
	partials := make([]Partial, len(messages))
	for i, m := range messages {
		sum, err := report.Decode(m.Summary)
		if err != nil {
			return nil, nil, fmt.Errorf("reading a slice's results: %w", err)
		}
		partials[i] = Partial{Host: m.Host, Minute: m.Minute.AsTime(), Summary: sum, Encoded: m.Summary}
	}
	dead, err := readMessages[schemas.DeadLetter](filepath.Join(dir, deadLetterFiles))
	return partials, dead, err
}
