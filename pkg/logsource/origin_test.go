package logsource

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

var testKey = logentry.NewKey([16]byte{4, 2})

func testIdentity(first []byte) uint64 { return logentry.FileIdentity(testKey, first) }

// placedLine is a line with all that its id is made from.
type placedLine struct {
	File   uint64
	Offset int64
	Text   string
}

// placed takes blocks apart into lines, as whoever makes line ids does.
func placed(lines *[]placedLine) func(*logentry.Block) error {
	return func(b *logentry.Block) error {
		off := b.Offset
		for line := range bytes.Lines(b.Data) {
			*lines = append(*lines, placedLine{b.File, off, string(bytes.TrimSuffix(line, []byte{'\n'}))})
			off += int64(len(line))
		}
		return nil
	}
}

// placedIn is the definition: a line's file is the identity of all up to the line's end, of 4 KiB at most.
func placedIn(content []byte) (lines []placedLine) {
	off := int64(0)
	for line := range bytes.Lines(content) {
		end := off + int64(len(line))
		lines = append(lines, placedLine{testIdentity(content[:min(end, 4096)]), off, string(bytes.TrimSuffix(line, []byte{'\n'}))})
		off = end
	}
	return lines
}

// logText is text with lines of all lengths, often longer than what a file's identity is made from.
func logText() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		var text []byte
		for _, n := range rapid.SliceOfN(rapid.SampledFrom([]int{0, 1, 5, 80, 300, 1100, 4094, 4095, 4096, 5000}), 1, 40).Draw(t, "lengths") {
			text = append(text, bytes.Repeat([]byte{byte('a' + len(text)%26)}, n)...)
			text = append(text, '\n')
		}
		return text
	})
}

// TestLineKeepsItsPlaceAsFilesGrow: however a file grows between two readings, and however it is renamed and compressed, each of its lines has one
// File and Offset.
func TestLineKeepsItsPlaceAsFilesGrow(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		content := logText().Draw(t, "content")
		want := placedIn(content)
		path := filepath.Join(folder, "growing.log")
		var grown []placedLine
		from := int64(0)
		for _, size := range append(sorted(rapid.SliceOfN(rapid.Int64Range(0, int64(len(content))), 0, 8).Draw(t, "sizes")), int64(len(content))) {
			if err := os.WriteFile(path, content[:size], 0o600); err != nil {
				t.Fatal(err)
			}
			to := int64(bytes.LastIndexByte(content[:size], '\n') + 1)
			prefix := int(min(to, 4096))
			r := Range{Path: path, From: from, To: to, Size: size, Prefix: prefix, Identity: testIdentity(content[:prefix])}
			if err := ReadRange(context.Background(), r, Options{Identity: testIdentity}, placed(&grown)); err != nil {
				t.Fatal(err)
			}
			from = max(from, to)
		}
		if diff := cmp.Diff(want, grown); diff != "" {
			t.Fatalf("lines of a growing file (-want +got):\n%s", diff)
		}
		checkCompressed(t, folder, content, want, rapid.Int64Range(0, int64(len(content))).Draw(t, "cut"))
	})
}

// checkCompressed reads the content out of a compressed file in two pieces.
func checkCompressed(t *rapid.T, folder string, content []byte, want []placedLine, cut int64) {
	path := filepath.Join(folder, "growing.log.1.gz")
	if err := os.WriteFile(path, gzipOf(content), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []placedLine
	for _, r := range []Range{{From: 0, To: cut}, {From: cut, To: -1}} {
		r.Path, r.Whole, r.Size = path, true, -1
		if err := ReadRange(context.Background(), r, Options{Identity: testIdentity}, placed(&got)); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("lines of the compressed file, cut at %d (-want +got):\n%s", cut, diff)
	}
}

func TestReplacedFileIsNoticedByItsPrefix(t *testing.T) {
	path := writeFile(t, t.TempDir(), "a.log", []byte("one\ntwo\n"))
	nothing := func(*logentry.Block) error { return nil }
	for text, ok := range map[string]bool{"one\n": true, "one\ntwo\n": true, "two\n": false, "one\ntwo\nthree\n": false} {
		r := Range{Path: path, To: 4, Size: 8, Prefix: len(text), Identity: testIdentity([]byte(text))}
		if err := ReadRange(context.Background(), r, Options{Identity: testIdentity}, nothing); (err == nil) != ok {
			t.Errorf("a file known by %q: error %v", text, err)
		}
	}
}
