package logentry

import (
	"bytes"
	"os"
	"testing"
)

func BenchmarkFixtures(b *testing.B) {
	data, err := os.ReadFile("testdata/json/gcp.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	p := newReadyJSONParser("gcp")
	var e Entry
	var r raw
	b.SetBytes(int64(len(data) / len(lines)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		e, r = Entry{}, raw{}
		if reason := p.parse(lines[i], &e, &r); reason != OK {
			b.Fatal(reason)
		}
		i++
		if i == len(lines) {
			i = 0
		}
	}
}
