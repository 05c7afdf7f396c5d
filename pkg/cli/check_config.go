package cli

import (
	"fmt"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// checkConfigCmd is the command line of "check-config".
type checkConfigCmd struct {
	File string `arg:"" optional:"" name:"file" help:"The configuration file."`
}

// Help is shown above the flags.
func (c *checkConfigCmd) Help() string {
	return examples("check-config floodgauge.yaml", "prints \"ok\" and what is in it, or every mistake with its line")
}

// footer shows what a configuration may hold.
func (c *checkConfigCmd) footer() string {
	return "\nA configuration. Everything in it is optional:\n\n" + indent(sampleConfig, "  ")
}

const sampleConfig = `k: 10                          # clients that must share a path, a country and so on before it is shown
sites:                         # with a list, all other host names share one row
  - api.example.org
  - {name: example.org, aliases: [www.example.org]}
path_templates: ["/orders/{id}"]
sources:                       # how files are read; the first source that matches counts
  - files: /var/log/nginx/shop*.log*
    format: combined           # a format's name, an nginx log_format or Apache LogFormat string, or a format from below
    host: shop.example.org     # for lines that name none
    time_zone: Europe/Berlin   # for times without a zone
    trusted_proxies: [10.0.0.0/8, cloudflare]
    sample_rate: 0.1           # or a list of {from: TIME, to: TIME, rate: 0.1}
  - files: "*.jsonl"
    format: mine
formats:                       # of JSON lines: our field, and its key in the line
  mine: {fields: {time: ts, host: vhost, client: ip, method: verb, url: uri, status: code, latency: ms}, units: {latency: ms}}
# geo: {country: /var/lib/geo/country.mmdb, network: /var/lib/geo/asn.mmdb}
# alerts: {mail: [{server: "smtp.example.org:587", from: floodgauge@example.org, to: ops@example.org}]}
`

func indent(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+by) + "\n"
}

// Run checks the file.
func (c *checkConfigCmd) Run(env *environment) error {
	if c.File == "" {
		return usagef("check-config needs the file to check, as in \"%s check-config floodgauge.yaml\"", name)
	}
	cfg, err := config.Load(c.File)
	if err != nil {
		return err
	}
	alerts := ""
	if n := cfg.Alerts.Destinations(); n > 0 {
		alerts = ", " + count(n, "destination") + " of alerts"
	}
	_, err = fmt.Fprintf(env.stdout, "ok: %s: k %d, %s, %s, %s, %s%s\n", spelling.Path(c.File), cfg.K, count(len(cfg.Sites), "site"), count(len(cfg.Sources), "source"),
		count(len(cfg.Formats), "format"), count(len(cfg.PathTemplates), "path template"), alerts)
	return err
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
