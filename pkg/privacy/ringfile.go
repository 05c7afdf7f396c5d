package privacy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxRing bounds what is read of a file that is taken for a key ring, in bytes.
const maxRing = 64 << 10

// readRing reads the file; where there is none the state is empty. The caller holds the lock.
func readRing(path string) (s ringState, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("key ring %s: cannot open it: %w", path, pathless(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return s, fmt.Errorf("key ring %s: it is no regular file; give another path", path)
	}
	if othersMayRead(info) {
		return s, fmt.Errorf("key ring %s: other users may read it (mode %04o), and with it turn tokens back into addresses: chmod 600 it, "+
			"or delete it to get new keys", path, info.Mode().Perm())
	}
	b, err := io.ReadAll(io.LimitReader(f, maxRing))
	if err != nil {
		return s, fmt.Errorf("key ring %s: cannot read it: %w", path, pathless(err))
	}
	if json.Unmarshal(b, &s) != nil || !s.whole() { // the error would quote keys
		return ringState{}, fmt.Errorf("key ring %s: it is damaged; move it away to get new keys (line ids and tokens will differ from those before)", path)
	}
	return s, nil
}

// whole tells whether a state has all that a ring must have, in the right sizes.
func (s *ringState) whole() bool {
	if s.Version != ringVersion || len(s.Line) != SeedSize || s.Seed.Seed != nil && len(s.Seed.Seed) != SeedSize {
		return false
	}
	for _, d := range s.Days {
		if len(d.Seed) != SeedSize {
			return false
		}
	}
	return true
}

// writeRing replaces the file at once and overwrites the old one. The caller holds the lock.
func writeRing(path string, s ringState) error {
	if err := replaceRing(path, s); err != nil {
		return fmt.Errorf("key ring %s: cannot write it: %w; check that its folder can be written and has space", path, pathless(err))
	}
	return nil
}

func replaceRing(path string, s ringState) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	fresh := path + ".new"
	if err := destroy(fresh); err != nil { // left by a process that was killed
		return err
	}
	if err := writeNew(fresh, b); err != nil {
		return err
	}
	old, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return errors.Join(err, closeIf(old))
	}
	err = syncFolder(filepath.Dir(path))
	if old == nil {
		return err
	}
	return errors.Join(err, overwrite(old), old.Close())
}

func closeIf(f *os.File) error {
	if f == nil {
		return nil
	}
	return f.Close()
}

// writeNew writes a file that does not exist and brings it to the disk.
func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// destroy overwrites and removes a file, if it exists.
func destroy(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(overwrite(f), f.Close(), os.Remove(path))
}

// overwrite fills a file with zeros.
func overwrite(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, err = f.WriteAt(make([]byte, info.Size()), 0)
	return errors.Join(err, f.Sync())
}

// syncFolder brings a rename to the disk. A system that cannot sync folders is no error.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return nil
	}
	_ = d.Sync()
	return d.Close()
}

// pathless takes the path out of an error of package os, as the message names it already.
func pathless(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
