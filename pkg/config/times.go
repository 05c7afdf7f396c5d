package config

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

const (
	oneDay  = 24 * time.Hour
	forever = "forever"
	// leastKept is how long minutes and hours are needed: an open day is added up from them.
	leastKept = 2 * oneDay
	maxKept   = 100 * 365 * oneDay
	// leastRetry keeps what fails from being tried all the time; maxRetries and maxRetry are more than anybody waits.
	leastRetry, maxRetry = 10 * time.Second, 30 * oneDay
	maxRetries           = 20
)

// parseLength reads a length of time such as 90s, 15m, 36h or 14d. The error says what to write instead.
func parseLength(text string) (time.Duration, error) {
	if number, ok := strings.CutSuffix(text, "d"); ok {
		if days, err := strconv.ParseUint(number, 10, 16); err == nil {
			return time.Duration(days) * oneDay, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, errors.New("write a length of time with its unit, such as 90s, 15m, 36h or 14d")
	}
	return d, nil
}

// retention reads how long rows are kept. A coarser level is kept at least as long as a finer one: charts of older times are made of it.
func (r *reader) retention(n *yaml.Node) reportstore.Retention {
	keys := r.keys(n, "retention", "minutes: 14d", "minutes", "hours", "days")
	keep := reportstore.DefaultRetention
	finer, finerName := time.Duration(0), ""
	for _, level := range []struct {
		name string
		age  *time.Duration
	}{{"minutes", &keep.Minutes}, {"hours", &keep.Hours}, {"days", &keep.Days}} {
		if value := keys[level.name]; value != nil {
			*level.age = r.age(value, level.name)
		}
		coarser := *level.age
		if coarser == 0 {
			coarser = maxKept
		}
		if coarser < finer {
			r.fault(n, "%s are kept for a shorter time than %s; keep them at least as long", level.name, finerName)
		}
		finer, finerName = coarser, level.name
	}
	return keep
}

// age is how long a level is kept. For ever is longer than anything that is kept: nothing at all would mean the default.
func (r *reader) age(n *yaml.Node, level string) time.Duration {
	text, ok := r.text(n, "how long "+level+" are kept")
	if !ok || text == forever {
		return maxKept
	}
	d, err := parseLength(text)
	switch {
	case err != nil:
		r.fault(n, "%s cannot be kept for %q: %s, or %s", level, text, err, forever)
	case d < leastKept || d > maxKept:
		r.fault(n, "%s cannot be kept for %q: write at least 2d, or %s", level, text, forever)
	}
	return d
}

// retries reads after which times what was set aside is tried again.
func (r *reader) retries(n *yaml.Node) []time.Duration {
	items := r.items(n, "retries", true)
	if len(items) > maxRetries {
		r.fault(n, "retries has %d entries; write at most %d", len(items), maxRetries)
	}
	var out []time.Duration
	for _, item := range items {
		text, ok := r.text(item, "a time of retries")
		if !ok {
			continue
		}
		d, err := parseLength(text)
		if err == nil && (d < leastRetry || d > maxRetry) {
			err = errors.New("write a time from 10s to 30d")
		}
		if err != nil {
			r.fault(item, "what is set aside cannot be tried again after %q: %s", text, err)
		}
		out = append(out, d)
	}
	return out
}
