package logsource

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// candidate is a file that a pattern or a log's name leads to.
type candidate struct {
	path  string // absolute
	log   string // path of the log that it is one of
	named bool   // a pattern is its very path
	info  fs.FileInfo
}

// finding is what one scan has found so far.
type finding struct {
	candidates []candidate
	problems   []error
	paths      map[string]bool
	taken      map[fileKey][]int // indexes into candidates
	names      logNames
	logs       []string // whose rotated files are looked for
}

// find finds the files that there are by now. Logs come before their rotated files: a log that is renamed meanwhile is found, if twice.
func (f *Follower) find() ([]candidate, []error) {
	found := &finding{names: f.names, paths: map[string]bool{}, taken: map[fileKey][]int{}}
	for _, pattern := range f.patterns {
		found.pattern(pattern)
	}
	folders := map[string]map[string][]string{}
	slices.Sort(found.logs)
	for _, log := range slices.Compact(found.logs) {
		dir := filepath.Dir(log)
		if folders[dir] == nil {
			folders[dir] = found.rotatedIn(dir)
		}
		for _, path := range folders[dir][log] {
			found.entry(path)
		}
	}
	return found.candidates, found.problems
}

func (f *finding) fail(err error) { f.problems = append(f.problems, err) }

func (f *finding) pattern(pattern string) {
	path, err := filepath.Abs(pattern)
	if err != nil {
		f.fail(fmt.Errorf("%s cannot be followed, as this program's own folder is not known: %w; give a path that begins with a slash", pattern, err))
		return
	}
	info, err := os.Stat(path)
	switch {
	case err == nil:
		f.named(path, info)
	case !errors.Is(err, fs.ErrNotExist):
		f.fail(cannotRead(path, err))
	case strings.ContainsAny(pattern, "*?["):
		f.glob(path)
	default:
		f.logs = append(f.logs, path)
		f.fail(fmt.Errorf("%s does not exist yet: it is read as soon as it does; check the name", path))
	}
}

// named takes what is at a path that was given as it is.
func (f *finding) named(path string, info fs.FileInfo) {
	switch {
	case info.IsDir():
		f.folder(path)
	case !info.Mode().IsRegular():
		f.fail(fmt.Errorf("%s is no regular file, and only such can be followed: name the log file itself", path))
	default:
		if target, err := filepath.EvalSymlinks(path); err == nil && target != path {
			f.logs = append(f.logs, path)
			path = target
		}
		f.take(path, info, true)
	}
}

func (f *finding) glob(pattern string) {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		f.fail(fmt.Errorf("%s is no valid pattern: close the bracket, or put a backslash before it", pattern))
		return
	}
	for _, path := range paths {
		if !isHidden(path) || isHidden(pattern) {
			f.entry(path)
		}
	}
	// A log that was renamed may not be there again yet.
	more, _ := filepath.Glob(pattern + "*") // valid as the pattern is
	for _, path := range more {
		log, rotated := f.names.of(path)
		if matches, _ := filepath.Match(pattern, log); rotated && matches && (!isHidden(log) || isHidden(pattern)) {
			f.logs = append(f.logs, log)
		}
	}
}

// folder takes the files in a folder and its folders. As in Expand, links to folders are not followed.
func (f *finding) folder(path string) {
	entries, err := os.ReadDir(path)
	if err != nil {
		f.fail(cannotRead(path, err))
		return
	}
	for _, entry := range entries {
		switch full := filepath.Join(path, entry.Name()); {
		case isHidden(full):
		case entry.IsDir():
			f.folder(full)
		default:
			f.entry(full)
		}
	}
}

// entry takes what was found by a pattern or in a folder, if it is a file.
func (f *finding) entry(path string) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		f.fail(cannotRead(path, err))
	case info.Mode().IsRegular():
		f.take(path, info, false)
	}
}

// rotatedIn lists the rotated files in a folder by their log. Whoever may not list it has the log alone.
func (f *finding) rotatedIn(folder string) map[string][]string {
	rotated := map[string][]string{}
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		full := filepath.Join(folder, entry.Name())
		if log, is := f.names.of(full); is {
			rotated[log] = append(rotated[log], full)
		}
	}
	return rotated
}

// take takes a file once, by whatever paths it is found.
func (f *finding) take(path string, info fs.FileInfo, named bool) {
	key := fileKey{info.Size(), info.ModTime().UnixNano()}
	for _, i := range f.taken[key] {
		if other := &f.candidates[i]; os.SameFile(other.info, info) {
			other.named = other.named || named
			return
		}
	}
	if f.paths[path] {
		return // it has changed since
	}
	f.paths[path] = true
	f.taken[key] = append(f.taken[key], len(f.candidates))
	log, rotated := f.names.of(path)
	if !rotated {
		f.logs = append(f.logs, log)
	}
	f.candidates = append(f.candidates, candidate{path: path, log: log, named: named, info: info})
}
