package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// createFile creates or empties the file that a flag names. The error is a sentence for people.
func createFile(flag, path string) (*os.File, error) {
	f, err := os.Create(path)
	if err == nil {
		return f, nil
	}
	return nil, createError(flag, path, err)
}

// createError explains why the file that a flag names cannot be opened for writing.
func createError(flag, path string, err error) error {
	return fmt.Errorf("%s %s: %s", flag, spelling.Path(path), createMessage(path, err))
}

func createMessage(path string, err error) string {
	switch {
	case errors.Is(err, syscall.EISDIR):
		return "this is a directory; name a file in it"
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("there is no directory %s; create it first", spelling.Path(filepath.Dir(path)))
	case errors.Is(err, fs.ErrPermission):
		return "the file may not be written; choose another place or give this user the right to write there"
	}
	return fmt.Sprintf("the file cannot be created (%s); choose another place", plainReason(err))
}

// plainReason is the system's word for what went wrong, without the call and the path.
func plainReason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return "unknown reason"
}

// cannotPrint tells whether err is that standard output cannot be written, which commands hand on as it is.
func cannotPrint(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path) && path.Op == "write" && path.Path == os.Stdout.Name()
}

// writeMessage explains why writing to a place failed that was open already.
func writeMessage(place string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%s cannot be written any further because the disk is full; make room and start again", place)
	case errors.Is(err, syscall.EPIPE):
		return fmt.Errorf("%s cannot be written any further because its reader has gone", place)
	}
	return fmt.Errorf("%s cannot be written (%s)", place, plainReason(err))
}
