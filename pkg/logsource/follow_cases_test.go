package logsource

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// put writes a file with a time, and counts its lines as to be read if they are wanted.
func putFile(w *world, name string, content []byte, at time.Time, wanted bool) string {
	path := filepath.Join(w.dir, name)
	w.check(os.MkdirAll(filepath.Dir(path), 0o700))
	w.check(os.WriteFile(path, content, 0o600))
	w.check(os.Chtimes(path, at, at))
	if wanted {
		for line := range bytes.Lines(content) {
			w.want[strings.TrimSuffix(string(line), "\n")] = true
		}
	}
	return path
}

func text(label string, n int) []byte {
	var b bytes.Buffer
	for i := range n {
		b.WriteString(label + " " + strings.Repeat("x", i%90) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + "\n")
	}
	return b.Bytes()
}

func pathsOf(unread []Unread) (paths []string) {
	for _, u := range unread {
		paths = append(paths, filepath.Base(u.Range.Path))
	}
	return paths
}

func TestHistoryIsReadOldestFirst(t *testing.T) {
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		opts FollowOptions
		want []string
	}{
		"default":   {FollowOptions{}, []string{"access.log.6.gz", "access.log-20260502.zst", "access.log.2.bz2", "access.log.1", "access.log"}},
		"since":     {FollowOptions{Since: worldStart.Add(-36 * time.Hour)}, []string{"access.log.1", "access.log"}},
		"2 days":    {FollowOptions{Siblings: 50 * time.Hour}, []string{"access.log.2.bz2", "access.log.1", "access.log"}},
		"since now": {FollowOptions{Since: worldStart.Add(time.Hour)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, t.TempDir())
			w.opts = c.opts
			w.restart()
			for _, f := range []struct {
				name    string
				content []byte
				age     time.Duration
			}{
				{"access.log", text("now", 100), time.Second},
				{"access.log.1", text("yesterday", 100), day},
				{"access.log.2.bz2", bzip2ed(t, text("2 days ago", 100)), 2 * day},
				{"access.log-20260502.zst", zstandard(t, text("3 days ago", 100)), 3 * day},
				{"access.log.6.gz", gzipped(t, text("6 days ago", 100)), 6 * day},
				{"access.log.8.gz", gzipped(t, text("8 days ago", 100)), 8 * day},
				{"error.log", text("error", 100), day},
			} {
				putFile(w, f.name, f.content, worldStart.Add(-f.age), false)
			}
			unread, problems := w.follower.Scan(w.cursor, w.clock)
			if diff := cmp.Diff(c.want, pathsOf(unread)); diff != "" || len(problems) > 0 {
				t.Errorf("unread (-want +got):\n%s%v", diff, problems)
			}
		})
	}
}

func TestUnreadSaysWhatThereIs(t *testing.T) {
	w := newWorld(t, t.TempDir())
	content := text("a", 200)
	path := putFile(w, "access.log", content, worldStart, false)
	unread, _ := w.follower.Scan(w.cursor, w.clock)
	size := int64(len(content))
	want := Unread{Source: "web", File: lastingName(testKey, path, content[:4096]), Bytes: size, Since: w.clock, Mod: worldStart, Range: Range{Path: path, To: size,
		Size: size, Identity: testIdentity(content[:4096]), Prefix: 4096}}
	ignoreZone := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
	if diff := cmp.Diff([]Unread{want}, unread, ignoreZone); diff != "" {
		t.Fatalf("unread (-want +got):\n%s", diff)
	}
	later := w.clock.Add(time.Minute)
	w.put(path, []byte("more\n"), os.O_APPEND)
	w.cursor.Add(want.File, Span{0, size - 10})
	for from, since := range map[int64]time.Time{size - 10: w.clock, size: later} {
		w.cursor.Add(want.File, Span{0, from})
		unread, _ = w.follower.Scan(w.cursor, later)
		if len(unread) != 1 || unread[0].Range.From < from || unread[0].Range.To != size+5 || from == size && !unread[0].Since.Equal(since) {
			t.Errorf("read up to %d: unread %+v, want since %v", from, unread, since)
		}
	}
}

