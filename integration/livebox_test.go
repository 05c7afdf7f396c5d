package integration

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/live"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/replay"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// liveBox is a live run over one followed log, on a real store, by a clock that the test turns.
type liveBox struct {
	t      *testing.T
	cfg    summarize.Config
	path   string
	follow []string // patterns; the path unless a test says otherwise
	data   string
	now    time.Time
	store  *sqlite.Store
	run    *live.Run
}

func newLiveBox(t *testing.T, cfg summarize.Config) *liveBox {
	t.Helper()
	dir := t.TempDir()
	b := &liveBox{t: t, cfg: cfg, path: filepath.Join(dir, "access.log"), data: filepath.Join(dir, "data"), now: midnight.Add(time.Hour)}
	b.follow = []string{b.path}
	b.start()
	t.Cleanup(b.stop)
	return b
}

// start starts the run as after a start of the program.
func (b *liveBox) start() {
	b.t.Helper()
	var err error
	if b.store, err = sqlite.Open(b.data, func() time.Time { return b.now }); err != nil {
		b.t.Fatal(err)
	}
	keys, err := privacy.NewKeys(testKeys())
	if err != nil {
		b.t.Fatal(err)
	}
	follower := logsource.NewFollower("test", b.follow, logsource.FollowOptions{}, summarize.LineKey(keys))
	b.run, err = live.New(b.t.Context(), live.Config{
		Store: b.store, Dir: filepath.Join(b.data, "slices"), Inbox: replay.Inbox(b.data), Summarize: b.cfg, Now: func() time.Time { return b.now },
		Keys: func(time.Time) (privacy.KeySpec, error) { return testKeys(), nil },
		Sources: []live.Source{{Name: "test", Scan: follower.Scan, Open: func(path string) logentry.Source {
			src := b.cfg.Sources[0]
			src.Name = path
			return src
		}}},
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *liveBox) stop() {
	b.run.Close()
	if err := b.store.Close(); err != nil {
		b.t.Error(err)
	}
}

// write appends to the log, by the clock of the test.
func (b *liveBox) write(lines []byte) {
	b.t.Helper()
	if _, err := os.Stat(b.path); err != nil {
		writeFile(b.t, b.path, nil)
	}
	appendFile(b.t, b.path, lines)
	if err := os.Chtimes(b.path, b.now, b.now); err != nil {
		b.t.Fatal(err)
	}
}

// settle lets the run read all that is there.
func (b *liveBox) settle() {
	b.t.Helper()
	for worked := true; worked; {
		b.now = b.now.Add(2 * time.Second)
		var err error
		if worked, err = b.run.Step(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
	}
}

// closeAll lets so much time pass without a line that every day closes.
func (b *liveBox) closeAll() {
	b.t.Helper()
	b.now = b.now.Add(72 * time.Hour)
	b.settle()
}

// rows returns what the store has at all levels.
func (b *liveBox) rows() (rows []reportstore.Row) {
	b.t.Helper()
	for _, level := range allLevels {
		err := b.store.Rows(b.t.Context(), access.Everything(), "", level, midnight.Add(-48*time.Hour), midnight.Add(48*time.Hour), func(r reportstore.Row) error {
			rows = append(rows, r)
			return nil
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
	return rows
}
