// Package up puts the parts of the program on one machine together: sources and spool, the live run, the store, the page, the listeners and the
// metrics. It has no logic of its own about lines, rows or pages.
package up

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/dashboard"
	"github.com/floodgauge/floodgauge/pkg/findings"
	"github.com/floodgauge/floodgauge/pkg/live"
	"github.com/floodgauge/floodgauge/pkg/notify"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/replay"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/pkg/spool"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// Options say what to run.
type Options struct {
	// Inputs are log files, folders and patterns, and "-" for standard input. Empty: the sources of the configuration.
	Inputs []string
	Config *config.Config // Required.
	// Data is the folder for everything that is kept; it is made if need be. Required.
	Data string
	// Listen is the page's address, Ingest that of the listener for lines and metrics; empty: none unless there is a source by HTTP.
	Listen, Ingest string
	// Names are those by which the page may be asked for besides localhost, loopback addresses and Listen's own. Optional.
	Names []string
	// Since leaves out files that were last changed before. Optional.
	Since time.Time
	// Demo makes up traffic instead of reading Inputs.
	Demo bool
	// Delay is how long after a minute's end its lines may come. Optional.
	Delay time.Duration

	Stdin io.Reader
	// Say prints one line for the people who watch the terminal. Required.
	Say func(format string, args ...any)
}

// defaultIngest is where lines are taken in where a source by HTTP is configured and no address is given.
const defaultIngest = "127.0.0.1:8081"

// station is everything that runs.
type station struct {
	o Options
	// accepts holds the sources whose lines are taken in by HTTP: only those that this run reads, so that no line is promised and left lying.
	accepts map[string]bool
	store   *sqlite.Store
	spool   *spool.Spool
	tokens  *access.Tokens
	ring    *privacy.Ring
	run     *live.Run
	page    *dashboard.Server
	wake    chan struct{}
	group   *errgroup.Group

	notifier  *notify.Notifier
	changes   *findings.Changes
	titles    map[string]string // by site: what was said last of its case
	openCases atomic.Int64
	judged    time.Time // the end of the latest minute that closed
}

// Run runs until ctx ends; then it returns nil, or what could not be ended well. Any other error says what keeps it from running.
func Run(ctx context.Context, o Options) (err error) {
	s := &station{o: o, accepts: map[string]bool{}, wake: make(chan struct{}, 1)}
	if s.store, err = sqlite.Open(o.Data, time.Now); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.store.Close()) }()
	if err := s.open(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.spool.Close()) }()
	if err := access.CheckListen(o.Listen, s.tokens); err != nil {
		return err
	}
	s.group, ctx = errgroup.WithContext(ctx)
	if err := s.start(ctx); err != nil {
		return err
	}
	if err := s.group.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// open opens what is in the data folder.
func (s *station) open() (err error) {
	if s.ring, err = privacy.OpenRing(filepath.Join(s.o.Data, "day-keys.json"), time.Now()); err != nil {
		return err
	}
	if s.tokens, err = access.OpenTokens(filepath.Join(s.o.Data, "tokens.json")); err != nil {
		return err
	}
	s.spool, err = spool.Open(filepath.Join(s.o.Data, "spool"), spool.Options{})
	return err
}

// start starts everything, the listeners first: what is wrong with them is to be seen at once.
func (s *station) start(ctx context.Context) error {
	sources, err := s.sources(ctx)
	if err != nil {
		return err
	}
	if err := s.watchCases(ctx); err != nil {
		return err
	}
	if s.run, err = live.New(ctx, s.liveConfig(sources)); err != nil {
		return err
	}
	if s.page, err = dashboard.New(s.pageConfig()); err != nil {
		return err
	}
	if err := s.listen(ctx); err != nil {
		s.run.Close()
		return err
	}
	telling, told := context.WithCancel(context.WithoutCancel(ctx)) // the last commit may have something to tell
	s.group.Go(func() error {
		defer told()
		s.run.Serve(ctx)
		return ctx.Err()
	})
	s.group.Go(func() error { return s.tell(ctx) })
	s.group.Go(func() error {
		s.notifier.Serve(telling)
		return ctx.Err()
	})
	return nil
}

