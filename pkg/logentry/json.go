package logentry

import (
	"bytes"
	"fmt"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// jsonParser reads lines of JSON by a Mapping. Whatever encoding/json accepts as an object gives the entry that its map would give:
// the last of equal keys counts, numbers may be strings and strings numbers, null is like a missing key.
//
// Broken JSON is accepted under one rule: the structure must be right, contents need not be. Braces, brackets, quotes, colons and
// commas are checked on the whole line. Not checked is what stands between the quotes of a string (raw control characters, bad escapes;
// see unescape for what a bad escape in a used value means), and a value without quotes may be any run of letters, digits, '+', '-' and
// '.', as in the `"upstream_time": -` of a hand-written log format. Whether a line becomes an entry depends on that line alone.
//
// Two readers do the work. The scanner (json_scan.go) understands any line. The shapes (json_shape.go) recognise lines built like one
// that the scanner has read before, several times faster; they are only ever right or silent, and then the scanner is asked.
type jsonParser struct {
	root         *level
	mapped       fieldSet
	always       vocabulary.Fields
	anyCase      bool
	requires     fieldSet
	timePower    int // power of ten from the unit to nanoseconds; negative where the number's size decides
	latencyPower int

	clock  clock
	shapes shapes
	scan   scanner
	found
	logged struct { // what the last line logs, by the keys that it has
		by     fieldSet
		fields vocabulary.Fields
	}
	scratch    []byte // unescaped texts of this line
	conversion conversion
}

// found is what a line holds for us: where the text of each field is. Two readers fill it.
type found struct {
	line    []byte
	escapes bool     // there is a backslash somewhere in the line
	lists   bool     // of a list of texts, the last is the value
	set     fieldSet // fields with a value
	present fieldSet // fields whose key is there, if only with null
	spans   [fieldCount]span
}

// span is a range of bytes of the line.
type span struct{ from, to uint32 }

// newJSONParser makes a parser for a mapping of the configuration.
func newJSONParser(m *Mapping) (*jsonParser, error) {
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("mapping %q: %w", m.Name, err)
	}
	return compileJSONParser(&readyMapping{Mapping: *m}), nil
}

// newReadyJSONParser makes a parser for a mapping that ships with the product; nil where there is none of that name.
func newReadyJSONParser(name string) *jsonParser {
	m := readyMappingByName(name)
	if m == nil {
		return nil
	}
	return compileJSONParser(m)
}

func compileJSONParser(m *readyMapping) *jsonParser {
	keys, _ := m.compile()
	p := &jsonParser{root: newLevel(keys, 1), always: m.always, anyCase: m.anyCase, requires: m.requires, timePower: -1, latencyPower: units["s"]}
	p.found.lists = m.lists
	for i := range keys {
		p.mapped |= keys[i].under
	}
	if unit, ok := m.Units["time"]; ok {
		p.timePower = units[unit]
	}
	if unit, ok := m.Units["latency"]; ok {
		p.latencyPower = units[unit]
	}
	return p
}

// parse reads one line into an empty e and r. Slices in them are valid until the next parse.
func (p *jsonParser) parse(line []byte, e *Entry, r *raw) Reason {
	p.found.line, p.found.escapes = line, bytes.IndexByte(line, '\\') >= 0
	p.scratch = p.scratch[:0]
	if !p.shapes.recall(&p.found) {
		if !p.scan.read(&p.found, p.root, p.anyCase) {
			return notAnObject(line)
		}
		p.shapes.learn(line, p.scan.steps)
	}
	return p.convert(e, r)
}

// notAnObject tells broken JSON from lines that never were JSON objects.
func notAnObject(line []byte) Reason {
	at := space(line, 0)
	if at < len(line) && line[at] == '{' {
		return ReasonBrokenJSON
	}
	return ReasonNotJSON
}

// loggedFields gives the report's fields that the line logs. Most lines have the keys of the one before.
func (p *jsonParser) loggedFields() vocabulary.Fields {
	if p.present == p.logged.by && p.present != 0 {
		return p.logged.fields
	}
	p.logged.by, p.logged.fields = p.present, p.always
	for f := range fields {
		if p.present>>f&1 == 1 {
			p.logged.fields |= fields[f].logs
		}
	}
	return p.logged.fields
}

// text gives the text of a field that was found, unescaped.
func (p *jsonParser) text(f field) []byte {
	s := p.spans[f]
	b := p.line[s.from:s.to:s.to]
	if !p.escapes || bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	from := len(p.scratch)
	p.scratch = unescape(p.scratch, b)
	return p.scratch[from:len(p.scratch):len(p.scratch)]
}
