package logsource

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// benchmarkRange reads a file again and again and looks at every byte, as a parser does. Bytes are those of the text.
func benchmarkRange(b *testing.B, content []byte, textBytes int64, whole bool) {
	path := writeFile(b, b.TempDir(), "a.log", content)
	b.SetBytes(textBytes)
	b.ReportAllocs()
	lines := 0
	for b.Loop() {
		r := Range{Path: path, To: -1, Whole: whole, Size: -1}
		err := ReadRange(context.Background(), r, Options{}, func(b *logentry.Block) error {
			lines += bytes.Count(b.Data, []byte{'\n'})
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadPlain(b *testing.B) {
	text := bytes.Repeat(manyLines(100000), 20)
	benchmarkRange(b, text, int64(len(text)), false)
}

func BenchmarkReadGzip(b *testing.B) {
	text := manyLines(300000)
	benchmarkRange(b, gzipped(b, text), int64(len(text)), true)
}

func BenchmarkReadZstd(b *testing.B) {
	text := manyLines(300000)
	benchmarkRange(b, zstandard(b, text), int64(len(text)), true)
}

func BenchmarkReadIndentedArray(b *testing.B) {
	var objects []map[string]any
	for range 20000 {
		objects = append(objects, map[string]any{"httpRequest": map[string]any{"status": 200, "requestUrl": "https://news.example.org/world/article-1234",
			"userAgent": "Mozilla/5.0 (X11; Linux x86_64)"}, "timestamp": "2026-05-04T12:00:00.123456Z", "labels": []string{"a", "b"}})
	}
	text, err := json.MarshalIndent(objects, "", "  ")
	if err != nil {
		b.Fatal(err)
	}
	benchmarkRange(b, text, int64(len(text)), true)
}
