package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// reader walks a YAML tree by what is expected there and gathers the mistakes.
type reader struct {
	file     string
	mistakes Mistakes
}

func (r *reader) at(line, column int, message string) {
	r.mistakes = append(r.mistakes, Mistake{File: r.file, Line: line, Column: column, Message: message})
}

func (r *reader) fault(n *yaml.Node, format string, args ...any) {
	r.at(n.Line, n.Column, fmt.Sprintf(format, args...))
}

// pair is one entry of a YAML mapping.
type pair struct {
	name       string
	key, value *yaml.Node
}

// pairs returns the entries of a mapping whose values are not empty. "where" names it for messages, as in "a source".
func (r *reader) pairs(n *yaml.Node, where, example string) []pair {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.fault(n, "%s is written as keys with values, such as %q", where, example)
		return nil
	}
	var out []pair
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], resolve(n.Content[i+1])
		switch {
		case key.Kind != yaml.ScalarNode:
			r.fault(key, "a key is one word; put the text in quotes if it starts with a bracket")
		case key.ShortTag() == "!!merge":
			r.fault(key, "\"<<\" is not understood here; write the keys out, or use an anchor for a single value")
		case lines[key.Value] > 0:
			r.fault(key, "the key %q is already set in line %d; keep one of the two", key.Value, lines[key.Value])
		default:
			lines[key.Value] = key.Line
			out = append(out, pair{key.Value, key, value})
		}
	}
	return out
}

// keys returns the values of a mapping by key. Keys that are not among the known ones are mistakes; empty values count as left out.
func (r *reader) keys(n *yaml.Node, where, example string, known ...string) map[string]*yaml.Node {
	out := map[string]*yaml.Node{}
	for _, p := range r.pairs(n, where, example) {
		if !slices.Contains(known, p.name) {
			r.fault(p.key, "%s has no key %q; %s", where, p.name, suggest(p.name, known, "its keys are "))
			continue
		}
		if !empty(p.value) {
			out[p.name] = p.value
		}
	}
	return out
}

// suggest says which known word was meant, or lists them all.
func suggest(word string, known []string, list string) string {
	if near, ok := spelling.Nearest(word, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return list + strings.Join(known, ", ")
}

// items returns the elements of a list. A single value counts as a list of one where "single" says so.
func (r *reader) items(n *yaml.Node, what string, single bool) []*yaml.Node {
	if single && n.Kind == yaml.ScalarNode {
		return []*yaml.Node{n}
	}
	if n.Kind != yaml.SequenceNode {
		r.fault(n, "%s is a list: write each entry on a line of its own after \"- \"", what)
		return nil
	}
	out := make([]*yaml.Node, 0, len(n.Content))
	for _, item := range n.Content {
		item = resolve(item)
		if empty(item) {
			r.fault(item, "%s has an empty entry; fill it in or remove it", what)
			continue
		}
		out = append(out, item)
	}
	return out
}

// text returns a single value as it is written.
func (r *reader) text(n *yaml.Node, what string) (string, bool) {
	n = resolve(n)
	if n.Kind != yaml.ScalarNode {
		r.fault(n, "%s is a single value, not a list or keys", what)
		return "", false
	}
	if n.Value == "" {
		r.fault(n, "%s is empty; fill it in or remove the line", what)
		return "", false
	}
	return n.Value, true
}

// resolve follows an alias to the node that its anchor marks.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func empty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
