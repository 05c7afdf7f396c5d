package cli

import (
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/config"
)

func (c *reportCmd) checkTimes(o *reportOptions) error {
	zone := time.UTC
	if c.TimeZone != "" {
		var err error
		if zone, err = config.ParseZone(c.TimeZone); err != nil {
			return usagef("--time-zone cannot be %q: %s", c.TimeZone, err)
		}
		o.timeZone = c.TimeZone
	}
	var err error
	if o.From, _, err = parseTime("--from", c.From, zone); err != nil {
		return err
	}
	var isDate bool
	if o.To, isDate, err = parseTime("--to", c.To, zone); err != nil {
		return err
	}
	if isDate {
		o.To = o.To.In(zone).AddDate(0, 0, 1).UTC()
	}
	if !o.From.IsZero() && !o.To.IsZero() && !o.From.Before(o.To) {
		return usagef("--from %s is not before --to %s; exchange the two", c.From, c.To)
	}
	return nil
}

// timeLayouts are the ways to write a time without a zone.
var timeLayouts = []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05"}

// parseTime reads a time flag; an empty one is the zero time. It also says whether the text is a date alone.
func parseTime(flag, text string, zone *time.Location) (t time.Time, isDate bool, err error) {
	if text == "" {
		return time.Time{}, false, nil
	}
	text = strings.TrimSpace(text)
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), false, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return t.UTC(), true, nil
	}
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t.UTC(), false, nil
		}
	}
	return time.Time{}, false, usagef("%s cannot be %q; write a date such as 2026-05-04, a time such as '2026-05-04 12:30', or 2026-05-04T12:30:00Z", flag, text)
}
