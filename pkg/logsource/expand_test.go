package logsource

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// logFolder has a bit of everything that log folders have.
func logFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	text := []byte("198.51.100.1 - - [04/May/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 1\n")
	for name, content := range map[string][]byte{
		"access.log":       text,
		"access.log.1":     append([]byte("x"), text...),
		"access.log.2.gz":  gzipped(t, text),
		"b/export.json":    []byte("[\n{\"a\":1}\n]\n"),
		"b/deep/er.log":    append([]byte("y"), text...),
		"empty.log":        nil,
		".hidden.log":      text,
		".git/config.log":  text,
		"wtmp":             []byte("\x07\x00\x00\x00\x01tty1\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00"),
		"old.log.xz":       []byte("\xfd7zXZ\x00\x00\x04"),
		"truncated-to.log": append(make([]byte, 8000), text...),
		"latin.log":        []byte("caf\xe9 \xff\xfe text in an old encoding\n"),
	} {
		writeFile(t, folder, name, content)
	}
	return folder
}

// relative takes the folder off paths and sentences.
func relative(folder string, texts []string) (out []string) {
	for _, s := range texts {
		out = append(out, strings.ReplaceAll(s, folder+string(filepath.Separator), ""))
	}
	return out
}

func paths(files []File) (out []string) {
	for _, f := range files {
		out = append(out, f.Path)
	}
	return out
}

func TestFolderGivesItsLogs(t *testing.T) {
	folder := logFolder(t)
	if err := os.Symlink(filepath.Join(folder, "access.log"), filepath.Join(folder, "current.log")); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(folder, "access.log.1"), filepath.Join(folder, "linked.log")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(folder, "gone.log")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("..", filepath.Join(folder, "b", "circle")); err != nil {
		t.Fatal(err)
	}
	files, notes, err := Expand([]string{folder})
	if err != nil {
		t.Fatal(err)
	}
	wantPaths := []string{"access.log", "access.log.1", "access.log.2.gz", "b/deep/er.log", "b/export.json", "latin.log", "truncated-to.log"}
	if diff := cmp.Diff(wantPaths, relative(folder, paths(files))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	wantNotes := []string{
		"empty.log is left out: it is empty",
		"wtmp is left out: it is no text",
		"old.log.xz is left out: it is an archive, or compressed otherwise than with gz, zst or bz2",
		"gone.log is left out: it is a link to a file that does not exist",
		"current.log is the same file as access.log and is read once",
		"linked.log is the same file as access.log.1 and is read once",
	}
	if diff := cmp.Diff(wantNotes, relative(folder, notes)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if f := files[2]; f.Compression != Gzip || f.Framing != Lines || f.Size == 0 {
		t.Errorf("the gzip file is %+v", f)
	}
	if f := files[4]; f.Compression != None || f.Framing != Objects {
		t.Errorf("the JSON array is %+v", f)
	}
}

func TestPatternsAndNames(t *testing.T) {
	folder := logFolder(t)
	in := func(names ...string) (args []string) {
		for _, n := range names {
			if n != StdinPath {
				n = filepath.Join(folder, n)
			}
			args = append(args, n)
		}
		return args
	}
	odd := writeFile(t, folder, "odd[1].log", []byte("text\n"))
	for _, c := range []struct{ args, want []string }{
		{in("access*"), in("access.log", "access.log.1", "access.log.2.gz")},
		{in("access.log.[0-9]", "access.log"), in("access.log.1", "access.log")},
		{in("*.log.1", "access.log.?"), in("access.log.1")},
		{in("b*"), in("b/deep/er.log", "b/export.json")},
		{in(".hidden.log"), in(".hidden.log")},
		{in(".hid*"), in(".hidden.log")},
		{in("-", "access.log", "-"), in("-", "access.log")},
		{in("wtmp"), in("wtmp")}, // asked for by name: what it is shows when it is read
		{in("empty.log", "latin.log"), in("latin.log")},
		{[]string{odd}, []string{odd}},
	} {
		files, _, err := Expand(c.args)
		if err != nil {
			t.Errorf("Expand(%q): %v", c.args, err)
		}
		if diff := cmp.Diff(c.want, paths(files)); diff != "" {
			t.Errorf("Expand(%q) (-want +got):\n%s", c.args, diff)
		}
	}
}

func TestLinkedFolderIsRead(t *testing.T) {
	folder := logFolder(t)
	link := filepath.Join(t.TempDir(), "logs")
	if err := os.Symlink(filepath.Join(folder, "b"), link); err != nil {
		t.Fatal(err)
	}
	files, _, err := Expand([]string{link})
	if err != nil || len(files) != 2 {
		t.Errorf("files %v, error %v", paths(files), err)
	}
}

func TestWhatCannotBeReadIsSaidInOneSentence(t *testing.T) {
	folder := logFolder(t)
	writeFile(t, folder, "none/.hidden", []byte("x"))
	writeFile(t, folder, "tar.gz", gzipped(t, append(append([]byte("access.log"), make([]byte, tarMagicAt-10)...), "ustar\x00"...)))
	if err := os.Symlink("nowhere", filepath.Join(folder, "gone.log")); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]string{
		"missing.log": "missing.log does not exist: check the name",
		"missing*":    "missing* matches no file: check the folder and the pattern",
		"[":           "[ is no valid pattern: close the bracket, or put a backslash before it",
		"none":        "none has no log files: nothing in it is text, not empty and not hidden",
		"empty.log":   "nothing to read: empty.log is left out: it is empty",
		"gone.log":    "gone.log is a link to a file that does not exist: name the file itself",
		"old.log.xz":  "old.log.xz is an xz file: decompress it: xz -dc FILE | floodgauge report -",
		"tar.gz":      "tar.gz is a tar archive: unpack it and name the folder",
	} {
		_, _, err := Expand([]string{filepath.Join(folder, arg)})
		if err == nil {
			t.Errorf("%s: no error", arg)
		} else if diff := cmp.Diff(want, relative(folder, []string{err.Error()})[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", arg, diff)
		}
	}
	_, _, err := Expand([]string{filepath.Join(folder, "missing.log"), filepath.Join(folder, "none"), "/dev/null"})
	if err == nil || strings.Count(err.Error(), "\n") != 2 || !strings.Contains(err.Error(), "/dev/null is a pipe or a device") {
		t.Errorf("three mistakes give %v", err)
	}
	if _, _, err := Expand(nil); err == nil {
		t.Error("no arguments: no error")
	}
}

func TestUnreadableFileIsAnError(t *testing.T) {
	err := cannotRead("/var/log/nginx/access.log", &os.PathError{Op: "open", Path: "/var/log/nginx/access.log", Err: os.ErrPermission})
	want := "/var/log/nginx/access.log cannot be read by this user: run as one who may read it (on many systems the group adm), or copy it"
	if err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestManyFilesAreLeftOutInOneSentence(t *testing.T) {
	folder := logFolder(t)
	for _, name := range []string{"1", "2", "3", "4", "5", "6"} {
		if err := os.WriteFile(filepath.Join(folder, name+".log"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, notes, err := Expand([]string{folder})
	if err != nil {
		t.Fatal(err)
	}
	want := "7 files are left out, because they are empty: 1.log, 2.log, 3.log, 4.log, 5.log and 2 more"
	if got := relative(folder, notes)[0]; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