// TestUnchangedFilesAreNotOpened: a file that has the size and time that it had is taken for unchanged, whatever is in it.
func TestUnchangedFilesAreNotOpened(t *testing.T) {
	w := newWorld(t, t.TempDir())
	content := text("a", 10)
	putFile(w, "access.log", content, worldStart, false)
	first, _ := w.follower.Scan(w.cursor, w.clock)
	putFile(w, "access.log", bytes.ToUpper(content), worldStart, false)
	second, _ := w.follower.Scan(w.cursor, w.clock)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the file was opened again:\n%s", diff)
	}
}

func TestFileThatDoesNotExistYet(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.patterns = []string{w.log, filepath.Join(w.dir, "later", "*.log")}
	w.restart()
	w.step()
	if len(w.problems) != 1 || !strings.Contains(w.problems[0].Error(), w.log+" does not exist yet") {
		t.Errorf("problems = %v, want one that names the plain path", w.problems)
	}
	w.write([]int{1, 2, 3}, false)
	putFile(w, "later/b.log", []byte("b\n"), worldStart, true)
	w.settle()
	if len(w.problems) > 0 {
		t.Errorf("problems = %v", w.problems)
	}
}

func TestWhatIsNoLog(t *testing.T) {
	w := newWorld(t, t.TempDir())
	named := putFile(w, "old.zip", []byte("PK\x03\x04 something"), worldStart, false)
	w.patterns = []string{w.dir, named, os.DevNull}
	w.restart()
	putFile(w, "empty.log", nil, worldStart, false)
	putFile(w, "access.log.xz", []byte("\xfd7zXZ\x00 something"), worldStart, false)
	putFile(w, "lock", []byte{0, 1, 2, 3, 4, 5, 6, 7, '\n'}, worldStart, false)
	putFile(w, ".hidden.log", []byte("hidden\n"), worldStart, false)
	putFile(w, "broken.log.1.gz", gzipped(t, text("a", 10))[:12], worldStart, false)
	putFile(w, "sub/access.log", []byte("one\n"), worldStart, true)
	w.check(os.Symlink(filepath.Join(w.dir, "nowhere"), filepath.Join(w.dir, "dead.log")))
	w.check(os.Symlink(filepath.Join(w.dir, "sub", "access.log"), filepath.Join(w.dir, "link.log")))
	w.settle()
	var said []string
	for _, p := range w.problems {
		said = append(said, p.Error())
	}
	slices.Sort(said)
	want := []string{os.DevNull + " is no regular file", "broken.log.1.gz: the gzip data ends too early", named + " is a zip archive"}
	for i, part := range want {
		if len(said) != len(want) || !strings.Contains(said[i], part) {
			t.Fatalf("problems = %q, want %q", said, want)
		}
	}
}

func TestReplacedFilesStartAnew(t *testing.T) {
	for name, replace := range map[string]func(w *world, content []byte){
		"in place": func(w *world, content []byte) { w.put(w.log, content, os.O_TRUNC) },
		"by another file": func(w *world, content []byte) {
			w.put(w.log+".new", content, os.O_TRUNC)
			w.check(os.Rename(w.log+".new", w.log))
		},
	} {
		for _, lines := range []int{1, 10, 1000, 2000} { // shorter, of the same length, longer
			t.Run(name, func(t *testing.T) {
				w := newWorld(t, t.TempDir())
				putFile(w, "access.log", text("old", 1000), worldStart, true)
				w.step()
				replacement := text("new", lines)
				replace(w, replacement)
				for line := range bytes.Lines(replacement) {
					w.want[strings.TrimSuffix(string(line), "\n")] = true
				}
				w.got = w.got[:0]
				w.step()
				if len(w.got) != lines || !strings.HasPrefix(w.got[0], "new") {
					t.Errorf("%d lines were read of %d", len(w.got), lines)
				}
			})
		}
	}
}

// TestCopyThatLacksTheLastLines: what was written to a short log between its copy and its truncation was read out of the log; the rest comes once.
func TestCopyThatLacksTheLastLines(t *testing.T) {
	w := newWorld(t, t.TempDir())
	putFile(w, "access.log", []byte("one\ntwo\nthree\n"), worldStart, true)
	w.step()
	w.put(w.log+".1", []byte("one\ntwo\n"), os.O_TRUNC)
	w.put(w.log, nil, os.O_TRUNC)
	w.step()
	putFile(w, "access.log", []byte("four\n"), worldStart.Add(time.Second), true)
	w.settle()
}

