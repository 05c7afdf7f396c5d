package up

import (
	"context"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
)

// tellPeriod is how often a line about the state is printed.
const tellPeriod = time.Minute

// tell prints how the run is doing, once a minute, and at once when it halts or goes on, or a source cannot be read.
func (s *station) tell(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	halted, last, lines := "", time.Now(), int64(0)
	problems, nameless := map[string]string{}, false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case now := <-tick.C:
			status := s.run.Status()
			if status.Halted != halted {
				halted = status.Halted
				s.o.Say("%s", haltWords(halted))
			}
			for _, src := range status.Sources {
				if src.Problem != problems[src.Source] && src.Problem != "" {
					s.o.Say("%s", src.Problem)
				}
				problems[src.Source] = src.Problem
			}
			if c := &status.Counts; !nameless && 2*c.NoHost > c.Entries {
				nameless = true
				s.o.Say("%s", namelessWords)
			}
			if now.Sub(last) >= tellPeriod {
				s.o.Say("%s", s.line(status.Counts.Lines-lines))
				last, lines = now, status.Counts.Lines
			}
		}
	}
}

const namelessWords = "most lines do not say for which site they are, and count as (other hosts): give --host NAME, or host of the source in --config"

func haltWords(why string) string {
	if why == "" {
		return "it goes on"
	}
	return "halted, nothing is lost: " + why
}

// line is the line of a minute.
func (s *station) line(lines int64) string {
	status := s.run.Status()
	behind := int64(0)
	for _, src := range status.Sources {
		behind += src.Behind
	}
	text := fmt.Sprintf("%s lines in the last minute, %s in all", humanize.Comma(lines), humanize.Comma(status.Counts.Lines))
	if dead := status.Counts.Lines - status.Counts.Entries; dead > 0 {
		text += fmt.Sprintf(", %s not readable", humanize.Comma(dead))
	}
	if more := status.Counts.OverCap; more > 0 {
		text += fmt.Sprintf(", %s under (other hosts) because too many names came: list the sites in --config", humanize.Comma(more))
	}
	if behind > 0 {
		text += fmt.Sprintf(", %s still to read", humanize.Bytes(uint64(behind)))
	}
	return text
}
