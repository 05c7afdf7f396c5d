package summarize_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// What works on personal data does not show it when it is printed, and neither do its configuration, whose keys would give addresses back, and
// its summaries, which hold tokens and what few visitors share.
func TestNothingPersonalIsPrinted(t *testing.T) {
	cfg := testConfig()
	s, err := summarize.New(&cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Add(&logentry.Block{Data: []byte(line("one.example.org", 77, noon))}, func(d logentry.DeadLetter) { t.Error(d.Reason) })
	values := []any{s, cfg.Keys, &cfg.Keys, cfg}
	s.Flush(func(_ string, _ int64, sum *report.Summary) { values = append(values, sum, []*report.Summary{sum}) })
	s.Add(&logentry.Block{Data: []byte(line("one.example.org", 77, noon))}, func(d logentry.DeadLetter) { t.Error(d.Reason) })
	for _, value := range values {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb, value)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", "value", value)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("text", "value", value)
		for _, leak := range []string{"198.51", "/article", "curl", "one.example", "7 7 7", "0707", "BwcH"} {
			if strings.Contains(out.String(), leak) {
				t.Errorf("%T prints %q: %s", value, leak, out.String())
			}
		}
	}
}