func TestWhatIsGoneBeforeItWasReadIsSaid(t *testing.T) {
	content := text("a", 300)
	for name, c := range map[string]struct {
		change func(w *world)
		said   bool
	}{
		"truncated": {func(w *world) { w.put(w.log, []byte("new\n"), os.O_TRUNC) }, true},
		"deleted":   {func(w *world) { w.check(os.Remove(w.log)); putFile(w, "access.log", nil, w.clock, false) }, true},
		"renamed":   {func(w *world) { w.check(os.Rename(w.log, w.log+".1")); putFile(w, "access.log", nil, w.clock, false) }, false},
		"copied": {func(w *world) {
			putFile(w, "access.log.1", content, w.clock, false)
			w.put(w.log, nil, os.O_TRUNC)
		}, false},
		"compressed": {func(w *world) {
			putFile(w, "access.log.1.gz", gzipped(t, content), w.clock, false)
			w.put(w.log, []byte("new\n"), os.O_TRUNC)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, t.TempDir())
			putFile(w, "access.log", content, worldStart, false)
			w.stepSome(func(int, string) int64 { return 6000 })
			c.change(w)
			for range 2 {
				_, w.problems = w.follower.Scan(w.cursor, w.clock)
				w.clock = w.clock.Add(20 * time.Second)
			}
			want := fmt.Sprintf("before its last %d bytes were read", len(content)-6000)
			if said := len(w.problems) == 1 && strings.Contains(w.problems[0].Error(), want); said != c.said {
				t.Errorf("problems = %v, want that %d bytes are lost: %v", w.problems, len(content)-6000, c.said)
			}
			w.clock = w.clock.Add(2 * time.Hour)
			if w.step(); len(w.problems) > 0 {
				t.Errorf("problems long after = %v", w.problems)
			}
		})
	}
}

func TestCompressedFileIsOpenedOnce(t *testing.T) {
	w := newWorld(t, t.TempDir())
	content := text("a", 300)
	for line := range bytes.Lines(content) {
		w.want[strings.TrimSuffix(string(line), "\n")] = true
	}
	gz := putFile(w, "access.log.2.gz", gzipped(t, content), worldStart, false)
	w.clock = worldStart.Add(5 * time.Second)
	if n := w.step(); n != 0 {
		t.Error("a file that may still be written was read")
	}
	w.settle()
	for name, spans := range w.cursor {
		if spans[len(spans)-1].To != math.MaxInt64 || !strings.HasSuffix(name, wholeMark) {
			t.Errorf("%s was read up to %d", name, spans[len(spans)-1].To)
		}
	}
	w.put(w.log, []byte("new\n"), os.O_TRUNC)
	w.want["new"] = true
	w.check(os.Remove(gz)) // gunzip
	w.put(strings.TrimSuffix(gz, ".gz"), content, os.O_TRUNC)
	w.settle()
}

// TestHalfCompressedFileIsLeftAlone: while there is the file that it is made from, that is read.
func TestHalfCompressedFileIsLeftAlone(t *testing.T) {
	w := newWorld(t, t.TempDir())
	content := text("a", 3000)
	plain := putFile(w, "access.log.1", content, worldStart, true)
	putFile(w, "access.log", []byte("now\n"), worldStart, true)
	gz := gzipped(t, content)
	putFile(w, "access.log.1.gz", gz[:len(gz)/2], worldStart, false)
	w.settle()
	w.check(os.Remove(plain))
	putFile(w, "access.log.1.gz", gz, worldStart, false)
	w.settle()
}

// TestLogGoesOnBesideItsCompressedCopy: that a copy was read to its end says nothing of a log that goes on.
func TestLogGoesOnBesideItsCompressedCopy(t *testing.T) {
	for _, lines := range []int{10, 300} {
		w := newWorld(t, t.TempDir())
		content := text("a", lines)
		path := putFile(w, "access.log", content, worldStart, true)
		w.step()
		putFile(w, "access.log.1.gz", gzipped(t, content), worldStart, false)
		w.settle()
		w.put(path, []byte("more\n"), os.O_APPEND)
		w.want["more"] = true
		w.settle()
		w.restart()
		w.settle()
	}
}

