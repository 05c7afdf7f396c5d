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

// fewPlaces is how many places making room must give, at least, for it to be worth its while for each further host.
const fewPlaces = maxHosts / 10

// hasPlace tells whether a host without a place gets one. Where all are taken, hosts that few clients ask for make room at once, so that one that
// many will ask for has its row from its first line on.
func (s *Summarizer) hasPlace() bool {
	if s.unlisted < maxHosts {
		return true
	}
	if s.turnedAway >= s.patience {
		s.makeRoom()
	}
	return s.unlisted < maxHosts
}

// makeRoom lets hosts that few clients ask for share the bucket, so that those that many ask for find a place, though they come later. What was
// handed over under its name keeps it.
func (s *Summarizer) makeRoom() {
	before := s.unlisted
	s.flooded = true
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
	s.turnedAway, s.patience = 0, 0
	if before-s.unlisted < fewPlaces {
		s.patience = maxHosts // looking through all hosts costs as much as many lines
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
