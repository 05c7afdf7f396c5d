package logsource

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// world is a folder with a log, whoever writes and rotates it, and a follower with its cursor. Its clock is that of the files, too.
type world struct {
	t       tester
	dir     string
	log     string
	clock   time.Time
	lines   int
	want    map[string]bool // whole lines that were written
	partial string          // beginning of the line that is being written
	writing string          // path of the file that the server has open
	dated   bool            // rotated files are named by dates
	rotated []string        // paths of rotated files, newest first, if dated

	opts     FollowOptions
	patterns []string
	follower *Follower
	cursor   Cursor
	got      []string
	problems []error
}

var worldStart = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// tester is what testing.T and rapid.T have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

func newWorld(t tester, dir string) *world {
	w := &world{t: t, dir: dir, clock: worldStart, want: map[string]bool{}, cursor: Cursor{}}
	w.log = filepath.Join(w.dir, "access.log")
	w.writing, w.patterns = w.log, []string{w.log}
	w.restart()
	return w
}

func (w *world) restart() { w.follower = NewFollower("web", w.patterns, w.opts, testKey) }

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// touch gives a file the time of the world, which goes on.
func (w *world) touch(path string) {
	w.clock = w.clock.Add(time.Millisecond)
	w.check(os.Chtimes(path, w.clock, w.clock))
}

func (w *world) put(path string, text []byte, flag int) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, 0o600)
	w.check(err)
	_, err = f.Write(text)
	w.check(err)
	w.check(f.Close())
	w.touch(path)
}

// write appends lines of some length to the log; unfinished leaves the last without its end.
func (w *world) write(lengths []int, unfinished bool) {
	text := ""
	for i, n := range lengths {
		if w.partial == "" {
			w.lines++
			w.partial = fmt.Sprintf("%06d", w.lines)
			text += w.partial
		}
		if i == len(lengths)-1 && unfinished {
			break
		}
		rest := strings.Repeat("x", n)
		w.want[w.partial+rest] = true
		text, w.partial = text+rest+"\n", ""
	}
	w.put(w.writing, []byte(text), os.O_APPEND)
}

func (w *world) read(path string) []byte {
	text, err := os.ReadFile(path)
	w.check(err)
	return text
}

func (w *world) exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// shift makes room for a newly rotated file and returns its path.
func (w *world) shift() string {
	if w.dated {
		path := fmt.Sprintf("%s-20260504-%010d", w.log, len(w.rotated)+1_000_000_000)
		w.rotated = append([]string{path}, w.rotated...)
		return path
	}
	for n := 20; n >= 1; n-- {
		for _, end := range []string{"", ".gz", ".zst", ".bz2"} {
			if from := fmt.Sprintf("%s.%d%s", w.log, n, end); w.exists(from) {
				w.check(os.Rename(from, fmt.Sprintf("%s.%d%s", w.log, n+1, end)))
			}
		}
	}
	return w.log + ".1"
}

// rotatedPath returns the path of the n-th rotated file from the newest on.
func (w *world) rotatedPath(n int) string {
	if w.dated && n <= len(w.rotated) {
		return w.rotated[n-1]
	}
	return fmt.Sprintf("%s.%d", w.log, n)
}

// rename rotates by renaming; the server goes on writing to the old file until reopen.
func (w *world) rename() {
	if w.exists(w.log) {
		w.writing = w.shift()
		w.check(os.Rename(w.log, w.writing))
	}
}

func (w *world) reopen() {
	w.finishLine()
	w.writing = w.log
}

func (w *world) finishLine() {
	if w.partial != "" {
		w.write([]int{1}, false)
	}
}

// compress replaces a rotated file that nobody writes to.
func (w *world) compress(path, end string) {
	if path == w.writing || !w.exists(path) {
		return
	}
	info, err := os.Stat(path)
	w.check(err)
	content := gzipOf(w.read(path))
	switch end {
	case ".zst":
		content = zstandardOf(w.read(path))
	case ".bz2":
		content = bzip2Of(w.t, w.read(path))
	}
	w.put(path+end, content[:len(content)/2], os.O_TRUNC)
	w.step() // while it is half done
	w.put(path+end, content, os.O_TRUNC)
	w.check(os.Chtimes(path+end, info.ModTime(), info.ModTime()))
	w.check(os.Remove(path))
}