func TestUnfinishedLastLine(t *testing.T) {
	w := newWorld(t, t.TempDir())
	putFile(w, "access.log", []byte("one\ntw"), worldStart, false)
	w.clock = worldStart.Add(time.Hour)
	w.step()
	w.put(w.log, []byte("o\nthr"), os.O_APPEND)
	w.step()
	if diff := cmp.Diff([]string{"one", "two"}, w.got); diff != "" {
		t.Errorf("of a log (-want +got):\n%s", diff)
	}
	w.check(os.Rename(w.log, w.log+".1"))
	putFile(w, "access.log", []byte("new\n"), w.clock, false)
	w.step()
	if diff := cmp.Diff([]string{"one", "two", "new"}, w.got); diff != "" {
		t.Errorf("just rotated (-want +got):\n%s", diff)
	}
	w.clock = w.clock.Add(time.Minute)
	w.step()
	if diff := cmp.Diff([]string{"one", "two", "new", "thr"}, w.got); diff != "" {
		t.Errorf("rotated and quiet (-want +got):\n%s", diff)
	}
}

// TestLogsThatBeginAlike: two logs may have the same first lines; one log and its rotated files may too, and then go on differently.
func TestLogsThatBeginAlike(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.patterns = []string{w.dir}
	w.restart()
	a := putFile(w, "a.log", []byte("same\n"), worldStart, false)
	b := putFile(w, "b.log", []byte("same\n"), worldStart, false)
	w.step()
	w.put(a, []byte("only in a\n"), os.O_APPEND)
	w.put(b, []byte("only in b, longer\nand more\n"), os.O_APPEND)
	w.step()
	w.restart()
	w.step()
	slices.Sort(w.got)
	if diff := cmp.Diff([]string{"and more", "only in a", "only in b, longer", "same", "same"}, w.got); diff != "" {
		t.Errorf("two logs (-want +got):\n%s", diff)
	}
	w.got = nil
	w.check(os.Rename(a, a+".1"))
	putFile(w, "a.log", []byte("same\n2nd day\n"), w.clock, false)
	w.step()
	w.restart()
	w.step()
	if !slices.Contains(w.got, "2nd day") {
		t.Errorf("of a new log that begins like the last one %q were read", w.got)
	}
}

func TestArrayIsReadAsAWhole(t *testing.T) {
	w := newWorld(t, t.TempDir())
	path := putFile(w, "export.json", []byte("[\n {\n \"a\": 1\n },\n {\n \"a\": 2\n }\n]\n"), worldStart, false)
	w.patterns = []string{path}
	w.restart()
	if n := w.step(); n != 0 {
		t.Error("an array that may still be written was read")
	}
	w.clock = w.clock.Add(time.Minute)
	w.step()
	var lines []string
	for _, line := range w.got {
		lines = append(lines, strings.TrimSpace(line))
	}
	if diff := cmp.Diff([]string{`{"a":1}`, `{"a":2}`}, lines); diff != "" || w.step() != 0 {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	w.put(path, []byte("[\n {\n \"a\": 3\n }\n]\n"), os.O_APPEND)
	w.clock = w.clock.Add(time.Minute)
	w.step()
	if len(w.problems) != 1 || !strings.Contains(w.problems[0].Error(), "what was added is not read") {
		t.Errorf("problems after it has grown: %v", w.problems)
	}
}

func TestCursor(t *testing.T) {
	c := Cursor{}
	c.Add("a", Span{10, 20})
	c.Add("a", Span{0, 5})
	c.Add("a", Span{30, math.MaxInt64})
	c.Add("a", Span{18, 25})
	c.Add("a", Span{5, 7})
	c.Add("a", Span{3, 3})
	if diff := cmp.Diff(Cursor{"a": {{0, 7}, {10, 25}, {30, math.MaxInt64}}}, c); diff != "" {
		t.Errorf("cursor (-want +got):\n%s", diff)
	}
	if !c.Covers("a", Span{11, 25}) || c.Covers("a", Span{5, 8}) || c.Covers("b", Span{0, 1}) || !c.Covers("b", Span{1, 1}) {
		t.Error("Covers is wrong")
	}
	if diff := cmp.Diff([]Span{{7, 10}, {25, 28}}, c.Gaps("a", 28)); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Span{{0, 9}}, c.Gaps("b", 9)); diff != "" {
		t.Errorf("gaps of an unknown file (-want +got):\n%s", diff)
	}
}
