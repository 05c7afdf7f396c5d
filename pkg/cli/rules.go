package cli

import (
	"fmt"

	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// rulesCmd is the command line of "rules".
type rulesCmd struct {
	List   rulesListCmd   `cmd:"" help:"List the rules that are recommended against what goes on."`
	Lint   rulesLintCmd   `cmd:"" help:"Check a policy of Cloud Armor: everything that the service would refuse, and rules that never get a request."`
	Export rulesExportCmd `cmd:"" help:"Write recommended rules for a proxy, or a policy of Cloud Armor for gcloud, for Terraform or for the API."`
	Test   rulesTestCmd   `cmd:"" help:"Say what a rule would have met in logs: how many requests, of whom."`
}

// Help is shown above the commands.
func (c *rulesCmd) Help() string {
	return examples(
		"rules list", "what is recommended against the attacks of the last two hours",
		"rules export --host www.example.org --to nginx", "the same of one site, to be tried in nginx",
		"rules lint policy.yaml", "what \"gcloud compute security-policies describe NAME --format=yaml\" printed",
		"rules export policy.yaml --to terraform", "the rules of a policy as resources",
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
