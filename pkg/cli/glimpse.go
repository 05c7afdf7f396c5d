package cli

import (
	"bytes"
	"maps"
	"slices"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// glimpse is what the entries that were looked at say of the whole.
type glimpse struct {
	first, last int64          // event times, Unix nanoseconds
	cdn         map[string]int // entries by the content delivery network that their address belongs to
	format      string         // of the first log with such entries
}

func (g *glimpse) look(p *logentry.Parser, format string, lines []byte) {
	var e logentry.Entry
	for line := range bytes.Lines(lines) {
		if p.Parse(bytes.TrimRight(line, "\n"), &e) != logentry.OK {
			continue
		}
		if g.first == 0 || e.Time < g.first {
			g.first = e.Time
		}
		g.last = max(g.last, e.Time)
		if network, ok := logentry.CDNOf(e.Client); ok && !e.ClientTrusted {
			if g.cdn == nil {
				g.cdn, g.format = map[string]int{}, format
			}
			g.cdn[network]++
		}
	}
}

// span is about how long a time the files cover.
func (g *glimpse) span() time.Duration { return time.Duration(g.last - g.first) }

// clientsHelp shows what to add to the proxy where the addresses are mostly one network's.
func (g *glimpse) clientsHelp() string {
	most := ""
	for _, network := range slices.Sorted(maps.Keys(g.cdn)) {
		if most == "" || g.cdn[network] > g.cdn[most] {
			most = network
		}
	}
	if most == "" {
		return ""
	}
	return logentry.RealIPHelp(most, g.format)
}
