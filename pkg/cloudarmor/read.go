package cloudarmor

import (
	"errors"
	"fmt"
	"os"

	"go.yaml.in/yaml/v4"
)

// Read reads a policy as "gcloud compute security-policies describe" and "export" print it, or as the API takes it: YAML or JSON. Fields that are not
// about rules are skipped; a rule's field of a wrong type is an error with its line.
func Read(file string) (*Policy, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the policy: %w", err)
	}
	return parse(text)
}

func parse(text []byte) (*Policy, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("the policy is neither YAML nor JSON: %w", err)
	}
	if len(root.Content) == 0 {
		return nil, errors.New("the policy is empty")
	}
	var p Policy
	if err := root.Content[0].Decode(&p); err != nil {
		return nil, fmt.Errorf("this is no security policy: %w", err)
	}
	rules := field(root.Content[0], "rules")
	if rules == nil {
		return nil, errors.New(`the policy has no "rules": it must be what "gcloud compute security-policies describe NAME --format=yaml" prints, or the body that the API takes`)
	}
	if rules.Kind != yaml.SequenceNode || len(rules.Content) != len(p.Rules) {
		return nil, fmt.Errorf(`line %d: "rules" must be a list of rules`, rules.Line)
	}
	for i, rule := range rules.Content {
		p.Rules[i].Line = rule.Line
	}
	return &p, nil
}

// field is the value of a mapping's key, nil where there is none.
func field(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Kind == yaml.MappingNode && n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}
