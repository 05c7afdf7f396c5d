package cli

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestProgressBarShowsBytesAndLinesAndGoesAway(t *testing.T) {
	var screen bytes.Buffer
	p := newProgressBar(&screen, true)
	p.Update(250_000_000, 1_000_000_000, 1_234_567)
	shown := screen.String()
	for _, want := range []string{"25%", "250 MB/1.0 GB", "1.23M lines, "} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not in %q", want, shown)
		}
	}
	p.Close()
	if !strings.HasSuffix(screen.String(), "\x1b[2K\r") {
		t.Errorf("the line is not cleared: %q", screen.String())
	}
	if strings.Contains(screen.String(), "\n") {
		t.Errorf("the bar moves the screen: %q", screen.String())
	}
}

func TestProgressBarStaysUntilClosed(t *testing.T) {
	var screen bytes.Buffer
	p := newProgressBar(&screen, true)
	p.Update(100, 100, 1)
	if !strings.Contains(screen.String(), "99%") {
		t.Errorf("got %q", screen.String())
	}
	p.Close()
}

func TestProgressBarOfUnknownLength(t *testing.T) {
	var screen bytes.Buffer
	p := newProgressBar(&screen, true)
	p.Update(5_000_000, 0, 100)
	if got := screen.String(); !regexp.MustCompile(`5\.0 MB.*100 lines`).MatchString(got) || strings.Contains(got, "%") {
		t.Errorf("got %q", got)
	}
	p.Close()
}

func TestNoProgressBarWhereNoneIsWanted(t *testing.T) {
	var screen bytes.Buffer
	p := newProgressBar(&screen, false)
	p.Update(1, 2, 3)
	p.Close()
	if screen.Len() != 0 {
		t.Errorf("got %q", screen.String())
	}
}

func TestLineCount(t *testing.T) {
	for _, c := range []struct {
		lines   int64
		elapsed time.Duration
		want    string
	}{
		{0, 0, "0 lines, 0/s"},
		{999, time.Second, "999 lines, 999/s"},
		{31_000_000, 100 * time.Second, "31M lines, 310k/s"},
		{12_345_678_901, time.Hour, "12.3G lines, 3.43M/s"},
	} {
		if got := lineCount(c.lines, c.elapsed); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
