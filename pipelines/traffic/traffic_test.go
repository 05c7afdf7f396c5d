package traffic

import (
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/summarize"
)

func unboundedConfig() Config {
	sites := map[string]string{"example.org": "example.org"}
	return Config{Levels: []string{Minute, Hour, Day}, Lateness: Late(time.Hour, time.Minute),
		Summarize: summarize.Config{K: 10, Sites: sites, SitesOnly: true, MaxLateness: time.Hour}}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		change func(*Config)
		want   string // what the error must hold; "" for none
	}{
		{func(*Config) {}, ""},
		{func(c *Config) { *c = Config{Levels: []string{All}} }, ""},
		{func(c *Config) { c.Levels = nil }, "no level"},
		{func(c *Config) { c.Levels = []string{"week"} }, `"week"`},
		{func(c *Config) { c.Levels = []string{Minute, All} }, "bounded runs only"},
		{func(c *Config) { c.Summarize.Sites = nil }, "list of sites"},
		{func(c *Config) { c.Summarize.SitesOnly = false }, "list of sites"},
		{func(c *Config) { c.Summarize.MaxLateness = 0 }, "limit for late lines"},
		{func(c *Config) { c.Summarize.MaxLateness = 2 * time.Hour }, "limit for late lines"},
	} {
		cfg := unboundedConfig()
		c.change(&cfg)
		err := cfg.Validate()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", cfg, err, c.want)
		}
	}
}
