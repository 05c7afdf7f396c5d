//go:build unix

package cli

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// hold marks a folder as one in use until release, or until this process ends, however it does.
func hold(dir string) (release func()) {
	f, err := os.Open(dir) //nolint:gosec // G304: a folder that this process made
	if err != nil {
		return func() {}
	}
	_ = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) // some file systems know no locks; the folder then counts as held by nobody after a day
	return func() { _ = f.Close() }
}

// held tells whether a running process holds a folder, or nobody can tell.
func held(dir string) bool {
	f, err := os.Open(dir) //nolint:gosec // G304: a folder with this program's prefix
	if err != nil {
		return true
	}
	defer f.Close()
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil
}

// mine tells whether a file belongs to this process's user.
func mine(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
