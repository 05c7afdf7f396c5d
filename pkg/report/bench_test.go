package report

import (
	"testing"
)

// The sizes of a busy proxy's minute: 300 hosts, 100,000 lines.
const (
	benchHosts = 300
	benchLines = 333
)

func benchTraffic() [benchHosts][]Request {
	var hosts [benchHosts][]Request
	for h := range hosts {
		hosts[h] = newTraffic(uint64(h), 60).requests(benchLines)
	}
	return hosts
}

// BenchmarkAdd adds to 300 summaries in turn, so that each comes cold from memory as in a real log.
func BenchmarkAdd(b *testing.B) {
	hosts := benchTraffic()
	var summaries [benchHosts]*Summary
	for h := range summaries {
		summaries[h] = summarize(10, hosts[h])
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h := i % benchHosts
		summaries[h].Add(&hosts[h][i/benchHosts%benchLines])
	}
}

// BenchmarkMinute is what a minute of 300 hosts costs per line from empty summaries on.
func BenchmarkMinute(b *testing.B) {
	hosts := benchTraffic()
	b.ReportAllocs()
	held := 0
	for b.Loop() {
		var summaries [benchHosts]*Summary
		for i := range benchHosts * benchLines {
			h := i % benchHosts
			if summaries[h] == nil {
				summaries[h] = New(10)
			}
			summaries[h].Add(&hosts[h][i/benchHosts])
		}
		held = summaries[0].Size()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchHosts*benchLines), "ns/line")
	b.ReportMetric(float64(held), "B/summary")
}

func BenchmarkAppendBinary(b *testing.B) {
	hosts := benchTraffic()
	var summaries [benchHosts]*Summary
	for h := range summaries {
		summaries[h] = summarize(10, hosts[h])
	}
	var encoded []byte
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		encoded = summaries[i%benchHosts].AppendBinary(encoded[:0])
	}
	b.ReportMetric(float64(len(encoded)), "B/encoded")
}

func BenchmarkDecode(b *testing.B) {
	encoded := benchEncoded()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := Decode(encoded[i%benchHosts]); err != nil {
			b.Fatal(err)
		}
	}
}

func benchEncoded() (encoded [benchHosts][]byte) {
	for h, requests := range benchTraffic() {
		encoded[h] = summarize(10, requests).AppendBinary(nil)
	}
	return encoded
}

// BenchmarkMerge merges two decoded summaries of the same host; the decoding is part of it, as in the graph.
func BenchmarkMerge(b *testing.B) {
	encoded := benchEncoded()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s, err := Decode(encoded[i%benchHosts])
		if err != nil {
			b.Fatal(err)
		}
		o, err := Decode(encoded[(i+1)%benchHosts])
		if err != nil {
			b.Fatal(err)
		}
		s.Merge(o)
	}
}

func BenchmarkReport(b *testing.B) {
	s := summarize(10, newTraffic(1, 60).requests(benchLines))
	b.ReportAllocs()
	for b.Loop() {
		s.Report("example.org", timeOf(minuteStart), "minute")
	}
}