func (s *station) liveConfig(sources []live.Source) live.Config {
	c := s.o.Config
	return live.Config{
		Store: s.store, Sources: sources, Dir: filepath.Join(s.o.Data, "slices"), Inbox: replay.Inbox(s.o.Data), Delay: s.o.Delay, Wake: s.wake,
		Keys: func(now time.Time) (privacy.KeySpec, error) {
			keys, err := s.ring.Keys(now)
			if err != nil {
				return privacy.KeySpec{}, err
			}
			return keys.Export(), nil
		},
		Summarize: summarize.Config{K: c.K, Sites: c.SiteNames(), SitesOnly: len(c.Sites) > 0, PathTemplates: c.PathTemplates, Allow: c.Allow,
			CountryDB: c.Geo.Country, NetworkDB: c.Geo.Network},
		Retention: c.Retention, Retries: c.Retries, Committed: s.committed,
	}
}

// committed tells the open pages of the latest minute with a row, and whom it concerns of cases.
func (s *station) committed(c *reportstore.Commit) {
	s.tellCases(c)
	var latest time.Time
	for i := range c.Rows {
		if t := c.Rows[i].Report.GetMinute().AsTime(); t.After(latest) {
			latest = t
		}
	}
	if !latest.IsZero() {
		s.page.Notify(latest)
	}
}

func (s *station) pageConfig() dashboard.Config {
	names := s.o.Names
	if host, _, err := net.SplitHostPort(s.o.Listen); err == nil {
		names = append(names, host)
	}
	if u, err := url.Parse(s.o.Config.Page); err == nil && u.Host != "" {
		names = append(names, u.Host)
	}
	return dashboard.Config{Reader: s.store, Access: access.NewAuthorizer(s.tokens, time.Now), Now: time.Now, Live: s.liveStatus, Hosts: names,
		Keep: s.o.Config.Retention, Feedback: s.store}
}

// liveStatus is what the page says of the run.
func (s *station) liveStatus() dashboard.Live {
	now := s.run.Status()
	l := dashboard.Live{Since: now.Since, LastCommit: now.LastCommit, Halted: now.Halted, Entries: now.Counts.Entries, NoHost: now.Counts.NoHost,
		OverCap: now.Counts.OverCap}
	for _, src := range now.Sources {
		l.Sources = append(l.Sources, dashboard.LiveSource{Source: src.Source, Behind: src.Behind, Oldest: src.Oldest})
	}
	return l
}

// listen opens the listeners.
func (s *station) listen(ctx context.Context) error {
	l, err := net.Listen("tcp", s.o.Listen)
	if err != nil {
		return cannotListen("--listen", s.o.Listen, err)
	}
	s.serve(ctx, l, s.page, s.page.Close)
	s.o.Say("the page is at http://%s/", reachable(l.Addr()))
	if s.o.Ingest == "" {
		return nil
	}
	l, err = net.Listen("tcp", s.o.Ingest)
	if err != nil {
		return cannotListen("--ingest-listen", s.o.Ingest, err)
	}
	s.serve(ctx, l, s.ingestHandler(), func() {})
	s.o.Say("lines are taken in at http://%s/ingest/SOURCE, metrics are at /metrics", reachable(l.Addr()))
	return nil
}

// reachable is an address that a browser on this machine can open: a listener on all addresses is none.
func reachable(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return addr.String()
}

func cannotListen(flag, addr string, err error) error {
	return fmt.Errorf("%s %s cannot be used (%w): take another address, or port 0 for any that is free", flag, addr, errors.Unwrap(err))
}

// shutdownTime is how long open requests may take at the end.
const shutdownTime = 3 * time.Second

func (s *station) serve(ctx context.Context, l net.Listener, h http.Handler, ended func()) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	server.RegisterOnShutdown(ended)
	s.group.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("the listener %s failed: %w", l.Addr(), err)
		}
		return nil
	})
	s.group.Go(func() error {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		if server.Shutdown(end) != nil {
			_ = server.Close()
		}
		return nil
	})
}

// demoData makes a folder for a trial, which is gone after it.
func demoData() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "floodgauge-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("no folder for the demo can be made in %s: set TMPDIR to a folder that can be written to", os.TempDir())
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}

// Demo is Run on traffic that is made up, in a folder of its own where Data is empty.
func Demo(ctx context.Context, o Options) error {
	o.Demo = true
	if o.Data == "" {
		dir, remove, err := demoData()
		if err != nil {
			return err
		}
		defer remove()
		o.Data = dir
	}
	return Run(ctx, o)
}
