package summarize

import (
	"maps"
	"slices"

	"github.com/floodgauge/floodgauge/pkg/report"
)

// maxHosts bounds the hosts that a worker tells apart though nobody listed them, over its whole life: whoever sends requests chooses their names.
// Too small a value hides sites of a provider without a list, too large a one lets invented names take memory, here about 4 kB each and as much again
// in the runner.
const maxHosts = 10_000

// crowded tells whether a host that has no place must share the bucket.
func (s *Summarizer) crowded() bool { return s.unlisted >= maxHosts }

// makeRoom lets hosts that few clients ask for share the bucket, so that those that many ask for find a place, though they come later. What was
// handed over under its name keeps it.
func (s *Summarizer) makeRoom() {
	s.turnedAway = 0
	for _, name := range slices.Sorted(maps.Keys(s.rows)) {
		h := s.rows[name]
		if h.own || h.named || h.enoughClients() {
			continue
		}
		for _, m := range slices.Sorted(maps.Keys(h.minutes)) {
			s.counts.OverCap += int64(h.minutes[m].Lines())
			s.bucket.summary(m).Merge(h.minutes[m])
		}
		delete(s.rows, name)
		delete(s.hosts, name)
		s.unlisted--
	}
}

// enoughClients tells whether as many clients as the k rule wants are in the host's open minutes.
func (h *host) enoughClients() bool {
	var set []byte
	for _, sum := range h.minutes {
		if set = report.MergeClientSets(set, sum.ClientSet(), h.k); report.EnoughClients(set) {
			return true
		}
	}
	return false
}
