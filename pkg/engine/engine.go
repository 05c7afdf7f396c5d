// Package engine runs a graph: on Prism in a child process of its own that nothing outside can reach, or staged as a Dataflow job. It does not
// know what the graph computes: the specification is the graph's own JSON, and the graph is built by a function that the program registers.
//
// Why a child: Prism's job server takes commands to run from whoever reaches its port, listens on every interface and keeps memory of each
// job. In a child it dies with the job, in a network namespace of its own (or bound to the loopback device) nobody else reaches it.
package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	_ "github.com/floodgauge/floodgauge/pkg/engine/username" // before Beam's packages ask for the user
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// childVariable marks the environment of a child.
const childVariable = "FLOODGAUGE_ENGINE_CHILD"

// Job is one bounded run in a child process.
type Job struct {
	// Spec is handed to the graph's builder as JSON. Required.
	Spec any
	// Keys are handed over beside the specification, through a pipe. Required.
	Keys privacy.KeySpec
	// Stdin is given to the child as file descriptor InputFD. Optional.
	Stdin *os.File
	// TempDir is where the child and its libraries put temporary files; whoever made it removes it, as a killed child cannot. Default: the system's.
	TempDir string
	// Progress is called a few times a second with bytes on disk and lines done. Optional.
	Progress func(bytes, lines int64)
}

// Result is what a finished job says of itself.
type Result struct {
	Counts summarize.Counts `json:"counts"`
	// Problems are sentences about input that could not be read to its end. The rest was read.
	Problems []string `json:"problems,omitempty"`
}

// InputFD is the child's file descriptor of Job.Stdin.
const InputFD = 4

// statusFD is the child's file descriptor for messages to its parent.
const statusFD = 3

// request is what the parent writes to the child's standard input.
type request struct {
	Spec json.RawMessage `json:"spec"`
	Keys privacy.KeySpec `json:"keys"`
}

// message is what the child writes to its parent, one JSON object a line.
type message struct {
	Bytes  int64   `json:"bytes,omitempty"`
	Lines  int64   `json:"lines,omitempty"`
	Error  string  `json:"error,omitempty"`
	Result *Result `json:"result,omitempty"`
	// Exposed says that the child was to have a network of its own and has none. It has read nothing yet.
	Exposed bool `json:"exposed,omitempty"`
}

// ErrStopped means that the child ended without saying how the job went: it was killed, or crashed.
var ErrStopped = errors.New("the engine stopped before the job was done")

// Run runs a job in a child process and waits for its end. When ctx ends, or this process does, the child is killed.
func Run(ctx context.Context, job Job) (*Result, error) {
	spec, err := json.Marshal(job.Spec)
	if err != nil {
		return nil, fmt.Errorf("encoding the job: %w", err)
	}
	req, err := json.Marshal(request{Spec: spec, Keys: job.Keys})
	if err != nil {
		return nil, fmt.Errorf("encoding the job: %w", err)
	}
	res, err := runOnce(ctx, &job, req, true)
	if errors.Is(err, errExposed) {
		res, err = runOnce(ctx, &job, req, false)
	}
	return res, err
}

// errExposed means that the system grants no network namespace, or none that can be used. The child then guards its port itself.
var errExposed = errors.New("the system gives the engine no network of its own")

func runOnce(ctx context.Context, job *Job, req []byte, isolated bool) (*Result, error) {
	c, err := startWith(ctx, job, isolated)
	if isolated && err != nil && isolationRefused(err) {
		return nil, errExposed
	}
	if err != nil {
		return nil, fmt.Errorf("starting the engine: %w", err)
	}
	return c.run(req, job.Progress)
}

// child is a running child process.
type child struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser // kept open: its end tells the child that the parent is gone
	status *os.File
	stderr *ending
}

// startWith starts the child, in a network namespace of its own or in this one.
func startWith(ctx context.Context, job *Job, isolated bool) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	statusRead, statusWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer statusWrite.Close()
	c := &child{cmd: exec.CommandContext(ctx, exe), status: statusRead, stderr: &ending{}} //nolint:gosec // G204: exe is this very program
	c.cmd.Env = append(os.Environ(), childVariable+"=shared")
	if isolated {
		c.cmd.Env = append(os.Environ(), childVariable+"=isolated")
		c.cmd.SysProcAttr = isolation()
	}
	if job.TempDir != "" {
		c.cmd.Env = append(c.cmd.Env, "TMPDIR="+job.TempDir)
	}
	c.cmd.Stderr = c.stderr
	c.cmd.ExtraFiles = []*os.File{statusWrite}
	if job.Stdin != nil {
		c.cmd.ExtraFiles = append(c.cmd.ExtraFiles, job.Stdin)
	}
	c.cmd.WaitDelay = time.Second
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		_ = statusRead.Close()
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		_ = statusRead.Close()
		return nil, err
	}
	return c, nil
}

// run hands the request over and follows the child's messages to its end.
func (c *child) run(req []byte, progress func(bytes, lines int64)) (*Result, error) {
	defer c.status.Close()
	_, writeErr := c.stdin.Write(append(req, '\n'))
	var last message
	for dec := json.NewDecoder(c.status); ; {
		var m message
		if dec.Decode(&m) != nil {
			break
		}
		if m.Error == "" && m.Result == nil && progress != nil {
			progress(m.Bytes, m.Lines)
		}
		last = m
	}
	_ = c.stdin.Close()
	waitErr := c.cmd.Wait()
	switch {
	case last.Exposed:
		return nil, errExposed
	case last.Error != "":
		return nil, errors.New(last.Error)
	case last.Result != nil:
		return last.Result, nil
	}
	return nil, c.stopped(errors.Join(writeErr, waitErr))
}

// stopped explains a child that ended without a word. What it wrote to its standard error may quote anything, so only the kind of end is shown.
func (c *child) stopped(err error) error {
	if c.cmd.ProcessState != nil {
		return fmt.Errorf("%w (%s): %s", ErrStopped, c.cmd.ProcessState, c.stderr.reason())
	}
	return fmt.Errorf("%w: %w", ErrStopped, err)
}
