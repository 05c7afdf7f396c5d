package reportwriter

import (
	"bytes"
	"strings"
	"testing"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

func TestWriteStats_golden(t *testing.T) {
	stats := Stats{
		Lines: 1_000_000, Entries: 998_765, Bytes: 1_600_000_000, Seconds: 2.4,
		DeadLetters: []DeadLetters{
			{Reason: "future", Lines: 235, Example: "access.log, byte 1,234,567"},
			{Reason: "not_json", Lines: 990, Example: "a\x1b[2Jb.log, byte 0"},
			{Reason: "new_reason", Lines: 10},
		},
		Other:       map[string]int64{"no_host": 12, "over_cap": 30_000, "outside_range": 0, "other_host": 7},
		HiddenBelow: 10,
	}
	for name, c := range map[string]struct {
		stats  Stats
		screen Screen
	}{
		"stats.txt":        {stats, Screen{}},
		"stats-narrow.txt": {stats, Screen{Width: 40, ASCII: true}},
		"stats-clean.txt":  {Stats{Lines: 1, Entries: 1, Bytes: 120, Seconds: 0.003}, Screen{}},
		"stats-none.txt":   {Stats{}, Screen{}},
	} {
		var out bytes.Buffer
		if err := WriteStats(&out, c.stats, c.screen); err != nil {
			t.Fatal(err)
		}
		checkGolden(t, name, out.Bytes())
	}
}

func TestReasonWords_knowEveryReason(t *testing.T) {
	for reason := logentry.OK + 1; reason < logentry.ReasonCount; reason++ {
		if reasonWords[reason.String()] == "" {
			t.Errorf("reason %s has no words for people", reason)
		}
	}
}

func TestWords_areASCII(t *testing.T) {
	for _, words := range []map[string]string{reasonWords, otherWords, statusClassWords, clientWords, actionWords, originErrorWords, cacheWords, fieldWords, countryNames} {
		for name, word := range words {
			if plain(word, true) != word || strings.TrimSpace(word) == "" {
				t.Errorf("%s is called %q", name, word)
			}
		}
	}
}
