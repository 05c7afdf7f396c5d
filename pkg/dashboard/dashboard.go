// Package dashboard is the web page and the JSON interface of one machine: it reads a store of reports and shows sites, their traffic, what was found
// in it, and how fresh and complete the data is. It judges nothing, and writes nothing but what people say of cases. It knows no store's driver, no log
// format and no engine, and asks the authoriser in package access before every read. Its pages work without JavaScript; with it they move.
package dashboard

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// Config is what a Server needs.
type Config struct {
	// Reader answers the pages' questions. Required.
	Reader reportstore.Reader
	// Access decides who may see which sites. Required.
	Access *access.Authorizer
	// Now is the clock. Required.
	Now func() time.Time
	// Live tells how the collector is doing. Optional; without it nothing collects, and the pages say so.
	Live func() Live
	// Feedback keeps what people say of cases; reportstore.Writer is one. Optional; without it nobody can say that a case is no attack.
	Feedback Feedback
	// Hosts are names, without ports, by which the page may be asked for besides localhost and the loopback addresses. Optional.
	Hosts []string
	// Keep is how long the store keeps rows by level: what to look for in which. Default reportstore.DefaultRetention.
	Keep reportstore.Retention
	// Log takes in what fails inside. Default slog.Default().
	Log *slog.Logger
}

// Feedback takes what people say of cases, from several requests at the same time.
type Feedback interface {
	PutFeedback(ctx context.Context, f reportstore.Feedback) error
}

// Live is the state of the collector in this process.
type Live struct {
	Since      time.Time // since when it runs; zero: it does not
	LastCommit time.Time
	Sources    []LiveSource
	Halted     string // a sentence, while trouble of the machine keeps it from going on
	Entries    int64  // requests since Since
	NoHost     int64  // those of them that count as other hosts because their line names none
	OverCap    int64  // lines since Since that count as other hosts because too many names came
}

// LiveSource is how far a source has been read.
type LiveSource struct {
	Source string
	Behind int64     // bytes that were seen and not read yet
	Oldest time.Time // when the oldest of these was first seen; zero: there are none
}

// Server answers HTTP requests.
type Server struct {
	config  Config
	pages   map[string]*template.Template
	assets  *assets
	events  *broadcaster
	limits  *limits
	hosts   map[string]bool
	handler http.Handler
}

// New returns a server for the configuration. It fails where a required part is missing.
func New(c Config) (*Server, error) {
	if c.Reader == nil || c.Access == nil || c.Now == nil {
		return nil, errors.New("a dashboard needs a reader, an authoriser and a clock")
	}
	if c.Live == nil {
		c.Live = func() Live { return Live{} }
	}
	if c.Keep == (reportstore.Retention{}) {
		c.Keep = reportstore.DefaultRetention
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &Server{config: c, events: newBroadcaster(), limits: newLimits(c.Now), hosts: allowedHosts(c.Hosts)}
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, fmt.Errorf("loading the pages' files: %w", err)
	}
	if s.pages, err = s.loadPages(); err != nil {
		return nil, fmt.Errorf("loading the pages: %w", err)
	}
	s.handler, err = s.build()
	return s, err
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Notify tells the open pages that rows were committed; minute is the latest one that got any.
func (s *Server) Notify(minute time.Time) { s.events.send(minute) }

// Close ends the open pages' streams, which would otherwise keep a server from shutting down: http.Server.RegisterOnShutdown takes it.
func (s *Server) Close() { s.events.close() }
