package transform

import (
	"context"
	"errors"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
)

func init() {
	register.DoFn3x1[context.Context, logsource.Range, func(logentry.Block), error](&readFn{})
	register.Emitter1[logentry.Block]()
}

// readFn reads ranges of files in blocks.
type readFn struct{}

// ProcessElement reads one range.
func (f *readFn) ProcessElement(ctx context.Context, r logsource.Range, emit func(logentry.Block)) error {
	identity, err := fileIdentity()
	if err != nil {
		return err
	}
	opts := logsource.Options{Identity: identity, Stdin: processInput(), Progress: func(n int64) { progressBytes.Add(n) }}
	err = logsource.ReadRange(ctx, r, opts, func(b *logentry.Block) error {
		emit(*b)
		return nil
	})
	var trailing *logsource.TrailingError
	if errors.As(err, &trailing) {
		remark(err)
	} else if err != nil {
		noteProblem(err)
	}
	return ctx.Err()
}

// ReadFiles reads each branch's ranges of files, side by side: a runner that gives one bundle to all elements of a bounded input keeps one core busy
// per branch. Result is one PCollection<logentry.Block> per branch.
func ReadFiles(s beam.Scope, branches [][]logsource.Range) []beam.PCollection {
	s = s.Scope("transform.ReadFiles")
	blocks := make([]beam.PCollection, len(branches))
	for i, ranges := range branches {
		blocks[i] = beam.ParDo(s, &readFn{}, beam.CreateList(s, ranges))
	}
	return blocks
}
