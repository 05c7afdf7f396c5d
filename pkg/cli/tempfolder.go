package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// tempPrefix begins the names of the folders in which runs keep what their children write.
const tempPrefix = "floodgauge-"

// abandonedAfter is the age from which on a folder that nobody holds is one of a killed run.
const abandonedAfter = 24 * time.Hour

// tempFolder makes a folder for the results of a run, which release removes, and removes what runs that were killed left of theirs.
func tempFolder(now time.Time) (dir string, release func(), err error) {
	removeAbandoned(os.TempDir(), now)
	if dir, err = os.MkdirTemp("", tempPrefix); err != nil {
		return "", nil, fmt.Errorf("no folder for results can be made in %s (%s); set TMPDIR to a folder that can be written to", os.TempDir(), plainReason(err))
	}
	unlock := hold(dir)
	return dir, func() { unlock(); _ = os.RemoveAll(dir) }, nil
}

// removeAbandoned removes this user's folders that are old and that no run holds. What cannot be removed is no trouble of this run.
func removeAbandoned(parent string, now time.Time) {
	paths, err := filepath.Glob(filepath.Join(parent, tempPrefix+"*"))
	if err != nil {
		return
	}
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() || now.Sub(info.ModTime()) < abandonedAfter || !mine(info) || held(path) {
			continue
		}
		_ = os.RemoveAll(path)
	}
}
