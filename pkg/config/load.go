package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// maxSize is more than any configuration needs; it keeps a wrong path (a log, a device) from being read into memory.
const maxSize = 4 << 20

// Load reads and checks the file at path. An error is of type Mistakes and holds all of them.
func Load(path string) (*Config, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, Mistakes{{File: path, Message: fileMessage(err)}}
	}
	return Parse(path, data)
}

// Parse checks data as the contents of the file at path, from whose folder relative paths start. An error is of type Mistakes.
func Parse(path string, data []byte) (*Config, error) {
	r := &reader{file: path}
	root := r.document(data)
	c := Default()
	c.File = path
	if root != nil {
		r.config(root, c)
	}
	if len(r.mistakes) > 0 {
		return nil, r.mistakes.sorted()
	}
	return c, nil
}

var errTooLarge = errors.New("too large")

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err == nil && len(data) > maxSize {
		err = errTooLarge
	}
	return data, err
}

func fileMessage(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file; check the path"
	case errors.Is(err, fs.ErrPermission):
		return "the file may not be read; give this user the right to read it"
	case errors.Is(err, syscall.EISDIR):
		return "this is a directory; name the configuration file in it"
	case errors.Is(err, errTooLarge):
		return fmt.Sprintf("the file is larger than %d MiB, so it is no configuration; check the path", maxSize>>20)
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return fmt.Sprintf("the file cannot be read (%s); check the disk and the path", errno.Error())
	}
	return "the file cannot be read; check the disk and the path"
}
