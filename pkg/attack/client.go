package attack

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/schemas"
)

// Label is what a client's minute looks like.
type Label uint8

// The labels.
const (
	Ordinary  Label = iota
	Crawler         // a declared bot, which may be what it says
	Automated       // a program: quick, without the files of pages, always the same or never twice the same
	Guesser         // tries passwords
	Scanner         // looks for paths that are not there
)

// How much a client must do in a minute to be called something. CrowdSec's bucket for probing runs over at the 11th distinct path, that for passwords at
// the 6th try; a person who forgot a password tries less often than the tenth time.
const (
	leastProbes = 11
	leastTries  = 10
	// leastCalls is that where no answer tells a right password from a wrong one. Programs of a site's owner call there, too, some steadily, and an app that
	// is opened a dozen times at once; CrowdSec's bucket runs over at the sixth call in minutes.
	leastCalls   = 40
	leastProgram = 20
	// manyAgents is how many agents one client has that changes them; of an office of as many people, files of pages are asked for, too.
	manyAgents = 10
)

// LabelOf says what a client looks like. Counts are what was seen for certain, so nobody is accused of more.
func LabelOf(c *report.Client) Label {
	switch {
	case c.Verified || c.Allowed:
		return Ordinary
	case scans(c):
		return Scanner
	case guesses(c):
		return Guesser
	case c.Bot:
		return Crawler
	case isProgram(c):
		return Automated
	}
	return Ordinary
}

// probes are requests for what is not there. Files of pages do not count: a deploy may have lost them.
func probes(c *report.Client) uint64 { return c.Failed - min(c.Failed, c.Static) }

// scans tells of a client that asks for many paths which are not there.
func scans(c *report.Client) bool {
	failed := probes(c)
	return c.FailedPaths >= leastProbes && failed >= leastProbes && 2*failed >= c.Requests
}

// hurried is how much each probe counts: of a program that asks five times a second, half as much again.
func hurried(c *report.Client) float64 {
	if slices.Max(c.Parts[:]) >= 50 {
		return 1.5
	}
	return 1
}

// guesses tells of a client that posts to one path again and again, and is refused or never told whether it is.
func guesses(c *report.Client) bool {
	refused := c.Posts >= leastTries && 10*c.Failed >= 7*c.Posts && 10*c.TopPath >= 7*c.Posts
	calls := c.Calls >= leastCalls && 10*c.Calls >= 7*c.Posts
	return (refused || calls) && 2*c.Posts >= c.Requests
}

// isProgram tells of a client that asks often, hardly ever for the files of pages, and as nobody reads.
func isProgram(c *report.Client) bool {
	if c.Requests < leastProgram || 10*c.Static > c.Requests {
		return false
	}
	same, never := 10*c.TopPath >= 9*c.Requests, 10*uint64(c.Paths) >= 9*min(c.Requests, 400)
	return same || never || c.Tool || c.Agents >= manyAgents || even(c)
}

// even tells whether all parts of the minute have about as many requests: people pause.
func even(c *report.Client) bool {
	low, high := c.Parts[0], c.Parts[0]
	for _, n := range c.Parts {
		low, high = min(low, n), max(high, n)
	}
	return low >= 5 && 2*low >= high
}

// Accused tells whether a finding is about clients of a label: programs are accused where there are so many that they are part of the evidence.
func Accused(f *schemas.Finding, label Label) bool {
	signals := map[Label][]string{Scanner: {"scanners"}, Guesser: {"guessers", "failed_logins"}, Automated: {"automated"}}[label]
	return slices.ContainsFunc(f.GetEvidence(), func(e *schemas.Evidence) bool { return slices.Contains(signals, e.Signal) })
}

// evidenceOf counts what the clients of a minute look like. The beginnings of the tokens of scanners and guessers are put into accused.
func evidenceOf(sum *report.Summary, accused map[uint32]bool) *schemas.ClientEvidence {
	e := &schemas.ClientEvidence{Unknown: sum.ClientsUnknown(), Scanners: &schemas.ClientGroup{}, Guessers: &schemas.ClientGroup{}, Automated: &schemas.ClientGroup{}}
	if e.Unknown != "" {
		return e
	}
	var culprits []culprit
	sum.EachClient(func(c *report.Client) {
		e.Clients++
		e.Persons += persons(c)
		label := LabelOf(c)
		enter(groupOf(e, label, c), c)
		client := binary.BigEndian.Uint32(c.Token[:])
		if label >= Guesser {
			accused[client] = true
		}
		if label >= Automated {
			culprits = append(culprits, culpritOf(c, label))
		}
		switch label {
		case Scanner:
			e.Offenders = append(e.Offenders, &schemas.Offender{Client: client, Scans: hurried(c) * float64(probes(c))})
		case Guesser:
			e.Offenders = append(e.Offenders, &schemas.Offender{Client: client, Tries: float64(c.Posts)})
		}
	})
	e.Offenders, e.Culprits = heaviest(e.Offenders), culpritMessages(culprits)
	return e
}

// maxOffenders bounds the clients that are followed one by one.
const maxOffenders = 64

// heaviest keeps those who did most.
func heaviest(all []*schemas.Offender) []*schemas.Offender {
	slices.SortFunc(all, func(a, b *schemas.Offender) int {
		return cmp.Or(cmp.Compare(b.Scans+b.Tries, a.Scans+a.Tries), cmp.Compare(a.Client, b.Client))
	})
	return all[:min(len(all), maxOffenders)]
}

func groupOf(e *schemas.ClientEvidence, label Label, c *report.Client) *schemas.ClientGroup {
	switch label {
	case Scanner:
		return e.Scanners
	case Guesser:
		return e.Guessers
	case Automated:
		return e.Automated
	}
	return rateGroup(e, c)
}

// persons is how many people a client may be: an office that shares an address asks for the files of pages, and has nearly as many agents as people.
func persons(c *report.Client) int64 {
	if 10*c.Static < c.Requests {
		return 1
	}
	return int64(max(c.Agents, 1))
}

// rateGroup is the group of those who ask as often for each of their agents: an office that shares an address has as many agents as people, nearly.
func rateGroup(e *schemas.ClientEvidence, c *report.Client) *schemas.ClientGroup {
	rate := c.Requests / uint64(max(c.Agents, 1))
	at := bits.Len64(rate|1) - 1
	for len(e.ByRate) <= at {
		e.ByRate = append(e.ByRate, &schemas.ClientGroup{})
	}
	return e.ByRate[at]
}

func enter(g *schemas.ClientGroup, c *report.Client) {
	g.Clients++
	g.Requests += int64(c.Requests)
}
