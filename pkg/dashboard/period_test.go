package dashboard

import (
	"net/url"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

func TestStepsOfRanges(t *testing.T) {
	for name, want := range map[string]struct {
		level string
		slots int
	}{
		"15m": {reportstore.Minute, 15}, "1h": {reportstore.Minute, 60}, "6h": {reportstore.Minute, 360}, "24h": {reportstore.Minute, 1440},
		"7d": {reportstore.Hour, 168}, "30d": {reportstore.Hour, 720}, "90d": {reportstore.Day, 90}, "1y": {reportstore.Day, 365},
	} {
		p, err := readPeriod(url.Values{"range": {name}}, teaTime, reportstore.DefaultRetention)
		if err != nil || p.Level != want.level || p.slots() != want.slots {
			t.Errorf("%s: %d slots of a %s (%v)", name, p.slots(), p.Level, err)
		}
		if p.To.Before(teaTime) || p.To.Sub(teaTime) > p.step() {
			t.Errorf("%s ends at %v", name, p.To)
		}
	}
}

// What is older than minutes are kept is shown by the hour, however short.
func TestOldPeriodsAreCoarser(t *testing.T) {
	for from, want := range map[string]string{"2026-11-25T10:00": reportstore.Minute, "2026-11-01T10:00": reportstore.Hour,
		"2025-01-01T10:00": reportstore.Day} {
		at, err := time.Parse(timeForms[1], from)
		if err != nil {
			t.Fatal(err)
		}
		q := url.Values{"from": {from}, "to": {at.Add(time.Hour).Format(timeForms[1])}}
		if p, err := readPeriod(q, teaTime, reportstore.DefaultRetention); err != nil || p.Level != want {
			t.Errorf("an hour from %s is shown by the %s (%v)", from, p.Level, err)
		}
	}
}

func TestPeriodsAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string {
			at := teaTime.Add(-time.Duration(rapid.Int64Range(-1e6, 40*365*86400).Draw(t, name)) * time.Second)
			return at.Format(rapid.SampledFrom(timeForms).Draw(t, "form"))
		}
		q := url.Values{"from": {text("from")}, "to": {rapid.SampledFrom([]string{"", text("to")}).Draw(t, "which")}}
		if rapid.Bool().Draw(t, "stepped") {
			q.Set("step", rapid.SampledFrom([]string{reportstore.Minute, reportstore.Hour, reportstore.Day}).Draw(t, "step"))
		}
		p, err := readPeriod(q, teaTime, reportstore.DefaultRetention)
		if err != nil {
			return // it is refused in words
		}
		if n := p.slots(); n < 1 || n > maxPoints {
			t.Errorf("%v has %d slots", q, n)
		}
		if !p.From.Equal(p.From.Truncate(p.step())) || !p.To.Equal(p.To.Truncate(p.step())) {
			t.Errorf("%v is not of whole slots: %v to %v", q, p.From, p.To)
		}
	})
}

func TestWrongPeriodsAreRefusedInWords(t *testing.T) {
	for _, query := range []string{"range=2h", "from=yesterday", "from=2026-11-25T15:00", "from=2026-11-25T12:00&to=2026-11-25T11:00",
		"range=30d&step=minute", "step=second",
		"from=1900-01-01", "from=1996-01-01", "to=2026-11-25T12:00"} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readPeriod(q, teaTime, reportstore.DefaultRetention); problemOf(errOrNil(err)).Status != 400 {
			t.Errorf("%s gives %v", query, err)
		}
	}
}

func errOrNil(err error) error {
	if err == nil {
		return errNotFound
	}
	return err
}
