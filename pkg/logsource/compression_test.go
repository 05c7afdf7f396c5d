package logsource

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

func sorted(v []int64) []int64 { return slices.Sorted(slices.Values(v)) }

// manyLines is text of n different lines.
func manyLines(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "198.51.100.%d - - [04/May/2026:12:%02d:%02d +0000] \"GET /page/%d HTTP/1.1\" 200 %d\n", i%256, i/60%60, i%60, i*7919%10007, i*31%65536)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, parts ...[]byte) []byte {
	t.Helper()
	return gzipOf(parts...)
}

func gzipOf(parts ...[]byte) []byte {
	var b bytes.Buffer
	for _, part := range parts {
		w := gzip.NewWriter(&b)
		w.Name = "access.log"
		_, _ = w.Write(part) // a buffer takes all
		_ = w.Close()
	}
	return b.Bytes()
}

func zstandard(t testing.TB, content []byte) []byte {
	t.Helper()
	return zstandardOf(content)
}

func zstandardOf(content []byte) []byte {
	w, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1)) // these options are valid
	return w.EncodeAll(content, nil)
}

// bzip2ed uses the program, as no library here writes the format.
func bzip2ed(t testing.TB, content []byte) []byte {
	t.Helper()
	return bzip2Of(t, content)
}

func bzip2Of(t tester, content []byte) []byte {
	cmd := exec.Command("bzip2", "-c")
	cmd.Stdin = bytes.NewReader(content)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("bzip2, which this test needs: %v", err)
	}
	return out
}

func readFile(path string, o Options) (lines []gotLine, err error) {
	err = ReadRange(context.Background(), Range{Path: path, To: -1, Whole: true, Size: -1}, o, collect(&lines))
	return lines, err
}

func TestCompressedFilesReadAsTheirText(t *testing.T) {
	text := manyLines(30000)
	half := len(text) / 2
	for name, c := range map[string]struct {
		content []byte
		want    Compression
	}{
		"plain":          {text, None},
		"gzip":           {gzipped(t, text), Gzip},
		"gzip, 2 parts":  {gzipped(t, text[:half], text[half:]), Gzip},
		"gzip, no text":  {gzipped(t, nil, text), Gzip},
		"zstd":           {zstandard(t, text), Zstd},
		"zstd, 2 frames": {append(zstandard(t, text[:half]), zstandard(t, text[half:])...), Zstd},
		"zstd, metadata": {append([]byte("\x50\x2a\x4d\x18\x04\x00\x00\x00meta"), zstandard(t, text)...), Zstd},
		"bzip2":          {bzip2ed(t, text), Bzip2},
		"bzip2, 2 parts": {append(bzip2ed(t, text[:half]), bzip2ed(t, text[half:])...), Bzip2},
	} {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, t.TempDir(), "a.log", c.content)
			files, _, err := Expand([]string{path})
			if err != nil || files[0].Compression != c.want {
				t.Fatalf("Expand = %+v, %v, want %v", files, err, c.want)
			}
			var progress int64
			var first []byte
			got, err := readFile(path, Options{
				Progress: func(n int64) { progress += n },
				Identity: func(b []byte) uint64 {
					if len(b) > len(first) {
						first = bytes.Clone(b)
					}
					return 7
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(linesOf(text, logentry.MaxLine), got); diff != "" {
				t.Error("the lines differ")
			}
			if progress != int64(len(c.content)) {
				t.Errorf("progress adds up to %d of %d bytes", progress, len(c.content))
			}
			if !bytes.Equal(first, text[:identityBytes]) {
				t.Error("the identity is not made from the first 4 KiB of text")
			}
		})
	}
}

