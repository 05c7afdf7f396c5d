package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// destination is where a long run's result goes: standard output, or a file. The file is opened before the run, so that a place that cannot be
// written to is no surprise at its end, and keeps what was in it until the first byte of the result.
type destination struct {
	io.Writer
	file    *os.File // nil for standard output
	created bool     // by this run
	begun   bool
}

// openDestination opens the file that a flag names, or takes stdout where the flag is not used.
func openDestination(flag, path string, stdout io.Writer) (*destination, error) {
	if path == "" {
		return &destination{Writer: stdout}, nil
	}
	_, err := os.Lstat(path)
	created := errors.Is(err, fs.ErrNotExist)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o666) //nolint:gosec // G302: reports name nobody, and the umask says who reads them
	if err != nil {
		return nil, createError(flag, path, err)
	}
	return &destination{Writer: f, file: f, created: created}, nil
}

// begin empties the file. Devices and pipes have nothing to empty.
func (d *destination) begin() error {
	d.begun = true
	if d.file == nil {
		return nil
	}
	info, err := d.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	return d.file.Truncate(0)
}

// end closes the file: some systems tell only then that it could not be written.
func (d *destination) end() error {
	if d.file == nil {
		return nil
	}
	return d.file.Close()
}

// discard leaves things as they were if nothing was begun.
func (d *destination) discard() {
	if d.file == nil || d.begun {
		return
	}
	_ = d.file.Close()
	if d.created {
		_ = os.Remove(d.file.Name())
	}
}
