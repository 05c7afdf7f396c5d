// Package inbox is the folder in which commands leave work for the process that holds the store: batches of a replay, and tries of what was set aside.
// A request is one file that is there whole or not at all, and is answered by a file beside it. The package does none of the work, and knows neither
// stores nor logs. What lies in the folder names no visitor.
package inbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// Work is what a request asks for. Exactly one field is set.
type Work struct {
	Replay *reportstore.Replay // its rows are all of kind Closed
	Retry  *Retry
}

// Retry asks to try again soon what was set aside.
type Retry struct {
	IDs []int64 `json:"ids,omitempty"` // of dead letters; empty: all that were set aside
}

// Answer says what became of a request.
type Answer struct {
	// Published tells that a replay was published now; it was published before where it is false and nothing was refused.
	Published bool `json:"published,omitempty"`
	// Retried is how many stretches are tried again.
	Retried int `json:"retried,omitempty"`
	// Refused is a sentence that says why nothing was done. Optional.
	Refused string `json:"refused,omitempty"`
}

const (
	requestEnd = ".request"
	answerEnd  = ".answer"
	// tempMark begins the names of files that are still written.
	tempMark = ".writing-"
	// kept is how long the leavings of killed processes stay.
	kept = 24 * time.Hour
)

// Request is a request in the folder.
type Request struct{ path string }

func (r Request) answerPath() string { return strings.TrimSuffix(r.path, requestEnd) + answerEnd }

// Leave puts a request into the folder, which is made if need be. It is on the disk when Leave returns.
func Leave(dir string, w *Work) (Request, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Request{}, fmt.Errorf("making the folder for requests: %w", err)
	}
	temp, err := os.CreateTemp(dir, tempMark+"*")
	if err != nil {
		return Request{}, fmt.Errorf("writing a request: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }() // it is gone where all went well
	name := strings.TrimPrefix(filepath.Base(temp.Name()), tempMark)
	r := Request{filepath.Join(dir, name+requestEnd)}
	if err := errors.Join(writeWork(temp, w), temp.Sync(), temp.Close()); err != nil {
		return Request{}, fmt.Errorf("writing a request: %w", err)
	}
	if err := moveTo(temp.Name(), r.path); err != nil {
		return Request{}, fmt.Errorf("writing a request: %w", err)
	}
	return r, nil
}

// moveTo gives a file its name, for good.
func moveTo(temp, path string) error {
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Withdraw takes a request and its answer away.
func (r Request) Withdraw() {
	_ = os.Remove(r.path)
	_ = os.Remove(r.answerPath())
}

// Find lists the requests in the folder that wait for an answer, in order of their names, and removes what killed processes left there long ago.
func Find(dir string, now time.Time) ([]Request, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for requests: %w", err)
	}
	var found []Request
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case strings.HasSuffix(e.Name(), requestEnd):
			found = append(found, Request{path})
		case strings.HasPrefix(e.Name(), tempMark) || strings.HasSuffix(e.Name(), answerEnd):
			if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > kept {
				_ = os.Remove(path)
			}
		}
	}
	return found, nil
}
