package transform

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/schemas"
)

func init() {
	register.DoFn3x1[context.Context, *schemas.TrafficReport, func(string), error](&writeReportsFn{})
	register.DoFn3x1[context.Context, logentry.DeadLetter, func(string), error](&writeDeadFn{})
}

// File names of a local run's output, completed by a random part: one file per bundle.
const (
	reportFiles     = "reports-*.pb"
	deadLetterFiles = "deadletters-*.pb"
	findingFiles    = "findings-*.pb"
	stateFiles      = "states-*.pb"
)

// messageFile is one bundle's output: size-delimited protobuf messages.
type messageFile struct {
	file *os.File
	buf  *bufio.Writer
}

func (m *messageFile) write(dir, pattern string, msg proto.Message) error {
	if m.file == nil {
		f, err := os.CreateTemp(dir, pattern)
		if err != nil {
			return fmt.Errorf("writing results: %w", err)
		}
		m.file, m.buf = f, bufio.NewWriterSize(f, 256<<10)
	}
	if _, err := protodelim.MarshalTo(m.buf, msg); err != nil {
		return fmt.Errorf("writing results: %w", err)
	}
	return nil
}

// close completes the file and hands on its name, if there is one.
func (m *messageFile) close(written func(string)) error {
	if m.file == nil {
		return nil
	}
	f, buf := m.file, m.buf
	m.file, m.buf = nil, nil
	if err := buf.Flush(); err != nil {
		_ = f.Close()
		return fmt.Errorf("writing results: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("writing results: %w", err)
	}
	written(f.Name())
	return nil
}

// writeReportsFn writes rows into files of a local folder.
type writeReportsFn struct {
	Dir string
	out messageFile
}

// ProcessElement writes one row.
func (f *writeReportsFn) ProcessElement(_ context.Context, row *schemas.TrafficReport, _ func(string)) error {
	return f.out.write(f.Dir, reportFiles, row)
}

// FinishBundle completes the file and names it.
func (f *writeReportsFn) FinishBundle(_ context.Context, written func(string)) error {
	return f.out.close(written)
}

// writeDeadFn writes dead letters into files of a local folder.
type writeDeadFn struct {
	Dir     string
	Sources []string // names by index
	out     messageFile
}

// ProcessElement writes one dead letter.
func (f *writeDeadFn) ProcessElement(_ context.Context, d logentry.DeadLetter, _ func(string)) error {
	return f.out.write(f.Dir, deadLetterFiles, deadLetterRow(f.Sources, d))
}

func deadLetterRow(sources []string, d logentry.DeadLetter) *schemas.DeadLetter {
	return &schemas.DeadLetter{Source: sources[d.Source], File: d.File, Offset: d.Offset, Length: d.Length, Lines: d.Lines, Reason: d.Reason.String(),
		MessageHash: d.MessageHash}
}

// FinishBundle completes the file and names it.
func (f *writeDeadFn) FinishBundle(_ context.Context, written func(string)) error {
	return f.out.close(written)
}

// WriteLocal writes rows, findings and dead letters into dir, which must be one this process may write to (local runs only).
func WriteLocal(s beam.Scope, dir string, sources []string, reports, findings []beam.PCollection, dead beam.PCollection) {
	s = s.Scope("transform.WriteLocal")
	written := []beam.PCollection{beam.ParDo(s, &writeDeadFn{Dir: dir, Sources: sources}, dead)}
	for _, rows := range reports {
		written = append(written, beam.ParDo(s, &writeReportsFn{Dir: dir}, rows))
	}
	for _, found := range findings {
		written = append(written, beam.ParDo(s, &writeFindingsFn{Dir: dir}, found))
	}
	end(s, written)
}

// end lets the names of written files flow together, to nowhere: Prism waits for a step that has no output in a loop that keeps a core busy.
func end(s beam.Scope, written []beam.PCollection) { oneWindow(s, written) }

// ReadLocal reads back the rows and dead letters that WriteLocal wrote.
func ReadLocal(dir string) (reports []*schemas.TrafficReport, dead []*schemas.DeadLetter, err error) {
	reports, err = readMessages[schemas.TrafficReport](filepath.Join(dir, reportFiles))
	if err != nil {
		return nil, nil, err
	}
	dead, err = readMessages[schemas.DeadLetter](filepath.Join(dir, deadLetterFiles))
	return reports, dead, err
}

// ReadFindings reads back the findings that WriteLocal wrote, by host and minute.
func ReadFindings(dir string) ([]*schemas.Finding, error) {
	all, err := readMessages[schemas.Finding](filepath.Join(dir, findingFiles))
	slices.SortFunc(all, func(a, b *schemas.Finding) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), a.Minute.AsTime().Compare(b.Minute.AsTime()))
	})
	return all, err
}

func readMessages[T any, P interface {
	*T
	proto.Message
}](pattern string) ([]*T, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	var all []*T
	for _, name := range names {
		if all, err = appendMessages[T, P](all, name); err != nil {
			return nil, fmt.Errorf("reading results: %w", err)
		}
	}
	return all, nil
}

func appendMessages[T any, P interface {
	*T
	proto.Message
}](all []*T, name string) ([]*T, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	opts := protodelim.UnmarshalOptions{MaxSize: -1}
	for r := bufio.NewReader(f); ; {
		if _, err := r.Peek(1); err != nil {
			return all, nil
		}
		msg := P(new(T))
		if err := opts.UnmarshalFrom(r, msg); err != nil {
			return nil, err
		}
		all = append(all, (*T)(msg))
	}
}
