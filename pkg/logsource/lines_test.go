package logsource

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// gotLine is a line as a reader of blocks sees it.
type gotLine struct {
	Off     int64
	Text    string // without padding and line end
	TooLong int64
	Broken  bool
}

// collect takes blocks apart into lines. It copies, as the block's data is used again.
func collect(lines *[]gotLine) func(*logentry.Block) error {
	return func(b *logentry.Block) error {
		if b.TooLong > 0 {
			*lines = append(*lines, gotLine{Off: b.Offset, TooLong: b.TooLong, Broken: b.Broken})
			return nil
		}
		off := b.Offset
		for rest := b.Data; len(rest) > 0; {
			line, after, ended := bytes.Cut(rest, []byte{'\n'})
			text := line
			if ended {
				line = rest[:len(line)+1]
			}
			*lines = append(*lines, gotLine{Off: off, Text: string(text), Broken: b.Broken && len(after) == 0})
			off += int64(len(line))
			rest = after
		}
		return nil
	}
}

// linesOf is the definition that reading is held against.
func linesOf(content []byte, maxLine int) (lines []gotLine) {
	off := int64(0)
	for rest := content; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte{'\n'})
		length := int64(len(rest) - len(after))
		if ended && len(line) > maxLine || !ended && len(rest) > maxLine {
			lines = append(lines, gotLine{Off: off, TooLong: length})
		} else {
			lines = append(lines, gotLine{Off: off, Text: string(line)})
		}
		off, rest = off+length, after
	}
	return lines
}

func writeFile(t testing.TB, folder, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readWith reads a range with limits of the test's choice.
func readWith(r Range, o Options, l limits) (lines []gotLine, err error) {
	rd := newReader(context.Background(), r, o, collect(&lines))
	rd.limits = l
	return lines, rd.read()
}

// mayBeText gives content with the bytes that matter: line ends, NUL, '\r', invalid UTF-8.
func mayBeText(max int) *rapid.Generator[[]byte] {
	return rapid.SliceOfN(rapid.SampledFrom([]byte("aaaaaaaaab\n\n\r\x00\xff{}")), 0, max)
}

func TestAnySplitGivesEveryLineOnce(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		content := mayBeText(400).Draw(t, "content")
		maxLine := rapid.IntRange(4, 40).Draw(t, "maxLine")
		l := limits{block: rapid.IntRange(1, maxLine).Draw(t, "block"), maxLine: maxLine}
		cuts := rapid.SliceOfN(rapid.Int64Range(0, int64(len(content))), 0, 6).Draw(t, "cuts")
		path := filepath.Join(folder, "any.log")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		var lines []gotLine
		var progress int64
		for _, r := range rangesOf(path, int64(len(content)), cuts) {
			got, err := readWith(r, Options{Progress: func(n int64) { progress += n }}, l)
			if err != nil {
				t.Fatalf("range %d-%d: %v", r.From, r.To, err)
			}
			lines = append(lines, got...)
		}
		if diff := cmp.Diff(linesOf(content, maxLine), lines); diff != "" {
			t.Fatalf("lines (-want +got):\n%s", diff)
		}
		if progress != int64(len(content)) {
			t.Fatalf("progress adds up to %d of %d bytes", progress, len(content))
		}
	})
}

func rangesOf(path string, size int64, cuts []int64) (ranges []Range) {
	from := int64(0)
	for _, to := range append(sorted(cuts), size) {
		ranges = append(ranges, Range{Path: path, From: from, To: to, Size: size})
		from = to
	}
	return ranges
}

func TestStreamsGiveEveryLineOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := mayBeText(400).Filter(func(b []byte) bool { return framingOf(b) == Lines }).Draw(t, "content")
		maxLine := rapid.IntRange(4, 40).Draw(t, "maxLine")
		l := limits{block: rapid.IntRange(1, maxLine).Draw(t, "block"), maxLine: maxLine}
		in := pieces{bytes.NewReader(content), rapid.IntRange(1, 50).Draw(t, "piece")}
		lines, err := readWith(Range{Path: StdinPath, To: -1, Whole: true, Size: -1}, Options{Stdin: in}, l)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(linesOf(content, maxLine), lines); diff != "" {
			t.Fatalf("lines (-want +got):\n%s", diff)
		}
	})
}

// pieces is a reader that gives a few bytes at a time, as a pipe may.
type pieces struct {
	in  io.Reader
	max int
}

func (p pieces) Read(b []byte) (int, error) { return p.in.Read(b[:min(len(b), p.max)]) }

func TestHugeLineIsOneMarkWithItsLength(t *testing.T) {
	const huge = 100 << 20
	content := append([]byte("first\n"), bytes.Repeat([]byte("x"), huge)...)
	content = append(content, "\nlast\n"...)
	path := writeFile(t, t.TempDir(), "huge.log", content)
	want := []gotLine{{Off: 0, Text: "first"}, {Off: 6, TooLong: huge + 1}, {Off: 6 + huge + 1, Text: "last"}}

	var whole, cut []gotLine
	if err := ReadRange(context.Background(), Range{Path: path, To: -1, Size: -1}, Options{}, collect(&whole)); err != nil {
		t.Fatal(err)
	}
	for _, r := range rangesOf(path, int64(len(content)), []int64{3, 20 << 20, 60 << 20}) {
		if err := ReadRange(context.Background(), r, Options{}, collect(&cut)); err != nil {
			t.Fatal(err)
		}
	}
	for _, got := range [][]gotLine{whole, cut} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
	}
}

func TestLineOfTheGreatestLength(t *testing.T) {
	for _, end := range []string{"", "\n", "\nnext"} {
		for _, more := range []int{0, 1} {
			content := append(bytes.Repeat([]byte("x"), logentry.MaxLine+more), end...)
			path := writeFile(t, t.TempDir(), "long.log", content)
			var got []gotLine
			if err := ReadRange(context.Background(), Range{Path: path, To: -1, Size: -1}, Options{}, collect(&got)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(linesOf(content, logentry.MaxLine), got); diff != "" {
				t.Errorf("%d more, end %q: lines differ", more, end)
			}
		}
	}
}
