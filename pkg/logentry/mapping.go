package logentry

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// MappingField describes a field of ours that a Mapping may fill.
type MappingField struct {
	Name        string
	Description string
}

// MappingFields lists the names that a Mapping's Fields may have, in the order in which documentation shows them.
func MappingFields() []MappingField {
	list := make([]MappingField, 0, fieldCount)
	for _, f := range fields {
		list = append(list, MappingField{Name: f.name, Description: f.description})
	}
	return list
}

// Validate reports everything that is wrong with the mapping, joined by errors.Join, so that a configuration can be mended at once.
func (m *Mapping) Validate() error {
	var errs []error
	found := map[string]string{} // key -> the field that reads it
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		key := m.Fields[name]
		if _, ok := fieldByName(name); !ok {
			errs = append(errs, fmt.Errorf("unknown field %q; the fields are %s", name, strings.Join(fieldNames(), ", ")))
		}
		if err := checkKey(key); err != nil {
			errs = append(errs, fmt.Errorf("field %q: %w", name, err))
		} else if other, ok := found[key]; ok {
			errs = append(errs, fmt.Errorf("fields %q and %q both read the key %q; one of them must go", other, name, key))
		}
		found[key] = name
	}
	errs = append(errs, m.checkNesting()...)
	errs = append(errs, m.checkUnits()...)
	if _, n := m.compile(); n > maxMappedKeys {
		errs = append(errs, fmt.Errorf("%d different keys, those of the objects on the way included; at most %d are possible", n, maxMappedKeys))
	}
	if m.Fields["time"] == "" {
		errs = append(errs, errors.New(`no key for "time"; without it no line becomes an entry`))
	}
	if !m.tellsRequests() {
		errs = append(errs, fmt.Errorf("none of %s has a key; at least one is needed to tell a request from other lines",
			strings.Join(requestFieldNames(), ", ")))
	}
	return errors.Join(errs...)
}

func checkKey(key string) error {
	switch {
	case key == "":
		return errors.New("its key is empty")
	case strings.ContainsRune(key, utf8.RuneError):
		return errors.New("its key is not valid UTF-8")
	case len(splitKey(key)) > maxKeyDepth:
		return fmt.Errorf("its key is nested more than %d deep", maxKeyDepth)
	}
	return nil
}

// checkNesting finds keys that would have to be a value and an object at the same time.
func (m *Mapping) checkNesting() (errs []error) {
	names := slices.Sorted(maps.Keys(m.Fields))
	for _, outer := range names {
		for _, inner := range names {
			if strings.HasPrefix(m.Fields[inner], m.Fields[outer]+".") {
				errs = append(errs, fmt.Errorf("fields %q and %q: the key %q cannot be a value and hold %q", outer, inner,
					m.Fields[outer], m.Fields[inner]))
			}
		}
	}
	return errs
}

func (m *Mapping) checkUnits() (errs []error) {
	for _, name := range slices.Sorted(maps.Keys(m.Units)) {
		if name != "time" && name != "latency" {
			errs = append(errs, fmt.Errorf(`unit for %q: only "time" and "latency" have units`, name))
		}
		if _, ok := units[m.Units[name]]; !ok {
			errs = append(errs, fmt.Errorf("unit for %q: %q is none; the units are s, ms, us, ns", name, m.Units[name]))
		}
	}
	return errs
}

func (m *Mapping) tellsRequests() bool {
	return slices.ContainsFunc(requestFieldNames(), func(name string) bool { return m.Fields[name] != "" })
}

func requestFieldNames() (names []string) {
	for f := range fields {
		if requestFields>>f&1 == 1 {
			names = append(names, fields[f].name)
		}
	}
	return names
}

func fieldNames() (names []string) {
	for _, f := range fields {
		names = append(names, f.name)
	}
	return names
}

func fieldByName(name string) (field, bool) {
	for f := range fields {
		if fields[f].name == name {
			return field(f), true
		}
	}
	return 0, false
}

// maxKeyDepth bounds how deep a mapped key may be nested.
const maxKeyDepth = 16

// splitKey cuts a dotted key into the keys of nested objects. A dot that belongs to a key is written "\.".
func splitKey(key string) []string {
	const escaped = "\x00"
	parts := strings.Split(strings.ReplaceAll(key, `\.`, escaped), ".")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], escaped, ".")
	}
	return parts
}

// mappedKey is a key of a JSON object that a mapping has to do with: it holds a field, or an object with fields somewhere inside.
type mappedKey struct {
	name   string
	id     int // counts all keys of a mapping; below maxMappedKeys
	leaf   bool
	field  field    // of a leaf
	under  fieldSet // the fields at and below this key
	inside []mappedKey
}

// keySet is a set of mapped keys, by id.
type keySet uint64

const maxMappedKeys = 64

// compile makes the tree of keys of a mapping and counts them. Its order is that of the field names, so equal mappings give equal trees.
func (m *Mapping) compile() (keys []mappedKey, count int) {
	var root mappedKey
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		f, _ := fieldByName(name)
		at := &root
		for _, part := range splitKey(m.Fields[name]) {
			at = at.child(part, &count)
			at.under |= 1 << f
		}
		at.leaf, at.field = true, f
	}
	return root.inside, count
}

func (k *mappedKey) child(name string, count *int) *mappedKey {
	i := slices.IndexFunc(k.inside, func(c mappedKey) bool { return c.name == name })
	if i < 0 {
		i = len(k.inside)
		k.inside = append(k.inside, mappedKey{name: name, id: *count})
		*count++
	}
	return &k.inside[i]
}
