package logsource

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
)

// TextHash is the SHA-256 of a file's text after decompression, as far as the file was long when it was found. Of damaged data it is that of what
// can be read. It cannot be had of standard input.
func TextHash(ctx context.Context, f File) (sum [sha256.Size]byte, err error) {
	in, err := os.Open(f.Path)
	if err != nil {
		return sum, cannotRead(f.Path, err)
	}
	defer in.Close()
	s := openStream(f.Path, io.NewSectionReader(in, 0, f.Size), f.Size)
	defer s.release()
	hash := sha256.New()
	buf := make([]byte, 256<<10)
	for {
		n, err := s.Read(buf)
		_, _ = hash.Write(buf[:n]) // a hash takes everything
		var damage *DamagedError
		switch {
		case err == io.EOF || errors.As(err, &damage): //nolint:errorlint // a stream's end is never wrapped
			return [sha256.Size]byte(hash.Sum(nil)), nil
		case err != nil:
			return sum, err
		case ctx.Err() != nil:
			return sum, ctx.Err()
		}
	}
}
