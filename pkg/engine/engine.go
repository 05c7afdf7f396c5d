// Package engine runs a graph: on Prism in a child process of its own that nothing outside can reach, or staged as a Dataflow job. It does not
// know what the graph computes: the specification is the graph's own JSON, and the graph is built by a function that the program registers.
//
// Why a child: Prism's job server takes commands to run from whoever reaches its port, listens on every interface and keeps memory of each
// job. In a child it dies with the job, in a network namespace of its own (or bound to the loopback device) nobody else reaches it.
package engine

import (
	"cmp"
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
	// Stdin is given to the child as file descriptor InputFD, for its first job. Optional.
	Stdin *os.File
	// TempDir is where the child and its libraries put temporary files; whoever made it removes it, as a killed child cannot. Default: the system's.
	TempDir string
	// Memory is near how many bytes the child's garbage collector works harder. Default 190 MiB, which is for speed.
	Memory int64
	// Progress is called a few times a second with bytes on disk and lines done. Optional.
	Progress func(bytes, lines int64)
}

// Result is what a finished job says of itself.
type Result struct {
	Counts summarize.Counts `json:"counts"`
	// Problems are sentences about input that could not be read to its end. The rest was read.
	Problems []string `json:"problems,omitempty"`
	// Remarks are sentences about input of which nothing is missing.
	Remarks []string `json:"remarks,omitempty"`
	// Moved says that a file was replaced or renamed between the time it was found and the run.
	Moved bool `json:"moved,omitempty"`
}

// InputFD is the child's file descriptor of Job.Stdin.
const InputFD = 4

// statusFD is the child's file descriptor for messages to its parent.
const statusFD = 3

// request is what the parent writes to the child's standard input, a line for each job.
type request struct {
	Spec   json.RawMessage `json:"spec"`
	Keys   privacy.KeySpec `json:"keys"`
	Memory int64           `json:"memory"`
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

// Run runs one job in a child process and waits for its end. When ctx ends, or this process does, the child is killed.
func Run(ctx context.Context, job Job) (*Result, error) {
	var r Runner
	defer r.Close()
	return r.Run(ctx, job)
}

// errExposed means that the system grants no network namespace, or none that can be used. The child then guards its port itself.
var errExposed = errors.New("the system gives the engine no network of its own")

// jobsPerChild is after how many jobs a child is replaced: Prism keeps some memory of each.
const jobsPerChild = 100

// Runner runs jobs one after the other, in a child process that it keeps between them. The zero value is ready. It serves one goroutine at a time.
type Runner struct {
	child   *child
	jobs    int  // that child has done
	exposed bool // the system gives children no network of their own
}

// Run runs one job and waits for its end. When ctx ends, or this process does, the child is killed. After an error the next job gets a new child.
// TempDir and Stdin of a job count where it is the first of its child.
func (r *Runner) Run(ctx context.Context, job Job) (*Result, error) {
	req, err := encode(&job)
	if err != nil {
		return nil, err
	}
	if r.jobs >= jobsPerChild {
		r.Close()
	}
	res, err := r.once(ctx, &job, req)
	if errors.Is(err, errExposed) {
		r.exposed = true
		res, err = r.once(ctx, &job, req)
	}
	return res, err
}

func encode(job *Job) ([]byte, error) {
	spec, err := json.Marshal(job.Spec)
	if err != nil {
		return nil, fmt.Errorf("encoding the job: %w", err)
	}
	req, err := json.Marshal(request{Spec: spec, Keys: job.Keys, Memory: cmp.Or(job.Memory, memoryLimit)})
	if err != nil {
		return nil, fmt.Errorf("encoding the job: %w", err)
	}
	return append(req, '\n'), nil
}

func (r *Runner) once(ctx context.Context, job *Job, req []byte) (*Result, error) {
	if err := r.start(job); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, r.child.kill)
	defer stop()
	r.jobs++
	res, err := r.child.run(req, job.Progress)
	if err != nil {
		r.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return res, err
}

// start starts a child where there is none.
func (r *Runner) start(job *Job) error {
	if r.child != nil {
		return nil
	}
	c, err := startWith(job, !r.exposed)
	if !r.exposed && err != nil && isolationRefused(err) {
		return errExposed
	}
	if err != nil {
		return fmt.Errorf("starting the engine: %w", err)
	}
	r.child, r.jobs = c, 0
	return nil
}

// Close ends the child. A job after that gets a new one.
func (r *Runner) Close() {
	if r.child != nil {
		_ = r.child.end() // it has answered, or why it has not is said already
	}
	r.child, r.jobs = nil, 0
}

// child is a running child process.
type child struct {
	cmd      *exec.Cmd
	stdin    io.WriteCloser // kept open: its end tells the child that the parent is gone, or needs it no more
	status   *os.File
	messages *json.Decoder // of status
	stderr   *ending
}

// startWith starts the child, in a network namespace of its own or in this one.
func startWith(job *Job, isolated bool) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	statusRead, statusWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer statusWrite.Close()
	c := &child{cmd: exec.Command(exe), status: statusRead, messages: json.NewDecoder(statusRead), stderr: &ending{}} //nolint:gosec // G204: exe is this very program
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

// run hands one request over and follows the child's messages to its end.
func (c *child) run(req []byte, progress func(bytes, lines int64)) (*Result, error) {
	_, writeErr := c.stdin.Write(req)
	for {
		var m message
		err := c.messages.Decode(&m)
		switch {
		case err != nil:
			return nil, c.stopped(errors.Join(writeErr, c.end()))
		case m.Exposed:
			return nil, errExposed
		case m.Error != "":
			return nil, errors.New(m.Error)
		case m.Result != nil:
			return m.Result, nil
		case progress != nil:
			progress(m.Bytes, m.Lines)
		}
	}
}

func (c *child) kill() { _ = c.cmd.Process.Kill() }

// end lets the child go and waits for it. A second call does nothing.
func (c *child) end() error {
	if c.cmd.ProcessState != nil {
		return nil
	}
	_ = c.stdin.Close()
	_ = c.status.Close()
	return c.cmd.Wait()
}

// stopped explains a child that ended without a word. What it wrote to its standard error may quote anything, so only the kind of end is shown.
func (c *child) stopped(err error) error {
	if c.cmd.ProcessState != nil {
		return fmt.Errorf("%w (%s): %s", ErrStopped, c.cmd.ProcessState, c.stderr.reason())
	}
	return fmt.Errorf("%w: %w", ErrStopped, err)
}
