package dashboard

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// stepped is a page over sites whose requests change by a factor each, from the minute of the attack on a.example on.
func stepped(t *testing.T, factors map[string]int64) *page {
	t.Helper()
	p := newPage(t)
	for host, factor := range factors {
		for n := range 12 {
			minute := attackBegan.Add(time.Duration(n-6) * time.Minute)
			requests := int64(500)
			if n >= 6 {
				requests *= factor
			}
			p.store.put(reportstore.Closed, &schemas.TrafficReport{Host: host, Level: reportstore.Minute, Minute: timestamppb.New(minute), Requests: requests, Lines: requests,
				LastEvent: timestamppb.New(minute.Add(50 * time.Second))})
		}
	}
	p.store.attacked("a.example", attackBegan, 6, func(*schemas.Finding) {})
	return p
}

// Where all sites step by one factor at once, the case of one says that this may be all there is. Of a change that the site itself took no part in nothing is
// told, and no figure is exact: both would tell a customer of others.
func TestChangedSampleRateIsSaid(t *testing.T) {
	p := stepped(t, map[string]int64{"a.example": 10, "b.example": 10, "c.example": 10})
	p.says(casePageOfA, "At 13:57 UTC the sites of this log changed by the same factor, 10, at once")
	answer := decode[casesJSON](t, p, "/api/v1/sites/a.example/cases")
	if len(answer.Cases) != 1 || answer.Cases[0].RateChanged == nil || !answer.Cases[0].RateChanged.Minute.Equal(attackBegan) || answer.Cases[0].RateChanged.Factor != "10" {
		t.Errorf("the interface has %+v", answer.Cases)
	}
	for name, factors := range map[string]map[string]int64{
		"one site": {"a.example": 10, "b.example": 1, "c.example": 1}, "too few to tell": {"a.example": 10, "b.example": 10},
		"the others": {"a.example": 1, "b.example": 10, "c.example": 10, "d.example": 10, "e.example": 10, "f.example": 10},
	} {
		p := stepped(t, factors)
		p.hides(casePageOfA, "sample rate")
		if answer := decode[casesJSON](t, p, "/api/v1/cases"); len(answer.Cases) != 1 || answer.Cases[0].RateChanged != nil {
			t.Errorf("%s: the interface has %+v", name, answer.Cases)
		}
	}
}
