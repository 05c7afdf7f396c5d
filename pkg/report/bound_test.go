package report

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// A million of everything, each twice: no summary holds more than MaxSize, and neither its encoding nor its row grows.
func TestSummaryIsBounded(t *testing.T) {
	const distinct = 1_000_000
	s := New(10)
	rng := rand.New(rand.NewPCG(1, 1))
	most := 0
	for i := range uint64(2 * distinct) {
		r := hostileRequest(i/2, rng)
		s.Add(&r)
		if i%1000 == 0 {
			most = max(most, s.Size())
		}
	}
	encoded := s.AppendBinary(nil)
	t.Logf("at most %d bytes held, %d encoded", most, len(encoded))
	if most > MaxSize || s.Size() > MaxSize {
		t.Errorf("holds up to %d bytes, want at most %d", max(most, s.Size()), MaxSize)
	}
	if len(encoded) > MaxSize/2 {
		t.Errorf("is encoded in %d bytes, want at most %d", len(encoded), MaxSize/2)
	}
	copied := copyOf(t, s)
	copied.Merge(copyOf(t, s))
	if copied.Size() > MaxSize {
		t.Errorf("merged: holds %d bytes", copied.Size())
	}
	checkMillion(t, s, 2*distinct, distinct)
}

// hostileRequest has every value made from n.
func hostileRequest(n uint64, rng *rand.Rand) Request {
	r := clientRequest(n)
	number := strconv.FormatUint(n, 10)
	r.Logged, r.Network, r.Status = allFields, uint32(n+1), uint16(rng.IntN(700))
	r.Country = string([]byte{'A' + byte(n%26), 'A' + byte(n/26%26)})
	r.Path, r.Referrer, r.Agent = "/"+number, number+".example", "agent "+number
	r.ResponseBytes, r.Latency = rng.Uint64()>>rng.IntN(64), int64(rng.Uint64()>>(1+rng.IntN(62)))
	return r
}

func checkMillion(t *testing.T, s *Summary, lines, visitors uint64) {
	t.Helper()
	row := s.Report("example.org", timeOf(minuteStart), "minute")
	if row.GetLines() != int64(lines) || row.GetRequests() != int64(lines) {
		t.Errorf("%d lines and %d requests, want %d", row.GetLines(), row.GetRequests(), lines)
	}
	within(t, "visitors", float64(row.GetVisitors()), float64(visitors), 0.05)
	for name, capacity := range map[string]uint64{
		"top_paths": pathCapacity, "top_networks": networkCapacity, "top_referrers": referrerCapacity,
		"top_agents": agentCapacity, "top_countries": countryCapacity,
	} {
		rest := row.GetRest()[name]
		if rest.GetError() == 0 || uint64(rest.GetError()) > lines/capacity {
			t.Errorf("%s: error %d, want above 0 and at most %d", name, rest.GetError(), lines/capacity)
		}
		if name != "top_countries" && rest.GetRequests()+rest.GetNone() != int64(lines) {
			t.Errorf("%s: rest %d and none %d do not add up to %d lines", name, rest.GetRequests(), rest.GetNone(), lines)
		}
	}
}

// An ordinary minute is small: this is what a run of many hosts holds for each.
func TestOrdinaryMinuteIsSmall(t *testing.T) {
	for clients, most := range map[int][2]int{20: {46_000, 11_000}, 60: {54_000, 14_000}, 1000: {76_000, 22_000}} {
		s := summarize(10, newTraffic(1, clients).requests(333))
		encoded := len(s.AppendBinary(nil))
		t.Logf("333 lines of up to %d clients: %d bytes held, %d encoded", clients, s.Size(), encoded)
		if s.Size() > most[0] || encoded > most[1] {
			t.Errorf("333 lines of up to %d clients: %d bytes held and %d encoded, want at most %v", clients, s.Size(), encoded, most)
		}
	}
}
