package logsource

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// reasonOf returns the plain words of an error of the file system, without the path that they begin with.
func reasonOf(err error) string {
	var pathError *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "this user may not read it"
	case errors.As(err, &pathError):
		return pathError.Err.Error()
	}
	return err.Error()
}

// missingError says that a file is not there. It is fs.ErrNotExist to errors.Is.
type missingError struct{ path string }

func (e missingError) Error() string { return name(e.path) + " does not exist: check the name" }

// Is implements the interface of errors.Is.
func (e missingError) Is(target error) bool { return target == fs.ErrNotExist }

func cannotRead(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return missingError{path}
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s cannot be read by this user: run as one who may read it (on many systems the group adm), or copy it", name(path))
	}
	return fmt.Errorf("%s cannot be read: %s", name(path), reasonOf(err))
}

func changed(path string) error {
	return fmt.Errorf("%s %w: it was replaced or got shorter; read the rotated file, or run again", name(path), ErrChanged)
}

// name is how a path is called in a sentence.
func name(path string) string {
	if path == StdinPath {
		return "standard input"
	}
	return spelling.Path(path)
}
