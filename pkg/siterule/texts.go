package siterule

import (
	"fmt"

	"github.com/floodgauge/floodgauge/pkg/agent"
)

// texts are those by which a rule knows the agents of a family: they hold one of first, or one of own and none of others.
type texts struct{ first, own, others []agent.Literal }

func textsOf(family string) (t texts, err error) {
	literals, err := literalsOf(family)
	for _, l := range literals {
		switch {
		case !l.Own:
			t.others = append(t.others, l)
		case len(t.others) == 0:
			t.first = append(t.first, l)
		default:
			t.own = append(t.own, l)
		}
	}
	return t, err
}

// literalsOf are the agent package's, with a reason that reads on from "because".
func literalsOf(family string) ([]agent.Literal, error) {
	literals, err := agent.New().Literals(family)
	if err != nil {
		return nil, fmt.Errorf("agents of the family %q cannot be told by their texts: %w", family, err)
	}
	return literals, nil
}
