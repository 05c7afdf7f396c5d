package attack

import (
	"strconv"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

// Marks of a sampled request, as the schema numbers them; the first three are the summary's.
const (
	inAll       = uint32(report.InAll)
	inProtected = uint32(report.InProtected)
	inSuspect   = uint32(report.InSuspect)
	ofStatic    = 8
	withQuery   = 16
	ofAccused   = 32
)

// sampleOf writes a summary's samples as columns.
func sampleOf(sum *report.Summary, accused map[uint32]bool) *schemas.Sample {
	w := newSampleWriter(sum.Sampled())
	sum.EachSampled(func(d *report.Sampled, in report.Samples) { w.add(d, uint32(in), accused[d.Client] && d.Client != 0) })
	return w.sample
}

type sampleWriter struct {
	sample *schemas.Sample
	places map[string]uint32
}

// newSampleWriter makes room for n requests.
func newSampleWriter(n int) *sampleWriter {
	// All columns of numbers lie in one piece of memory.
	const columns = 9
	numbers, next := make([]uint32, columns*n), 0
	column := func() []uint32 {
		next += n
		return numbers[next-n : next-n : next]
	}
	s := &schemas.Sample{Texts: make([]string, 1, n+1), Ids: column(), Clients: column(), Paths: column(), Agents: column(), Referrers: column(),
		Countries: column(), Networks: column(), Methods: column(), Marks: column()}
	return &sampleWriter{sample: s, places: map[string]uint32{"": 0}}
}

func (w *sampleWriter) add(d *report.Sampled, in uint32, accused bool) {
	s := w.sample
	s.Ids, s.Clients, s.Networks = append(s.Ids, d.ID), append(s.Clients, d.Client), append(s.Networks, d.Network)
	s.Paths, s.Agents, s.Referrers = append(s.Paths, w.place(d.Path)), append(s.Agents, w.place(d.Agent)), append(s.Referrers, w.place(d.Referrer))
	country := ""
	if d.Country != ([2]byte{}) {
		country = string(d.Country[:])
	}
	s.Countries, s.Methods = append(s.Countries, w.place(country)), append(s.Methods, uint32(d.Method))
	s.Marks = append(s.Marks, in|markIf(d.Static, ofStatic)|markIf(d.Query, withQuery)|markIf(accused, ofAccused))
}

func markIf(set bool, mark uint32) uint32 {
	if set {
		return mark
	}
	return 0
}

func (w *sampleWriter) place(text string) uint32 {
	at, known := w.places[text]
	if !known {
		at = uint32(len(w.sample.Texts))
		w.sample.Texts = append(w.sample.Texts, text)
		w.places[text] = at
	}
	return at
}

// readable is the sample, or none where its columns do not go together: what is usual is learned from others.
func readable(s *schemas.Sample) *schemas.Sample {
	n := len(s.GetIds())
	if n == 0 || len(s.Clients) != n || len(s.Networks) != n || len(s.Methods) != n || len(s.Marks) != n {
		return nil
	}
	for _, column := range [][]uint32{s.Paths, s.Agents, s.Referrers, s.Countries} {
		if len(column) != n {
			return nil
		}
		for _, at := range column {
			if int(at) >= len(s.Texts) {
				return nil
			}
		}
	}
	return s
}

// sizeOf is how many requests are picked out of all.
func sizeOf(s *schemas.Sample) (n int) {
	for _, marks := range s.GetMarks() {
		if marks&inAll != 0 {
			n++
		}
	}
	return n
}

// sampleMix is each value's share of what is picked out of all, 0 to 1.
func sampleMix(s *schemas.Sample, list string) map[string]float64 {
	counts, n := map[uint32]int{}, 0
	for i, at := range columnOf(s, list) {
		if s.Marks[i]&inAll != 0 {
			counts[at]++
			n++
		}
	}
	mix := make(map[string]float64, len(counts))
	for at, count := range counts {
		mix[nameOf(s, list, at)] += float64(count) / float64(n)
	}
	return mix
}

// columnOf is the list's value of each request, by number.
func columnOf(s *schemas.Sample, list string) []uint32 {
	switch list {
	case "top_agents":
		return s.Agents
	case "top_paths":
		return s.Paths
	case "top_networks":
		return s.Networks
	case "top_countries":
		return s.Countries
	case "top_referrers":
		return s.Referrers
	}
	kinds := make([]uint32, len(s.Marks))
	for i, marks := range s.Marks {
		kinds[i] = marks & ofStatic
	}
	return kinds
}

// nameOf is the value that a column has a number for.
func nameOf(s *schemas.Sample, list string, at uint32) string {
	switch {
	case list == kindsOfPath && at == 0:
		return page
	case list == kindsOfPath:
		return static
	case at == 0:
		return none
	case list == "top_networks":
		return "AS" + strconv.FormatUint(uint64(at), 10)
	}
	return s.Texts[at]
}
