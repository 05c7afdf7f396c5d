//go:build unix

package access

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile waits until no other process holds the file's lock. It ends with the file's closing.
func lockFile(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX) }
