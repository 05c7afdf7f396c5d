package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// createFile creates or empties the file that a flag names. The error is a sentence for people.
func createFile(flag, path string) (*os.File, error) {
	f, err := os.Create(path)
	if err == nil {
		return f, nil
	}
	return nil, fmt.Errorf("%s %s: %s", flag, path, createMessage(path, err))
}

func createMessage(path string, err error) string {
	var errno syscall.Errno
	switch {
	case errors.Is(err, syscall.EISDIR):
		return "this is a directory; name a file in it"
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("there is no directory %s; create it first", filepath.Dir(path))
	case errors.Is(err, fs.ErrPermission):
		return "the file may not be written; choose another place or give this user the right to write there"
	case errors.As(err, &errno):
		return fmt.Sprintf("the file cannot be created (%s); choose another place", errno.Error())
	}
	return "the file cannot be created; choose another place"
}

// writeMessage explains why writing to a place failed that was open already.
func writeMessage(place string, err error) error {
	var errno syscall.Errno
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%s cannot be written any further because the disk is full; make room and start again", place)
	case errors.Is(err, syscall.EPIPE):
		return fmt.Errorf("%s cannot be written any further because its reader has gone", place)
	case errors.As(err, &errno):
		return fmt.Errorf("%s cannot be written (%s)", place, errno.Error())
	}
	return fmt.Errorf("%s cannot be written", place)
}
