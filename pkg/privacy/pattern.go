package privacy

import (
	"fmt"
	"strings"
)

// patternNode is a node of the tree of the operator's patterns, one level for each segment. A path reaches a node in one way only, so
// that a look-up visits no node twice.
type patternNode struct {
	literal  map[string]*patternNode
	wildcard *patternNode
	ends     string // the pattern that ends here
	rest     string // the pattern that takes one segment or more from here on
}

// match returns the pattern that a path fits, or "". A slash at the end does not count.
func (t *Templater) match(path []byte) string { return t.find(t.patterns, path) }

func (t *Templater) find(node *patternNode, path []byte) string {
	segment, rest := nextSegment(path)
	if len(segment) == 0 {
		return node.ends
	}
	if len(segment) <= maxSegment && len(node.literal) > 0 {
		if s, ok := t.decode(segment); ok {
			if child := node.literal[string(s)]; child != nil {
				if p := t.find(child, rest); p != "" {
					return p
				}
			}
		}
	}
	if node.wildcard != nil {
		if p := t.find(node.wildcard, rest); p != "" {
			return p
		}
	}
	return node.rest
}

func parsePatterns(patterns []string) (*patternNode, error) {
	if len(patterns) == 0 {
		return nil, nil
	}
	root := &patternNode{}
	for _, p := range patterns {
		if err := root.add(p); err != nil {
			return nil, err
		}
	}
	return root, nil
}

// add puts one pattern into the tree.
func (root *patternNode) add(pattern string) error {
	segments, err := splitPattern(pattern)
	if err != nil {
		return err
	}
	node, end := root, &root.ends
	for _, s := range segments {
		name, isWildcard := wildcardName(s)
		if strings.HasSuffix(name, "...") {
			end = &node.rest
			break
		}
		node = node.child(s, isWildcard)
		end = &node.ends
	}
	if *end != "" {
		return fmt.Errorf("path templates %q and %q match the same paths; remove one", *end, pattern)
	}
	*end = pattern
	return nil
}

// child returns the node below n for a segment, and makes it if need be.
func (n *patternNode) child(segment string, isWildcard bool) *patternNode {
	if isWildcard {
		if n.wildcard == nil {
			n.wildcard = &patternNode{}
		}
		return n.wildcard
	}
	if n.literal == nil {
		n.literal = map[string]*patternNode{}
	}
	if n.literal[segment] == nil {
		n.literal[segment] = &patternNode{}
	}
	return n.literal[segment]
}

// splitPattern checks a pattern and returns its segments.
func splitPattern(pattern string) ([]string, error) {
	bad := func(what string) error {
		return fmt.Errorf("path template %q: %s; write it like /user/{name}/photos or /files/{path...}", pattern, what)
	}
	if !strings.HasPrefix(pattern, "/") || pattern == "/" {
		return nil, bad("it must begin with / and have a segment")
	}
	if len(pattern) > MaxTemplate {
		return nil, bad(fmt.Sprintf("it is longer than %d characters", MaxTemplate))
	}
	segments := strings.Split(strings.TrimSuffix(pattern[1:], "/"), "/")
	for i, s := range segments {
		name, isWildcard := wildcardName(s)
		switch {
		case !isWildcard && !isLiteral(s):
			return nil, bad("a segment must be a {name} or consist of letters, digits and -._~:+()")
		case isWildcard && !isName(strings.TrimSuffix(name, "...")):
			return nil, bad("a name in braces must consist of letters, digits and _")
		case isWildcard && strings.HasSuffix(name, "...") && i < len(segments)-1:
			return nil, bad("{name...} can only be the last segment")
		}
	}
	return segments, nil
}

// wildcardName returns what stands in the braces of a segment that is all braces.
func wildcardName(segment string) (name string, ok bool) {
	name, ok = strings.CutPrefix(segment, "{")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(name, "}")
}

func isLiteral(s string) bool {
	for i := range len(s) {
		if k := kinds[s[i]]; k != letter && k != digit && k != joiner {
			return false
		}
	}
	return s != "" && s != "."
}

func isName(s string) bool {
	for i := range len(s) {
		if k := kinds[s[i]]; k != letter && k != digit && s[i] != '_' {
			return false
		}
	}
	return s != ""
}
