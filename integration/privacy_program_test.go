package integration

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/floodgauge/floodgauge/pkg/cli"
)

// programVariable makes this test's program the command line, so that all that a real process prints and leaves can be looked at.
const programVariable = "FLOODGAUGE_TEST_PROGRAM"

func programForTest() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// box is a place of its own for runs of the program: whatever they write lies in it.
type box struct {
	dir string
	env []string
}

func newBox(t *testing.T) *box {
	t.Helper()
	b := &box{dir: t.TempDir()}
	for _, name := range []string{"tmp", "cache", "home", "keep", "out"} {
		if err := os.Mkdir(b.path(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	writeRing(t, b.path("cache"))
	b.env = append(os.Environ(), programVariable+"=1", "TMPDIR="+b.path("tmp"), "XDG_CACHE_HOME="+b.path("cache"), "HOME="+b.path("home"),
		keepVariable+"="+b.path("keep"), "COLUMNS=200")
	return b
}

func (b *box) path(parts ...string) string {
	return filepath.Join(append([]string{b.dir}, parts...)...)
}

// leftovers is all that runs in a box left behind, by where it is.
type leftovers struct {
	code int
	left map[string][]byte
}

func (o leftovers) stderr() string { return string(o.left["standard error"]) }

// run runs the program in the box and gathers everything it printed and everything that lies in the box.
func (b *box) run(t *testing.T, stdin []byte, args ...string) leftovers {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env, cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = b.env, b.path("home"), bytes.NewReader(stdin), &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	o := leftovers{code: cmd.ProcessState.ExitCode(), left: b.files(t)}
	o.left["standard output"], o.left["standard error"] = stdout.Bytes(), stderr.Bytes()
	return o
}

// files reads every file in the box; names count as content.
func (b *box) files(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name := strings.TrimPrefix(path, b.dir)
		all[name] = append([]byte(name+"\n"), data...)
		if bytes.HasPrefix(data, []byte("PAR1")) {
			all[name+", values"] = parquetValues(t, data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// parquetValues reads a Parquet file back: its pages are compressed.
func parquetValues(t *testing.T, data []byte) (values []byte) {
	t.Helper()
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]parquet.Row, 64)
	for _, group := range file.RowGroups() {
		reader := group.Rows()
		for n := 1; n > 0; {
			n, _ = reader.ReadRows(rows)
			for _, row := range rows[:n] {
				for _, v := range row {
					values = append(append(values, v.Bytes()...), ' ')
					values = append(append(values, v.String()...), '\n')
				}
			}
		}
		_ = reader.Close()
	}
	return values
}

// check reports every canary that is in what was left.
func (o leftovers) check(t *testing.T, s *scanner) {
	t.Helper()
	for place, data := range o.left {
		for _, n := range s.find(data) {
			t.Errorf("%s holds %s", place, n)
		}
	}
}
