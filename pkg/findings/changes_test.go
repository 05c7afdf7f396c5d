package findings

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/schemas"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func found(host string, minute int, verdict schemas.Verdict, kind string) *schemas.Finding {
	return &schemas.Finding{Host: host, Minute: timestamppb.New(noon.Add(time.Duration(minute) * time.Minute)), Verdict: verdict, Kind: kind, Points: int32(verdict)}
}

// A case is told of when it begins, becomes worse and is over, each once; what is only worth a look is not told, and nor is what was there before a start.
func TestChangesOfCases(t *testing.T) {
	const watch, suspected, attacked = schemas.Verdict_VERDICT_WATCH, schemas.Verdict_VERDICT_SUSPECTED, schemas.Verdict_VERDICT_ATTACK
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	c := NewChanges([]*schemas.Finding{found("c.example", -2, attacked, "volumetric")}, at(0))
	var told []string
	take := func(now int, all ...*schemas.Finding) {
		for _, change := range c.Take(all, at(now)) {
			told = append(told, fmt.Sprintf("%d %s %s %s", now, change.Kind, change.Case.Host, change.Case.Worst.Kind))
		}
	}
	take(1, found("a.example", 0, watch, "volumetric"))
	take(2, found("a.example", 1, suspected, "volumetric"), found("b.example", 1, attacked, "scanner"))
	take(3, found("a.example", 2, suspected, "volumetric"))
	take(4, found("a.example", 3, attacked, "cache_busting"))
	take(5, found("a.example", 4, suspected, "volumetric"), found("a.example", 4, attacked, "volumetric"))
	take(10)
	take(12)
	take(15)
	take(30, found("a.example", 29, suspected, "pulse"))
	want := []string{"2 open a.example volumetric", "2 open b.example scanner", "4 changed a.example cache_busting", "10 closed c.example volumetric",
		"12 closed b.example scanner", "15 closed a.example cache_busting", "30 open a.example pulse"}
	if !slices.Equal(told, want) {
		t.Errorf("told are %q, want %q", told, want)
	}
}
