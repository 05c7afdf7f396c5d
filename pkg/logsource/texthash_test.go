package logsource

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"
)

// Compression and a name do not change what a file says, and what is appended after it was found does not count.
func TestTextHashIsOfTheText(t *testing.T) {
	dir := t.TempDir()
	text := bytes.Repeat([]byte("a line of a log\n"), 50_000)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	hash := func(name string, content []byte, size int) [32]byte {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		sum, err := TextHash(t.Context(), File{Path: path, Size: int64(size)})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	plain := hash("a.log", text, len(text))
	if hash("b.log.gz", packed.Bytes(), packed.Len()) != plain {
		t.Error("compression changes the hash")
	}
	if hash("c.log", append(bytes.Clone(text), "more\n"...), len(text)) != plain {
		t.Error("lines that came later change the hash")
	}
	if hash("d.log", text[1:], len(text)-1) == plain {
		t.Error("another text has the same hash")
	}
	if hash("e.log.gz", packed.Bytes()[:packed.Len()/2], packed.Len()/2) == plain {
		t.Error("half of a text has the same hash")
	}
}
