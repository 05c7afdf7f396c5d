package engine

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"

	"github.com/floodgauge/floodgauge/pkg/transform"
)

// Builder adds the graph that spec describes to s.
type Builder func(s beam.Scope, spec json.RawMessage) error

// A child's garbage collector lets the heap grow fivefold between collections, but not beyond its job's memory, where it works harder: a run
// holds little for long, and most of its memory is free again soon.
const (
	memoryLimit = 190 << 20
	gcPercent   = 400
)

// progressPeriod is how often a child tells how far it is.
const progressPeriod = 200 * time.Millisecond

// IsChild tells whether this process was started by Run.
func IsChild() bool { return os.Getenv(childVariable) != "" }

// Child is the main function of a child process: it reads requests from standard input, runs each one's graph on Prism in this process, and tells its
// parent how it went, until the input ends or a graph fails. It returns the exit code.
func Child(build Builder) int {
	debug.SetGCPercent(gcPercent)
	c := &serving{build: build, status: json.NewEncoder(os.NewFile(statusFD, "status"))}
	requests := make(chan *request)
	go c.readRequests(os.Stdin, requests)
	for req := range requests {
		debug.SetMemoryLimit(req.Memory)
		res, err := c.serve(req)
		last := message{Result: res}
		if errors.Is(err, errExposed) {
			last = message{Exposed: true}
		} else if err != nil {
			last = message{Error: err.Error()}
		}
		c.busy.Store(false)
		if c.status.Encode(last) != nil || err != nil {
			return 1
		}
	}
	return 0
}

// serving is the state of a child process.
type serving struct {
	build  Builder
	status *json.Encoder
	ready  bool        // Prism is there
	busy   atomic.Bool // with a job
}

// readRequests hands over the requests, one a line. The end of the stream means that the parent is gone, or needs this process no more.
func (c *serving) readRequests(in io.Reader, requests chan<- *request) {
	defer close(requests)
	for r := bufio.NewReader(in); ; {
		line, err := r.ReadBytes('\n')
		if err != nil && c.busy.Load() {
			os.Exit(1)
		}
		var req request
		if err != nil || json.Unmarshal(line, &req) != nil {
			return
		}
		c.busy.Store(true)
		requests <- &req
	}
}

// serve does one job.
func (c *serving) serve(req *request) (*Result, error) {
	transform.StartJob(req.Keys)
	if !c.ready {
		if err := c.prepare(); err != nil {
			return nil, err
		}
		c.ready = true
	}
	stop := tellProgress(c.status)
	defer stop()
	return execute(context.Background(), c.build, req.Spec)
}

func (c *serving) prepare() error {
	if os.Getenv(childVariable) == "isolated" && loopbackUp() != nil {
		return errExposed // some systems grant a namespace and nothing that can be done in it
	}
	quiet()
	transform.SetInput(os.NewFile(InputFD, "input"))
	return startPrism(context.Background())
}

// quiet turns the libraries' logs off: they may quote elements.
func quiet() {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	log.SetLogger(noLogger{})
}

type noLogger struct{}

// Log implements Beam's log.Logger.
func (noLogger) Log(context.Context, log.Severity, int, string) {}

// startPrism starts the job server of this process and makes Beam use it.
func startPrism(ctx context.Context) error {
	if err := initBeam(map[string]string{"environment_type": "loopback"}); err != nil {
		return err
	}
	// Prism and its workers find each other by this name; without it they would try for ever.
	if _, err := net.DefaultResolver.LookupHost(ctx, "localhost"); err != nil {
		return errors.New(`the engine needs the name localhost, which this system does not know: add the line "127.0.0.1 localhost" to /etc/hosts`)
	}
	if _, err := prism.CreateJobServer(ctx, prism.Options{}); err != nil {
		return fmt.Errorf("starting the engine: %w", err)
	}
	port, err := guardListeners()
	if err != nil {
		return err
	}
	*jobopts.Endpoint = fmt.Sprintf("localhost:%d", port)
	return nil
}

// initBeam sets Beam's options, which it keeps in the program's flags.
func initBeam(options map[string]string) error {
	if err := flag.CommandLine.Parse(nil); err != nil {
		return err
	}
	for name, value := range options {
		if err := flag.Set(name, value); err != nil {
			return fmt.Errorf("setting Beam's option %s: %w", name, err)
		}
	}
	beam.Init()
	quiet() // after Init, which sets up logs of its own
	return nil
}

func execute(ctx context.Context, build Builder, spec json.RawMessage) (*Result, error) {
	p, s := beam.NewPipelineWithRoot()
	if err := build(s, spec); err != nil {
		return nil, err
	}
	res, err := prism.Execute(ctx, p)
	if err != nil {
		return nil, sentence(err)
	}
	results := res.Metrics()
	return &Result{Counts: transform.CountsOf(&results), Problems: transform.Problems(), Remarks: transform.Remarks(), Moved: transform.Moved()}, nil
}

var errCrashed = errors.New("the engine crashed; this is a defect, please report it")

// sentence takes the root cause out of Beam's many-layered error, which repeats the whole history of a bundle. What a panic says is left out:
// it may quote data.
func sentence(err error) error {
	text := err.Error()
	if strings.Contains(text, "panic:") {
		return errCrashed
	}
	_, cause, found := strings.Cut(text[strings.LastIndex(text, "DoFn[")+1:], "] failed:")
	if !found {
		return errors.New("the engine could not run the job")
	}
	cause, _, _ = strings.Cut(strings.TrimSpace(cause), "\n")
	return errors.New(cause)
}

// tellProgress tells the parent how far this process is until stop is called.
func tellProgress(status *json.Encoder) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for t := time.NewTicker(progressPeriod); ; {
			select {
			case <-done:
				t.Stop()
				return
			case <-t.C:
				bytes, lines := transform.Progress()
				_ = status.Encode(message{Bytes: bytes, Lines: lines})
			}
		}
	}()
	return func() { close(done); <-ended }
}
