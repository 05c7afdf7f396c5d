package logsource

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

func length(first []byte) uint64 { return uint64(len(first))<<8 | uint64(first[0]) }

func TestBlocksSayWhereTheyComeFrom(t *testing.T) {
	text := manyLines(20000)
	path := writeFile(t, t.TempDir(), "a.log", text)
	r := Range{Source: 3, Path: path, From: 5000, To: int64(len(text)) - 1000, Size: int64(len(text))}
	next := int64(bytes.IndexByte(text[4999:], '\n')) + 5000
	blocks := 0
	err := ReadRange(context.Background(), r, Options{Identity: length}, func(b *logentry.Block) error {
		blocks++
		if b.Source != 3 || b.File != 4096<<8|'1' || b.Offset != next || len(b.Data) > 1<<20 {
			t.Fatalf("block %d: source %d, file %d, offset %d (want %d), %d bytes", blocks, b.Source, b.File, b.Offset, next, len(b.Data))
		}
		if !bytes.Equal(b.Data, text[next:next+int64(len(b.Data))]) || b.Data[len(b.Data)-1] != '\n' {
			t.Fatalf("block %d is not what the file has there", blocks)
		}
		next += int64(len(b.Data))
		return nil
	})
	if err != nil || blocks < 2 {
		t.Errorf("%d blocks, error %v", blocks, err)
	}
}

