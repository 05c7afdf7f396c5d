package up

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/floodgauge/floodgauge/pkg/loggen"
)

const (
	// demoHistory is how far back the made-up traffic goes.
	demoHistory = 2 * time.Hour
	demoRate    = 15 // requests per second over all sites
)

// demoHosts are the sites of the demo; RFC 2606 keeps their names from being anybody's.
var demoHosts = []string{"news.example.org", "shop.example.com", "charity.example.org", "vote.example.net", "blog.example.com"}

// writeDemo writes a log of made-up traffic: its history at once, and then each line when its time has come.
func writeDemo(ctx context.Context, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the demo's folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("writing the demo's log: %w", err)
	}
	defer f.Close()
	start := time.Now().Add(-demoHistory)
	cfg := loggen.Config{Seed: uint64(start.UnixNano()), Hosts: demoHosts, Start: start, Rate: demoRate, Format: loggen.FormatGCP, Attacks: demoAttacks()}
	if _, err := loggen.Follow(ctx, cfg, f, nil, since(start)); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("writing the demo's log: %w", err)
	}
	return ctx.Err()
}

// demoAttacks are two attacks on the first site: one in the history, and one that begins with the next minute, so that its first minutes are closed, and
// called what they are, while somebody looks.
func demoAttacks() []loggen.Attack {
	next := time.Now().Truncate(time.Minute).Add(time.Minute)
	return []loggen.Attack{
		{Kind: loggen.AttackFlood, Clients: 60, PerMinute: 40, After: demoHistory - 50*time.Minute, For: 8 * time.Minute},
		{Kind: loggen.AttackCacheBusting, Clients: 40, PerMinute: 90, After: demoHistory + time.Until(next), For: 5 * time.Minute},
	}
}

// since is the real time to everything but the first question, which it answers with start: so a log that begins then is behind, and catches up.
func since(start time.Time) loggen.Clock {
	clock := loggen.WallClock()
	asked := false
	now := clock.Now
	clock.Now = func() time.Time {
		if !asked {
			asked = true
			return start
		}
		return now()
	}
	return clock
}