// copyTruncate rotates by copying while nobody writes; between looks in between.
func (w *world) copyTruncate(between func()) {
	if !w.exists(w.log) || w.writing != w.log {
		return
	}
	w.finishLine()
	copied, content := w.shift(), w.read(w.log)
	w.put(copied, content[:len(content)/3], os.O_TRUNC)
	between()
	w.put(copied, content, os.O_TRUNC)
	between()
	w.put(w.log, nil, os.O_TRUNC)
}

// step scans and reads all there is.
func (w *world) step() int { return w.stepSome(func(int, string) int64 { return math.MaxInt64 }) }

// stepSome scans and reads some of it: of each unread range as many bytes as some says; below 0 it is read, but its cursor is lost.
func (w *world) stepSome(some func(i int, what string) int64) int {
	unread, problems := w.follower.Scan(w.cursor, w.clock)
	w.problems = problems
	for i, u := range unread {
		n := some(i, u.Range.Path)
		r := u.Range
		if n >= 0 && r.To-r.From > n {
			r.To = r.From + n
		}
		var lines []placedLine
		err := ReadRange(context.Background(), r, Options{Identity: testIdentity}, placed(&lines))
		var damage *DamagedError
		if errors.As(err, &damage) {
			w.t.Errorf("%v", err)
		}
		if err != nil || n < 0 {
			continue
		}
		w.cursor.Add(u.File, Span{r.From, r.To})
		for _, l := range lines {
			w.got = append(w.got, l.Text)
		}
	}
	return len(unread)
}

// settle ends all lines, lets time pass and reads until nothing is left.
func (w *world) settle() {
	w.t.Helper()
	w.finishLine()
	w.clock = w.clock.Add(2 * time.Minute)
	for range 20 {
		if w.step() == 0 {
			w.compare()
			return
		}
	}
	w.t.Fatal("there is always something unread")
}

// compare wants every line exactly once.
func (w *world) compare() {
	w.t.Helper()
	count := map[string]int{}
	for _, line := range w.got {
		count[line]++
	}
	for line := range w.want {
		if count[line] != 1 {
			w.t.Errorf("line %.8s of %d bytes was read %d times", line, len(line), count[line])
		}
		delete(count, line)
	}
	for line := range count {
		w.t.Errorf("line %.20q was never written", line)
	}
}

func TestFollowedLogIsReadOnce(t *testing.T) {
	folder := t.TempDir()
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		dir := filepath.Join(folder, strconv.Itoa(runs))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, dir)
		w.dated = rapid.Bool().Draw(t, "dated")
		w.patterns = []string{rapid.SampledFrom([]string{w.log, dir, filepath.Join(dir, "*.log"), filepath.Join(dir, "acc*")}).Draw(t, "pattern")}
		w.restart()
		lengths := rapid.SliceOfN(rapid.SampledFrom([]int{1, 3, 30, 300, 1500, 4100}), 1, 8)
		some := func() {
			w.stepSome(func(int, string) int64 {
				return rapid.SampledFrom([]int64{-1, 0, 1, 20, 700, 5000, math.MaxInt64, math.MaxInt64, math.MaxInt64}).Draw(t, "bytes")
			})
		}
		t.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) { w.write(lengths.Draw(t, "lengths"), rapid.Bool().Draw(t, "unfinished")) },
			"step":  func(*rapid.T) { w.step() },
			"some":  func(*rapid.T) { some() },
			"rename": func(*rapid.T) {
				if w.writing == w.log {
					w.rename()
				}
			},
			"reopen": func(*rapid.T) { w.reopen() },
			"copytruncate": func(t *rapid.T) {
				w.copyTruncate(func() {
					if rapid.Bool().Draw(t, "look") {
						some()
					}
				})
			},
			"compress": func(t *rapid.T) {
				w.compress(w.rotatedPath(rapid.IntRange(1, 3).Draw(t, "which")), rapid.SampledFrom([]string{".gz", ".zst"}).Draw(t, "how"))
			},
			"restart": func(*rapid.T) { w.restart() },
			"wait": func(t *rapid.T) {
				w.finishLine()
				w.clock = w.clock.Add(time.Duration(rapid.IntRange(1, 100).Draw(t, "seconds")) * time.Second)
			},
		})
		w.reopen()
		w.settle()
		w.restart()
		w.settle()
	})
}
