package logsource

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Expand finds the files that arguments mean: files, folders with all that is in them, patterns that no shell has expanded, and "-" for
// standard input. Files come in the order of the arguments, those of a folder by name. A folder's hidden files and its files that are no text
// are left out; a file that is meant twice, by whatever path, comes once.
//
// notes are sentences about what was left out. err holds one sentence for each argument that cannot be read.
func Expand(args []string) (files []File, notes []string, err error) {
	e := &expansion{seen: map[fileKey][]seenFile{}}
	for _, arg := range args {
		if err := e.argument(arg); err != nil {
			e.errs = append(e.errs, err)
		}
	}
	notes = e.notes()
	if len(e.files) == 0 && len(e.errs) == 0 {
		e.errs = append(e.errs, nothingToRead(notes))
	}
	return e.files, notes, errors.Join(e.errs...)
}

func nothingToRead(notes []string) error {
	if len(notes) == 0 {
		return errors.New("nothing to read: name log files or folders, or - for standard input")
	}
	return fmt.Errorf("nothing to read: %s", strings.Join(notes, "; "))
}

// expansion is what was found so far.
type expansion struct {
	files []File
	left  [reasonCount][]string // what was left out, by the reason
	twice []string              // sentences about files that are meant twice
	errs  []error
	stdin bool
	seen  map[fileKey][]seenFile
}

// fileKey narrows down which files may be the same.
type fileKey struct {
	size  int64
	nanos int64 // time of the last change
}

type seenFile struct {
	info fs.FileInfo
	path string
}

func (e *expansion) argument(arg string) error {
	if arg == StdinPath {
		if !e.stdin {
			e.files = append(e.files, File{Path: StdinPath, Size: -1})
		}
		e.stdin = true
		return nil
	}
	_, err := os.Lstat(arg)
	if errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(arg, "*?[") {
		return e.pattern(arg)
	}
	return e.named(arg)
}

// pattern takes every path that matches. As in a shell, hidden ones match only a pattern that begins with a dot.
func (e *expansion) pattern(pattern string) error {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return fmt.Errorf("%s is no valid pattern: close the bracket, or put a backslash before it", name(pattern))
	}
	found := false
	var errs []error
	for _, path := range paths {
		if isHidden(path) && !isHidden(pattern) {
			continue
		}
		found = true
		errs = append(errs, e.named(path))
	}
	if !found {
		return fmt.Errorf("%s matches no file: check the folder and the pattern", name(pattern))
	}
	return errors.Join(errs...)
}

func isHidden(path string) bool {
	base := filepath.Base(path)
	return strings.HasPrefix(base, ".") && base != "." && base != ".."
}

// named takes a file or folder that was asked for by name.
func (e *expansion) named(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return notThere(path, err)
	}
	switch {
	case info.IsDir():
		return e.folder(path)
	case info.Mode()&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0:
		return fmt.Errorf("%s is a pipe or a device, which can be read only once: use - and send it to standard input", name(path))
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file: name the log file itself", name(path))
	}
	_, err = e.file(path, info, true)
	return err
}

func notThere(path string, err error) error {
	if _, lerr := os.Lstat(path); lerr == nil && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is a link to a file that does not exist: name the file itself", name(path))
	}
	return cannotRead(path, err)
}

// folder takes all that is in a folder that was asked for by name.
func (e *expansion) folder(path string) error {
	found, err := e.walk(path)
	if err == nil && found == 0 {
		return fmt.Errorf("%s has no log files: nothing in it is text, not empty and not hidden", name(path))
	}
	return err
}

// walk takes the files in a folder and its folders. found counts what is there to read, files that were taken before included. Links to
// files are followed, links to folders are not: they may lead in circles.
func (e *expansion) walk(folder string) (found int, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return 0, cannotRead(folder, err)
	}
	var errs []error
	for _, entry := range entries {
		if isHidden(entry.Name()) {
			continue
		}
		n, err := e.entry(filepath.Join(folder, entry.Name()), entry.IsDir())
		found += n
		errs = append(errs, err)
	}
	return found, errors.Join(errs...)
}

// entry takes what was found in a folder.
func (e *expansion) entry(path string, isFolder bool) (found int, err error) {
	if isFolder {
		return e.walk(path)
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		e.leave(path, deadLink)
		return 0, nil
	}
	if err != nil {
		return 0, cannotRead(path, err)
	}
	if !info.Mode().IsRegular() {
		return 0, nil
	}
	taken, err := e.file(path, info, false)
	if taken {
		found = 1
	}
	return found, err
}

// file takes a regular file, unless it is empty, or is no text and was not asked for by name. A file that was taken before counts as taken.
func (e *expansion) file(path string, info fs.FileInfo, named bool) (taken bool, err error) {
	if info.Size() == 0 {
		e.leave(path, emptyFile)
		return false, nil
	}
	if first := e.same(path, info); first != "" {
		e.twice = append(e.twice, fmt.Sprintf("%s is the same file as %s and is read once", name(path), name(first)))
		return true, nil
	}
	look, err := lookInto(path, info.Size())
	if err != nil {
		return false, err
	}
	switch {
	case look.refusal != "" && named:
		return false, fmt.Errorf("%s %s", name(path), look.refusal)
	case look.refusal != "":
		e.leave(path, foreignFile)
		return false, nil
	case look.binary && !named:
		e.leave(path, noText)
		return false, nil
	}
	e.files = append(e.files, File{Path: path, Size: info.Size(), Compression: look.compression, Framing: look.framing})
	return true, nil
}

// same returns the path by which the file was taken before, or remembers it.
func (e *expansion) same(path string, info fs.FileInfo) string {
	key := fileKey{info.Size(), info.ModTime().UnixNano()}
	for _, s := range e.seen[key] {
		if os.SameFile(s.info, info) {
			return s.path
		}
	}
	e.seen[key] = append(e.seen[key], seenFile{info, path})
	return ""
}
