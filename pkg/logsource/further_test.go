package logsource

import (
	"bytes"
	"strings"
	"testing"
)

// TestFurther: what follows an unreadable beginning is found in a plain file, in a compressed one and in standard input, which can still be read.
func TestFurther(t *testing.T) {
	good := bytes.Repeat([]byte("a good line\n"), 20_000)
	for name, begin := range map[string][]byte{
		"NUL bytes without a line end": make([]byte, 300_000),
		"other lines":                  bytes.Repeat([]byte("garbage, and more than a sample of it\n"), 20_000),
	} {
		text := append(append(begin, '\n'), good...)
		for kind, content := range map[string][]byte{"a.log": text, "a.log.gz": gzipped(t, text)} {
			path := writeFile(t, t.TempDir(), kind, content)
			files, _, err := Expand([]string{path})
			if err != nil {
				t.Fatal(err)
			}
			if !found(files[0], nil, "a good line\n") {
				t.Errorf("%s, %s: the good lines are not found", name, kind)
			}
		}
		stdin := NewStdin(bytes.NewReader(text))
		if !found(File{Path: StdinPath, Size: -1}, stdin, "a good line\n") {
			t.Errorf("%s, standard input: the good lines are not found", name)
		}
		var read bytes.Buffer
		if _, err := read.ReadFrom(stdin); err != nil || !bytes.Equal(read.Bytes(), text) {
			t.Errorf("%s: %d of %d bytes are left, %v", name, read.Len(), len(text), err)
		}
	}
}

func found(f File, stdin *Stdin, line string) bool {
	for sample := range Further(f, stdin) {
		if strings.HasPrefix(string(sample), line) || strings.Contains(string(sample), "\n"+line) {
			return true
		}
	}
	return false
}

// TestFurtherIsBounded: of a large file without any good line only a part is looked at.
func TestFurtherIsBounded(t *testing.T) {
	text := bytes.Repeat([]byte("garbage, and more than a sample of it\n"), 1_000_000)
	for kind, content := range map[string][]byte{"a.log": text, "a.log.gz": gzipped(t, text)} {
		path := writeFile(t, t.TempDir(), kind, content)
		files, _, err := Expand([]string{path})
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for sample := range Further(files[0], nil) {
			seen += len(sample)
		}
		if seen < 1<<20 || seen > 9<<20 {
			t.Errorf("%s: %d bytes of samples", kind, seen)
		}
	}
}
