package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// rulesExportCmd is the command line of "rules export".
type rulesExportCmd struct {
	File     string  `arg:"" optional:"" name:"file" help:"The policy, in YAML or JSON. Without it rules that are recommended are written."`
	Host     string  `group:"show" placeholder:"NAME" help:"The site whose recommended rules are written."`
	Rule     string  `group:"show" placeholder:"NAME" help:"Only this rule, as \"rules list\" names it. Default: all of the site; those of one case are alternatives, the best first."`
	To       string  `group:"output" default:"rest" placeholder:"TARGET" values:"rest,gcloud,terraform,nginx,cloudflare,cel" help:"What to write: the body of a request to the API (rest), commands for a shell (gcloud), resources (terraform); of recommended rules also a snippet for nginx, expressions for Cloudflare, or Cloud Armor's expressions alone (cel). Default: ${default}."`
	Enforce  bool    `group:"output" help:"For nginx: refuse requests. Without it the snippet only logs what it would refuse."`
	Policy   string  `group:"output" placeholder:"NAME" default:"policy" help:"Name of the policy that the rules go into: Terraform's, or for recommended rules Cloud Armor's. Default: ${default}."`
	Priority minimum `group:"output" placeholder:"N" help:"Priority of the first recommended rule in Cloud Armor; the others follow it. Default: 1000."`
	logFlags
	dataFlag
}

// Help is shown above the flags.
func (c *rulesExportCmd) Help() string {
	return "Writes the rules of a policy, which keep what they say of preview, or those that are recommended for a site, to be previewed first: in Cloud Armor " +
		"they are in preview, in nginx they only log, and each says until when it is meant to stay, as nobody takes it out by itself. " +
		"For the API that is a policy of their own: put it over no other. They can hold values that few clients share. A rule can name clients, whose addresses no store has: it is written " +
		"where --log gives the raw logs that have them, while the key of their day lives. What a target cannot be told is not written, and said with the reason. Nothing is written that Cloud Armor would refuse.\n\n" + examples(
		"rules export --host www.example.org --to nginx", "a snippet that logs whom the rules would refuse",
		"rules export --host www.example.org --rule fg-search-1 --to nginx --enforce", "one of them in force",
		"rules export --host www.example.org --to gcloud --policy news", "commands that add them to the policy news, in preview",
		"rules export --host www.example.org --to nginx --log /var/log/nginx/access.log", "also rules that name client addresses",
		"rules export policy.yaml > policy.json", "for the API, or for \"gcloud compute security-policies import\"",
		"rules export policy.yaml --to gcloud", "a command for each rule but the default one",
		"rules export policy.yaml --to terraform --policy news", "rules of google_compute_security_policy.news",
	)
}

// ofPolicies are the targets that a policy is written for.
var ofPolicies = []string{"rest", "gcloud", "terraform"}

// check finds flags that do not go together.
func (c *rulesExportCmd) check() (err error) {
	recommended := c.Host != "" || c.Rule != "" || c.Priority != 0 || c.Enforce || !slices.Contains(ofPolicies, c.To)
	switch {
	case c.File != "" && recommended:
		return usagef("rules export writes either the rules of a policy or, with --host, those that are recommended: leave one out; --rule, --enforce, --priority and --to %s are for the latter",
			alternatives([]string{"nginx", "cloudflare", "cel"}))
	case c.File == "" && c.Host == "":
		return usagef(`rules export needs a site, as in "%s rules export --host www.example.org --to nginx", or the policy, as in "%[1]s rules export policy.yaml"`, name)
	case c.File != "" && c.given():
		return usagef("--log and the flags on how logs are read are for recommended rules, with --host: the rules of a policy have their addresses")
	case len(c.Log) == 0 && c.given():
		return usagef("--log-format, --time-zone, --trusted-proxy and --config say how raw logs are read: name these by --log")
	case c.Enforce && c.To != "nginx":
		return usagef("--enforce is for nginx: for others take the rule out of preview where it is")
	case c.Priority != 0 && !slices.Contains(ofPolicies, c.To):
		return usagef("--priority is for Cloud Armor: %s has none", c.To)
	}
	if c.Host, err = siteFlag(c.Host); err != nil {
		return err
	}
	return nil
}

// Run writes the rules.
func (c *rulesExportCmd) Run(env *environment) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.File == "" {
		return c.writeRecommended(env)
	}
	p, err := readPolicy("export", c.File)
	if err != nil {
		return err
	}
	out, err := c.policy(p)
	var refused *cloudarmor.RefusedError
	if errors.As(err, &refused) {
		return fmt.Errorf(`nothing is written, because the service would refuse it for %s: "%s rules lint %s" lists them`, count(len(refused.Problems), "reason"), name, spelling.Path(c.File))
	}
	if err != nil {
		return err
	}
	_, err = env.stdout.Write(out)
	return err
}

// policy writes a policy for one of ofPolicies.
func (c *rulesExportCmd) policy(p *cloudarmor.Policy) ([]byte, error) {
	switch c.To {
	case "gcloud":
		return cloudarmor.Gcloud(p)
	case "terraform":
		return cloudarmor.Terraform(p, c.Policy)
	default:
		return cloudarmor.REST(p)
	}
}
