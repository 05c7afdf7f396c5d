package cli

import (
	"errors"
	"fmt"

	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// rulesCmd is the command line of "rules".
type rulesCmd struct {
	Lint   rulesLintCmd   `cmd:"" help:"Check a policy of Cloud Armor: everything that the service would refuse, and rules that never get a request."`
	Export rulesExportCmd `cmd:"" help:"Write a policy for gcloud, for Terraform or for the API."`
	Test   rulesTestCmd   `cmd:"" help:"Say what a rule would have met in logs: how many requests, of whom."`
}

// Help is shown above the commands.
func (c *rulesCmd) Help() string {
	return examples(
		"rules lint policy.yaml", "what \"gcloud compute security-policies describe NAME --format=yaml\" printed",
		"rules export policy.yaml --to terraform", "the same rules as resources",
		"rules test policy.yaml:1000 access.log", "what one of them would have met",
	)
}

// rulesLintCmd is the command line of "rules lint".
type rulesLintCmd struct {
	File string `arg:"" optional:"" name:"file" help:"The policy, in YAML or JSON."`
}

// Help is shown above the flags.
func (c *rulesLintCmd) Help() string {
	return examples("rules lint policy.yaml", "prints \"ok\", or every problem with its line; exit code 1 where the service would refuse the policy")
}

// Run checks the policy.
func (c *rulesLintCmd) Run(env *environment) error {
	p, err := readPolicy("lint", c.File)
	if err != nil {
		return err
	}
	problems, refused := cloudarmor.Lint(p), 0
	for _, problem := range problems {
		kind := "warning"
		if problem.Refused {
			kind = "error"
			refused++
		}
		if _, err := fmt.Fprintf(env.stdout, "%s:%d: %s: %s\n", spelling.Path(c.File), max(problem.Line, 1), kind, problem); err != nil {
			return err
		}
	}
	if refused > 0 {
		return fmt.Errorf("the service would refuse the policy for %s", count(refused, "reason"))
	}
	if len(problems) == 0 {
		_, err = fmt.Fprintf(env.stdout, "ok: %s: %s\n", spelling.Path(c.File), count(len(p.Rules), "rule"))
	}
	return err
}

func readPolicy(command, file string) (*cloudarmor.Policy, error) {
	if file == "" {
		return nil, usagef(`rules %s needs the policy, as in "%s rules %s policy.yaml"`, command, name, command)
	}
	p, err := cloudarmor.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", spelling.Path(file), err)
	}
	return p, nil
}

// rulesExportCmd is the command line of "rules export".
type rulesExportCmd struct {
	File   string `arg:"" optional:"" name:"file" help:"The policy, in YAML or JSON."`
	To     string `group:"output" enum:"rest,gcloud,terraform" default:"rest" help:"What to write: the body of a request to the API (rest), commands for a shell (gcloud), or resources (terraform)."`
	Policy string `group:"output" placeholder:"NAME" default:"policy" help:"Terraform's name of the policy that the rules go into."`
}

// Help is shown above the flags.
func (c *rulesExportCmd) Help() string {
	return "Nothing is written that the service would refuse. Rules keep what they say of preview.\n\n" + examples(
		"rules export policy.yaml > policy.json", "for the API, or for \"gcloud compute security-policies import\"",
		"rules export policy.yaml --to gcloud", "a command for each rule but the default one",
		"rules export policy.yaml --to terraform --policy news", "rules of google_compute_security_policy.news",
	)
}

// Run writes the policy.
func (c *rulesExportCmd) Run(env *environment) error {
	p, err := readPolicy("export", c.File)
	if err != nil {
		return err
	}
	out, err := c.export(p)
	if err != nil {
		return err
	}
	_, err = env.stdout.Write(out)
	return err
}

func (c *rulesExportCmd) export(p *cloudarmor.Policy) (out []byte, err error) {
	switch c.To {
	case "gcloud":
		out, err = cloudarmor.Gcloud(p)
	case "terraform":
		out, err = cloudarmor.Terraform(p, c.Policy)
	default:
		out, err = cloudarmor.REST(p)
	}
	var refused *cloudarmor.RefusedError
	if errors.As(err, &refused) {
		return nil, fmt.Errorf(`nothing is written, because the service would refuse it for %s: "%s rules lint %s" lists them`, count(len(refused.Problems), "reason"), name, spelling.Path(c.File))
	}
	return out, err
}
