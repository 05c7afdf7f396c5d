package loggen

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"
)

// everyKind is every attack and event at once.
func everyKind(after time.Duration) (attacks []Attack) {
	for _, k := range AttackKinds() {
		attacks = append(attacks, Attack{Kind: k.Name, After: after})
	}
	return attacks
}

func everything() Config {
	return Config{Seed: 4, HostCount: 2, Rate: 20, Duration: 12 * time.Minute, Format: FormatCombined, Attacks: everyKind(time.Minute)}
}

// Lines and truth one by one are those that Generate writes.
func TestEachGivesTheLinesOfTheLog(t *testing.T) {
	var log, lines bytes.Buffer
	want, err := Generate(t.Context(), everything(), &log, nil)
	if err != nil {
		t.Fatal(err)
	}
	id, kinds := uint64(0), map[Kind]int{}
	stats, err := Each(everything(), func(line []byte, r *Request) error {
		lines.Write(append(line, '\n'))
		kinds[r.Kind]++
		if id++; r.ID != id {
			return fmt.Errorf("request %d after %d", r.ID, id-1)
		}
		return nil
	})
	if err != nil || stats != want || !bytes.Equal(lines.Bytes(), log.Bytes()) {
		t.Errorf("%+v, %v, the same lines: %t; want %+v", stats, err, bytes.Equal(lines.Bytes(), log.Bytes()), want)
	}
	if kinds[KindAttacker] < 50_000 || kinds[KindVisitor] < 10_000 {
		t.Errorf("the truth is %v", kinds)
	}
}

func TestEachEndsWithAnError(t *testing.T) {
	enough := errors.New("enough")
	stats, err := Each(Config{}, func([]byte, *Request) error { return enough })
	if !errors.Is(err, enough) || stats.Lines != 1 {
		t.Errorf("%v after %d lines", err, stats.Lines)
	}
	if _, err := Each(Config{Rate: -1}, nil); err == nil {
		t.Error("a wrong configuration is taken")
	}
}

// Lines cost no memory once the visits are under way; sites are made on their first request, and some attacks make up texts.
func TestEachAllocatesNothingPerLine(t *testing.T) {
	c := Config{Hosts: []string{"www.example.org"}, Rate: 50, Lines: 200_000, Format: FormatCombined}
	allocations := testing.AllocsPerRun(1, func() {
		if _, err := Each(c, func([]byte, *Request) error { return nil }); err != nil {
			t.Error(err)
		}
	})
	if perLine := allocations / float64(c.Lines); perLine > 0.1 {
		t.Errorf("%.2f allocations per line", perLine)
	}
}

// A single site is as busy as asked, however small it is, and along a day.
func TestSingleSitesOfAnySize(t *testing.T) {
	for _, perMinute := range []float64{5, 100, 3000} {
		for _, shape := range []string{ShapeFlat, ShapeWorldCup98} {
			minutes := 24 * 60.0
			if perMinute > 1000 && shape == ShapeFlat {
				minutes = 30
			}
			if perMinute > 1000 && testing.Short() {
				continue
			}
			c := Config{Seed: 6, Hosts: []string{"www.example.org"}, Rate: perMinute / 60, Duration: time.Duration(minutes) * time.Minute, Shape: shape}
			c.Start = time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
			n := 0
			g := generator(t, c)
			for r := (Request{}); g.Next(&r); n++ {
				if r.Host != c.Hosts[0] {
					t.Fatalf("a request to %s", r.Host)
				}
			}
			between(t, fmt.Sprintf("requests a minute at %g, %s", perMinute, shape), float64(n)/minutes, 0.93*perMinute, 1.07*perMinute)
		}
	}
}

func BenchmarkEach(b *testing.B) {
	b.ReportAllocs()
	c := Config{Hosts: []string{"www.example.org"}, Rate: 50, Lines: int64(b.N), Format: FormatCombined}
	if _, err := Each(c, func([]byte, *Request) error { return nil }); err != nil {
		b.Fatal(err)
	}
}
