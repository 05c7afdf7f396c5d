package inbox

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/protobuf/encoding/protodelim"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// A request's file is a line of JSON, the rows and then the findings as size-delimited protobuf, and the SHA-256 of all before.

// ErrDamaged says that a request is not whole.
var ErrDamaged = errors.New("the request is damaged: run the command again")

// version is 2 since replays have findings.
const version = 2

// header is the first line.
type header struct {
	Version int          `json:"version"`
	Retry   *Retry       `json:"retry,omitempty"`
	Replay  *replayParts `json:"replay,omitempty"`
}

// replayParts is a replay without its rows and findings.
type replayParts struct {
	ID       string    `json:"id"`
	Rebuild  bool      `json:"rebuild,omitempty"`
	From     time.Time `json:"from,omitzero"`
	To       time.Time `json:"to,omitzero"`
	Force    bool      `json:"force,omitempty"`
	Parts    []string  `json:"parts,omitempty"`
	Rows     int       `json:"rows"`
	Findings int       `json:"findings,omitempty"`
}

func writeWork(file io.Writer, w *Work) error {
	hash, buf := sha256.New(), bufio.NewWriterSize(file, 256<<10)
	out := io.MultiWriter(buf, hash)
	h := header{Version: version, Retry: w.Retry}
	if r := w.Replay; r != nil {
		h.Replay = &replayParts{ID: r.ID, Rebuild: r.Rebuild, From: r.From, To: r.To, Force: r.Force, Parts: r.Parts, Rows: len(r.Rows), Findings: len(r.Findings)}
	}
	if err := json.NewEncoder(out).Encode(h); err != nil {
		return err
	}
	if w.Replay != nil {
		if err := writeReplay(out, w.Replay); err != nil {
			return err
		}
	}
	if _, err := buf.Write(hash.Sum(nil)); err != nil {
		return err
	}
	return buf.Flush()
}

func writeReplay(out io.Writer, r *reportstore.Replay) error {
	for _, row := range r.Rows {
		if _, err := protodelim.MarshalTo(out, row.Report); err != nil {
			return err
		}
	}
	for _, f := range r.Findings {
		if _, err := protodelim.MarshalTo(out, f); err != nil {
			return err
		}
	}
	return nil
}

// Read reads a request. It fails with ErrDamaged where the file is not whole.
func (r Request) Read() (*Work, error) {
	f, err := os.Open(r.path)
	if err != nil {
		return nil, fmt.Errorf("reading a request: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("reading a request: %w", err)
	}
	size := info.Size() - sha256.Size
	if size < 0 {
		return nil, ErrDamaged
	}
	if err := checkSum(f, size); err != nil {
		return nil, err
	}
	return readWork(bufio.NewReaderSize(io.NewSectionReader(f, 0, size), 256<<10))
}

func checkSum(f io.ReaderAt, size int64) error {
	hash := sha256.New()
	if _, err := io.Copy(hash, io.NewSectionReader(f, 0, size)); err != nil {
		return fmt.Errorf("reading a request: %w", err)
	}
	want := make([]byte, sha256.Size)
	if _, err := f.ReadAt(want, size); err != nil {
		return fmt.Errorf("reading a request: %w", err)
	}
	if !bytes.Equal(hash.Sum(nil), want) {
		return ErrDamaged
	}
	return nil
}

func readWork(in *bufio.Reader) (*Work, error) {
	line, err := in.ReadBytes('\n')
	if err != nil {
		return nil, ErrDamaged
	}
	var h header
	if err := json.Unmarshal(line, &h); err != nil {
		return nil, ErrDamaged
	}
	switch {
	case h.Version != version:
		return nil, fmt.Errorf("the request has version %d, and the running program knows %d: use the same program for both", h.Version, version)
	case (h.Retry == nil) == (h.Replay == nil):
		return nil, ErrDamaged
	case h.Retry != nil:
		return &Work{Retry: h.Retry}, nil
	}
	return readReplay(in, h.Replay)
}

func readReplay(in *bufio.Reader, p *replayParts) (*Work, error) {
	w := &Work{Replay: &reportstore.Replay{ID: p.ID, Rebuild: p.Rebuild, From: p.From, To: p.To, Force: p.Force, Parts: p.Parts}}
	opts := protodelim.UnmarshalOptions{MaxSize: -1}
	for range p.Rows {
		row := &schemas.TrafficReport{}
		if err := opts.UnmarshalFrom(in, row); err != nil {
			return nil, ErrDamaged
		}
		w.Replay.Rows = append(w.Replay.Rows, reportstore.Row{Kind: reportstore.Closed, Report: row})
	}
	for range p.Findings {
		f := &schemas.Finding{}
		if err := opts.UnmarshalFrom(in, f); err != nil {
			return nil, ErrDamaged
		}
		w.Replay.Findings = append(w.Replay.Findings, f)
	}
	return w, nil
}

// Answer answers a request and takes it away.
func (r Request) Answer(a Answer) error {
	data, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("answering a request: %w", err)
	}
	temp, err := os.CreateTemp(filepath.Dir(r.path), tempMark+"*")
	if err != nil {
		return fmt.Errorf("answering a request: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(data)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("answering a request: %w", err)
	}
	if err := moveTo(temp.Name(), r.answerPath()); err != nil {
		return fmt.Errorf("answering a request: %w", err)
	}
	if err := os.Remove(r.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("answering a request: %w", err)
	}
	return nil
}

// Answered returns the answer, if there is one.
func (r Request) Answered() (a Answer, ok bool, err error) {
	data, err := os.ReadFile(r.answerPath())
	if errors.Is(err, fs.ErrNotExist) {
		return a, false, nil
	}
	if err != nil {
		return a, false, fmt.Errorf("reading an answer: %w", err)
	}
	if err := json.Unmarshal(data, &a); err != nil {
		return a, false, fmt.Errorf("the answer in %s is damaged", r.answerPath())
	}
	return a, true, nil
}
