package logentry

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// templateMapping derives a Mapping from a format string that is made to look like JSON, nginx's escape=json above all: each key whose
// value is one variable gets that variable's field. It returns nil where the format is no JSON, or has no time that a mapping can read.
func templateMapping(tokens []token) *Mapping {
	text, pieces := templateText(tokens)
	var object map[string]any
	if json.Unmarshal([]byte(text), &object) != nil {
		return nil
	}
	m := &Mapping{Name: "log format", Fields: map[string]string{}, Units: map[string]string{}}
	ranks := map[string]int{}
	eachLeaf(object, "", func(key, value string) {
		p := pieces[value]
		if p == nil {
			return
		}
		name, ok := mappedName(p)
		if old, taken := ranks[name]; !ok || taken && old >= p.rank {
			return
		}
		ranks[name], m.Fields[name] = p.rank, key
		if name == "latency" {
			m.Units[name] = map[int]string{9: "s", 6: "ms", 3: "us"}[p.power]
		}
	})
	if m.Fields["url"] != "" || m.Fields["request"] != "" {
		delete(m.Fields, "path") // nginx's $uri is what the server made of it
		delete(m.Fields, "query")
	}
	if m.Validate() != nil {
		return nil
	}
	return m
}

// templateText writes the format with a marker in place of each value, in quotes where the format has none around it. The markers are
// characters of Unicode's private use.
func templateText(tokens []token) (text string, pieces map[string]*piece) {
	var b strings.Builder
	pieces = map[string]*piece{}
	quoted := false
	for _, t := range tokens {
		if t.piece == nil {
			b.WriteString(t.text)
			if strings.Count(strings.ReplaceAll(t.text, `\"`, ""), `"`)%2 == 1 {
				quoted = !quoted
			}
			continue
		}
		marker := string(rune(0xF0000 + len(pieces))) //nolint:gosec // formats have few values
		pieces[marker] = t.piece
		if !quoted {
			marker = `"` + marker + `"`
		}
		b.WriteString(marker)
	}
	return b.String(), pieces
}

// mappedName gives the name that a mapping has for what a value fills.
func mappedName(p *piece) (string, bool) {
	switch {
	case p.time != nil:
		readable := p.time.style == styleISO || len(p.time.steps) == 1 && p.time.gives&givesAll != 0
		return fields[fieldTime].name, readable
	case p.field == notRead || p.set != nil:
		return "", false
	}
	return fields[p.field].name, true
}

// eachLeaf visits the texts of a JSON object in the order of their keys, which are joined as a Mapping's are.
func eachLeaf(object map[string]any, prefix string, visit func(key, value string)) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		key := prefix + strings.ReplaceAll(name, ".", `\.`)
		switch value := object[name].(type) {
		case string:
			visit(key, value)
		case map[string]any:
			eachLeaf(value, key+".", visit)
		}
	}
}
