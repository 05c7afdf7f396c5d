package up

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/ingest"
	"github.com/floodgauge/floodgauge/pkg/live"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// The names of sources that the command line gives.
const (
	filesSource = "files"
	stdinSource = "standard input"
	demoSource  = "demo"
)

// spoolKept is how long lines that were read stay in the spool, for a replay.
const spoolKept = 48 * time.Hour

var errNoSource = errors.New("nothing to follow: name a log, such as floodgauge up /var/log/nginx/access.log, or sources in --config; " +
	"floodgauge up --demo shows it on made-up traffic")

// sources makes the sources of the command line, or else of the configuration, and starts what brings lines into the spool.
func (s *station) sources(ctx context.Context) ([]live.Source, error) {
	key, err := s.lineKey()
	if err != nil {
		return nil, err
	}
	switch {
	case s.o.Demo:
		return s.demo(ctx, key), nil
	case len(s.o.Inputs) > 0:
		return s.named(ctx, key), nil
	}
	var all []live.Source
	for i := range s.o.Config.Sources {
		all = append(all, s.configured(ctx, &s.o.Config.Sources[i], key))
	}
	if len(all) == 0 {
		return nil, errNoSource
	}
	return all, nil
}

func (s *station) lineKey() (logentry.Key, error) {
	keys, err := s.ring.Keys(time.Now())
	if err != nil {
		return logentry.Key{}, err
	}
	return summarize.LineKey(keys), nil
}

// named are the sources of the command line: all files together, and standard input.
func (s *station) named(ctx context.Context, key logentry.Key) []live.Source {
	var all []live.Source
	var patterns []string
	for _, input := range s.o.Inputs {
		if input != logsource.StdinPath {
			patterns = append(patterns, input)
			continue
		}
		s.group.Go(func() error {
			return ingest.Pump(ctx, s.o.Stdin, stdinSource, s.spool, s.problem)
		})
		all = append(all, s.spooled(stdinSource, func(string) logentry.Source {
			src := s.o.Config.SourceFor(logsource.StdinPath)
			src.Name = stdinSource
			return src
		}))
	}
	if len(patterns) > 0 {
		all = append(all, s.followed(filesSource, patterns, key))
	}
	return all
}

// configured is a source of the configuration.
func (s *station) configured(ctx context.Context, c *config.Source, key logentry.Key) live.Source {
	readingAs := func(name string) func(string) logentry.Source {
		return func(string) logentry.Source { return s.o.Config.Reading(c, name) }
	}
	switch {
	case c.HTTP != "":
		if s.o.Ingest == "" {
			s.o.Ingest = defaultIngest
		}
		s.accepts[c.HTTP] = true
		return s.spooled(c.HTTP, readingAs(c.HTTP))
	case c.PubSub != "":
		s.group.Go(func() error { return ingest.Pull(ctx, c.PubSub, c.PubSub, s.spool, s.problem) })
		return s.spooled(c.PubSub, readingAs(c.PubSub))
	}
	return s.followed(c.Files[0], s.o.Config.Patterns(c), key)
}

// followed is a source of files.
func (s *station) followed(name string, patterns []string, key logentry.Key) live.Source {
	f := logsource.NewFollower(name, patterns, logsource.FollowOptions{Since: s.o.Since}, key)
	return live.Source{Name: name, Scan: f.Scan, Open: s.reading}
}

// reading says how a followed file is read.
func (s *station) reading(path string) logentry.Source {
	src := s.o.Config.SourceFor(path)
	if src.Host == "" {
		if host, ok := logsource.HostFromName(path); ok {
			src.Host, src.HostFrom = host, "file name"
		}
	}
	return src
}

// spooled is a source whose lines are in the spool.
func (s *station) spooled(name string, open func(string) logentry.Source) live.Source {
	return live.Source{Name: name, Open: open,
		Scan: func(read logsource.Cursor, _ time.Time) ([]logsource.Unread, []error) {
			return s.spool.Unread(name, read), nil
		},
		Release: func(read logsource.Cursor, now time.Time) error {
			return s.spool.Release(name, read, spoolKept, now)
		}}
}

// problem says what keeps lines from coming; nil says that it is over.
func (s *station) problem(err error) {
	if err == nil {
		s.o.Say("lines come again")
		return
	}
	s.o.Say("%s", err)
}

// demo is a log of made-up traffic that grows.
func (s *station) demo(ctx context.Context, key logentry.Key) []live.Source {
	path := filepath.Join(s.o.Data, "demo", "access.log")
	s.group.Go(func() error { return writeDemo(ctx, path) })
	src := s.followed(demoSource, []string{filepath.Join(filepath.Dir(path), "*.log")}, key)
	return []live.Source{src}
}