func TestDamagedFilesAreReadUpToTheDamage(t *testing.T) {
	text := manyLines(30000)
	flip := func(b []byte) []byte {
		b = bytes.Clone(b)
		for i := range 64 {
			b[len(b)/2+i] ^= 0x5a
		}
		return b
	}
	cut := func(b []byte) []byte { return b[:len(b)*2/3] }
	gz, zst, bz := gzipped(t, text), zstandard(t, text), bzip2ed(t, text)
	for name, c := range map[string]struct {
		content []byte
		early   bool
	}{
		"gzip cut":   {cut(gz), true},
		"gzip flip":  {flip(gz), false},
		"zstd cut":   {cut(zst), true},
		"zstd flip":  {flip(zst), false},
		"bzip2 cut":  {cut(bz), true},
		"bzip2 flip": {flip(bz), false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readFile(writeFile(t, t.TempDir(), "a.log", c.content), Options{})
			var damage *DamagedError
			if !errors.As(err, &damage) || damage.Offset == 0 {
				t.Fatalf("error = %v, want a DamagedError after some text", err)
			}
			if c.early != damage.Early && !strings.Contains(name, "flip") { // flipped bits may look like an early end
				t.Errorf("early = %v, want %v", damage.Early, c.early)
			}
			checkUpTo(t, text, got, damage.Offset, c.early)
		})
	}
}

// checkUpTo wants the lines of text up to an offset, the last of them broken. Behind damage in the middle, which is half-way, lines may be
// nonsense until the decompressor notices.
func checkUpTo(t *testing.T, text []byte, got []gotLine, offset int64, exact bool) {
	t.Helper()
	if !exact {
		got = got[:min(len(got), 10000)]
	}
	want := linesOf(text, logentry.MaxLine)
	for i, line := range got {
		w := want[i]
		if last := exact && i == len(got)-1 && offset < int64(len(text)) && text[offset-1] != '\n'; last {
			w = gotLine{Off: w.Off, Text: string(text[w.Off:offset]), Broken: true}
		}
		if diff := cmp.Diff(w, line); diff != "" {
			t.Fatalf("line %d of %d (-want +got):\n%s", i, len(got), diff)
		}
	}
}

func TestNothingReadableSaysSo(t *testing.T) {
	for name, content := range map[string][]byte{
		"header only": gzipped(t, manyLines(10))[:5],
		"name only":   gzipped(t, manyLines(10))[:14],
		"no zstd":     []byte("\x28\xb5\x2f\xfdnothing of the kind"),
	} {
		lines, err := readFile(writeFile(t, t.TempDir(), "a.gz", content), Options{})
		if err == nil || len(lines) > 0 || !strings.Contains(err.Error(), "nothing in it can be read") {
			t.Errorf("%s: %d lines, error %v", name, len(lines), err)
		}
	}
}

func TestTextMayBeginLikeCompressedData(t *testing.T) {
	for _, text := range []string{"BZh9 is how a bzip2 file begins\n", "BZ", "(\xb5/ no\n"} {
		if c := compressionOf([]byte(text)); c != None {
			t.Errorf("%q is taken for %v", text, c)
		}
	}
}

// TestBytesBehindGzipData are left out as gunzip does, and said; what begins like a further member and is cut off is damage.
func TestBytesBehindGzipData(t *testing.T) {
	text := manyLines(20000)
	var trailing *TrailingError
	var damage *DamagedError
	for name, c := range map[string]struct {
		data   []byte
		target any
	}{
		"garbage":           {append(gzipped(t, text), "garbage"...), &trailing},
		"one byte":          {append(gzipped(t, text), 'x'), &trailing},
		"zeros":             {append(gzipped(t, text), make([]byte, 5000)...), &trailing},
		"two members":       {append(gzipped(t, text[:1000], text[1000:]), "garbage"...), &trailing},
		"a cut header":      {append(gzipped(t, text), 0x1f, 0x8b), &damage},
		"a cut header, too": {append(gzipped(t, text), 0x1f, 0x8b, 8, 0), &damage},
	} {
		path := writeFile(t, t.TempDir(), "a.log.gz", c.data)
		got, err := readFile(path, Options{})
		if !errors.As(err, c.target) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(linesOf(text, logentry.MaxLine), got); diff != "" {
			t.Errorf("%s: the lines differ", name)
		}
		files, _, err := Expand([]string{path})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := Head(files[0], nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
