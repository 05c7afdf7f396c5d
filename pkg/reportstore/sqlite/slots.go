package sqlite

import (
	"fmt"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// level is a level of rows as the file has it; a higher one is coarser.
type level int

const (
	minute level = iota
	hour
	day
)

var levelNames = [...]string{reportstore.Minute, reportstore.Hour, reportstore.Day}

func levelOf(name string) (level, error) {
	for l, n := range levelNames {
		if n == name {
			return level(l), nil
		}
	}
	return 0, fmt.Errorf("there is no level %q: it is minute, hour or day", name)
}

func (l level) String() string { return levelNames[l] }

// span is the length of a slot in seconds.
func (l level) span() int64 { return int64(reportstore.Span(l.String()) / time.Second) }

// floor is the start of the slot that a second is in.
func (l level) floor(second int64) int64 {
	rest := second % l.span()
	if rest < 0 {
		rest += l.span()
	}
	return second - rest
}

// ceil is the first start of a slot that is not before a second.
func (l level) ceil(second int64) int64 { return l.floor(second + l.span() - 1) }

// slotOf checks that a time begins a slot.
func (l level) slotOf(start time.Time) (int64, error) {
	if s := start.Unix(); start.Nanosecond() == 0 && l.floor(s) == s {
		return s, nil
	}
	return 0, fmt.Errorf("%s does not begin a %s", start.UTC().Format(time.RFC3339Nano), l)
}

// period is a stretch of time from its first second to the one after its last.
type period struct{ from, to int64 }

// periodOf holds the slots that begin in [from, to).
func periodOf(from, to time.Time) period { return period{seconds(from), seconds(to)} }

// seconds rounds up: a slot begins at whole seconds only.
func seconds(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

func startOf(second int64) time.Time { return time.Unix(second, 0).UTC() }
