package loggen

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever the order in which turns are added and moved, they come up by time.
func TestAgendaKeepsTheOrderOfTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a agenda[int]
		for _, at := range rapid.SliceOfN(rapid.Int64Range(0, 1000), 1, 100).Draw(t, "turns") {
			a.add(at, new(int))
		}
		before := int64(-1)
		for range 300 {
			at := a.when()
			if at < before {
				t.Fatalf("%d after %d", at, before)
			}
			if at == never {
				return
			}
			before = at
			a.due()
			if rapid.Bool().Draw(t, "stay") {
				a.stay(at + rapid.Int64Range(0, 100).Draw(t, "pause"))
			} else {
				a.leave()
			}
		}
	})
}

func TestPaceKeepsItsMean(t *testing.T) {
	p := newPace(newDice(1, 2, 3), 50, nil, 0)
	for range 100_000 {
		p.advance()
	}
	if seconds := float64(p.at) / second; seconds < 1980 || seconds > 2020 {
		t.Errorf("100,000 arrivals at 50 a second took %.0f s, want 2,000", seconds)
	}
}

func TestPaceWithoutRateNeverComes(t *testing.T) {
	if p := newPace(newDice(1, 2, 3), 0, nil, 0); p.at != never {
		t.Errorf("somebody comes at %d", p.at)
	}
}