func TestGrowingFileIsReadToWhatItWas(t *testing.T) {
	path := writeFile(t, t.TempDir(), "a.log", []byte("one\ntwo\nthr"))
	files, _, err := Expand([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	appendTo(t, path, "ee\nfour\n")
	var got []gotLine
	if err := ReadRange(context.Background(), Split(files, 1)[0][0], Options{}, collect(&got)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(linesOf([]byte("one\ntwo\nthree\n"), 100), got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestChangedFileIsNoticed(t *testing.T) {
	text := manyLines(20000)
	path := writeFile(t, t.TempDir(), "a.log", text)
	size := int64(len(text))
	r := Range{Path: path, To: size, Size: size, Identity: length(text[:identityBytes]), Prefix: identityBytes}
	cases := map[string]func(*logentry.Block) error{
		"shorter while it is read": func(*logentry.Block) error { return os.Truncate(path, 10) },
		"shorter before":           nil,
	}
	for _, name := range []string{"shorter while it is read", "shorter before"} {
		err := ReadRange(context.Background(), r, Options{}, cases[name])
		if !errors.Is(err, ErrChanged) || !strings.Contains(err.Error(), path+" changed while it was read") {
			t.Errorf("%s: %v", name, err)
		}
	}
	writeFile(t, t.TempDir(), "b.log", text)
	writeFile(t, strings.TrimSuffix(path, "/a.log"), "a.log", append([]byte("another"), text...))
	nothing := func(*logentry.Block) error { t.Error("something was read"); return nil }
	if err := ReadRange(context.Background(), r, Options{Identity: length}, nothing); !errors.Is(err, ErrChanged) {
		t.Errorf("replaced: %v", err)
	}
	r.Path += ".gone"
	if err := ReadRange(context.Background(), r, Options{}, nothing); err == nil || !strings.HasSuffix(err.Error(), "does not exist: check the name") {
		t.Errorf("gone: %v", err)
	}
}

func TestCompressedFileThatGetsShorterIsChangedNotDamaged(t *testing.T) {
	content := gzipped(t, manyLines(200000))
	path := writeFile(t, t.TempDir(), "a.gz", content)
	r := Range{Path: path, To: -1, Whole: true, Size: int64(len(content))}
	err := ReadRange(context.Background(), r, Options{}, func(*logentry.Block) error { return os.Truncate(path, 100) })
	if !errors.Is(err, ErrChanged) {
		t.Errorf("error = %v", err)
	}
}

func TestEmitAndContextStopTheReading(t *testing.T) {
	text := manyLines(50000)
	stop := errors.New("stop")
	for name, content := range map[string][]byte{"plain": text, "gzip": gzipped(t, text)} {
		path := writeFile(t, t.TempDir(), "a.log", content)
		r := Range{Path: path, To: -1, Whole: name == "gzip", Size: -1}
		calls := 0
		err := ReadRange(context.Background(), r, Options{}, func(*logentry.Block) error { calls++; return stop })
		if !errors.Is(err, stop) || calls != 1 {
			t.Errorf("%s: emit's error: %v after %d calls", name, err, calls)
		}
		ctx, cancel := context.WithCancel(context.Background())
		calls = 0
		err = ReadRange(ctx, r, Options{}, func(*logentry.Block) error { calls++; cancel(); return nil })
		if !errors.Is(err, context.Canceled) || calls != 1 {
			t.Errorf("%s: cancelled: %v after %d calls", name, err, calls)
		}
	}
}

func TestTruncatedArrayIsReadUpToTheEnd(t *testing.T) {
	var array bytes.Buffer
	array.WriteString("[\n")
	for i := range 20000 {
		array.WriteString("  {\n    \"n\": \"" + strings.Repeat("ab", i%40) + "\"\n  },\n")
	}
	gz := gzipped(t, array.Bytes())
	got, err := readFile(writeFile(t, t.TempDir(), "a.json.gz", gz[:len(gz)/2]), Options{})
	var damage *DamagedError
	if !errors.As(err, &damage) || !damage.Early {
		t.Fatalf("error = %v", err)
	}
	for i, line := range got {
		want := `{"n":"` + strings.Repeat("ab", i%40) + `"}`
		if text := strings.TrimRight(line.Text, " "); text != want && (i+1 < len(got) || !line.Broken) {
			t.Fatalf("line %d is %q, want %q", i, text, want)
		}
	}
	if len(got) < 5000 {
		t.Errorf("only %d lines", len(got))
	}
}

func TestHead(t *testing.T) {
	text := manyLines(20000)
	long := append(append(bytes.Repeat([]byte("x"), 2*logentry.MaxLine), '\n'), "short\n"...)
	array := []byte("[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  }\n]\n")
	for name, c := range map[string]struct{ content, sample, first []byte }{
		"plain":     {text, text[:bytes.LastIndexByte(text[:sampleBytes], '\n')+1], text[:4096]},
		"gzip":      {gzipped(t, text), text[:bytes.LastIndexByte(text[:sampleBytes], '\n')+1], text[:4096]},
		"short":     {[]byte("a\nb"), []byte("a\nb"), []byte("a\nb")},
		"long line": {long, []byte("short\n"), long[:4096]},
		"array":     {array, []byte("{\"a\":1}" + strings.Repeat(" ", 12) + "\n{\"a\":2}"), array},
		"damaged":   {gzipped(t, text)[:20000], nil, text[:4096]},
	} {
		t.Run(name, func(t *testing.T) {
			files, _, err := Expand([]string{writeFile(t, t.TempDir(), "a.log", c.content)})
			if err != nil {
				t.Fatal(err)
			}
			sample, first, err := Head(files[0], nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.sample != nil && !bytes.Equal(sample, c.sample) {
				t.Errorf("sample is %d bytes %.60q, want %d bytes %.60q", len(sample), sample, len(c.sample), c.sample)
			}
			if !bytes.HasPrefix(text, sample) && c.sample == nil {
				t.Error("the sample is not the beginning of the text")
			}
			if !bytes.Equal(first, c.first) {
				t.Errorf("first is %d bytes, want %d", len(first), len(c.first))
			}
		})
	}
}

func TestStdinCanBeLookedInto(t *testing.T) {
	text := manyLines(20000)
	for name, content := range map[string][]byte{"plain": text, "gzip": gzipped(t, text), "empty": nil} {
		stdin := NewStdin(pieces{bytes.NewReader(content), 1000})
		for range 2 {
			sample, _, err := Head(File{Path: StdinPath, Size: -1}, stdin)
			if err != nil || !bytes.HasPrefix(text, sample) || (len(sample) == 0) != (name == "empty") {
				t.Fatalf("%s: a sample of %d bytes, error %v", name, len(sample), err)
			}
		}
		var got []gotLine
		r := Range{Path: StdinPath, To: -1, Whole: true, Size: -1}
		if err := ReadRange(context.Background(), r, Options{Stdin: stdin}, collect(&got)); err != nil {
			t.Fatal(err)
		}
		want := linesOf(text, logentry.MaxLine)
		if name == "empty" {
			want = nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the lines differ", name)
		}
	}
}
