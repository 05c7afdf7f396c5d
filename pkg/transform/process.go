package transform

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// The graph's description travels to runners and is kept by them, so it must not hold the keys. The process that works on it is given them
// here before it starts.
var keys atomic.Pointer[privacy.KeySpec]

// SetKeys gives this process the keys that its DoFns work with.
func SetKeys(k privacy.KeySpec) { keys.Store(&k) }

// StartJob makes this process ready for a job of its own: with its keys, and without what the job before it left.
func StartJob(k privacy.KeySpec) {
	SetKeys(k)
	progressBytes.Store(0)
	progressLines.Store(0)
	problems.Lock()
	problems.sentences, problems.remarks, problems.moved = nil, nil, false
	problems.Unlock()
}

func processKeys() (privacy.KeySpec, error) {
	k := keys.Load()
	if k == nil {
		return privacy.KeySpec{}, errors.New("this worker was given no keys: without them client addresses cannot be made anonymous")
	}
	return *k, nil
}

var progressBytes, progressLines atomic.Int64

// Progress returns how many bytes on disk and how many lines this process has worked through. It is for progress bars; the exact counts are
// the job's metrics.
func Progress() (bytes, lines int64) { return progressBytes.Load(), progressLines.Load() }

var input atomic.Pointer[io.Reader]

// SetInput gives this process what ranges of standard input are read from.
func SetInput(r io.Reader) { input.Store(&r) }

func processInput() io.Reader {
	if r := input.Load(); r != nil {
		return *r
	}
	return strings.NewReader("")
}

// problems are sentences about input that could not be read to its end. They are no errors of the graph: an error would end a local run and
// make Dataflow try for ever.
// remarks are sentences about input of which everything was read all the same.
var problems struct {
	sync.Mutex
	sentences []string
	moved     bool
	remarks   []string
}

func remark(err error) {
	problems.Lock()
	defer problems.Unlock()
	problems.remarks = append(problems.remarks, err.Error())
}

// Remarks returns what people should know of this process's input so far, of which nothing is missing.
func Remarks() []string {
	problems.Lock()
	defer problems.Unlock()
	return slices.Sorted(slices.Values(problems.remarks))
}

func noteProblem(err error) {
	problems.Lock()
	defer problems.Unlock()
	problems.sentences = append(problems.sentences, err.Error())
	problems.moved = problems.moved || errors.Is(err, logsource.ErrChanged) || errors.Is(err, fs.ErrNotExist)
}

// Problems returns what went wrong with this process's input so far.
func Problems() []string {
	problems.Lock()
	defer problems.Unlock()
	return slices.Sorted(slices.Values(problems.sentences))
}

// Moved tells whether any of them is that a file was replaced or renamed since it was found: looking for files again will help.
func Moved() bool {
	problems.Lock()
	defer problems.Unlock()
	return problems.moved
}

// fileIdentity returns the function that names a file by a keyed hash of its first bytes, so that rotation and compression do not change it.
func fileIdentity() (func(first []byte) uint64, error) {
	spec, err := processKeys()
	if err != nil {
		return nil, err
	}
	k, err := privacy.NewKeys(spec)
	if err != nil {
		return nil, err
	}
	key := summarize.LineKey(k)
	return func(first []byte) uint64 { return logentry.FileIdentity(key, first) }, nil
}
