// Package agent sorts User-Agent headers: into a family out of a closed list, and into a class (browser, declared bot, tool, empty,
// other), and tells whether an address belongs to the owner of a bot. It reads no versions, operating systems or devices, and what a
// client invents never becomes a family.
package agent

import (
	"bytes"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// maxAgent is how much of an agent is looked at, in bytes. Honest ones are shorter.
const maxAgent = 512

// familyOther is the family of what no list knows.
const familyOther = "other"

// Agent is what a User-Agent header says.
type Agent struct {
	Family string // one of Families; "" for an empty header
	Class  vocabulary.ClientClass
}

// Classifier sorts agents. It is safe for concurrent use.
type Classifier struct {
	terms    []term
	matcher  *matcher
	families []string
}

// New returns the Classifier of the built-in lists; it is made once for a process.
func New() *Classifier { return builtin() }

// Families returns every family that Classify can give, sorted.
func (c *Classifier) Families() []string { return c.families }

// Classify sorts a raw agent. It does not allocate, and takes some hundred nanoseconds: callers cache by the raw string.
func (c *Classifier) Classify(ua []byte) Agent {
	ua = bytes.TrimSpace(ua)
	if len(ua) == 0 || string(ua) == "-" {
		return Agent{Class: vocabulary.ClientEmpty}
	}
	if len(ua) > maxAgent {
		ua = ua[:maxAgent]
	}
	best := c.find(ua)
	if best == nil {
		return Agent{Family: familyOther, Class: vocabulary.ClientOther}
	}
	return Agent{Family: best.family, Class: best.class}
}

// find returns the term that wins, or nil.
func (c *Classifier) find(ua []byte) *term {
	var best *term
	web := bytes.HasPrefix(ua, []byte("Mozilla/"))
	state := 0
	for i, b := range ua {
		state = c.matcher.step(state, b)
		for _, id := range c.matcher.ends(state) {
			t := &c.terms[id]
			if best != nil && t.weight <= best.weight {
				continue
			}
			if (web || !t.onlyWeb) && t.fits(ua, i+1) {
				best = t
			}
		}
	}
	return best
}
