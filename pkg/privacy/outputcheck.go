package privacy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// CheckSchema tells which texts of a file's messages are not registered, and which registered ones do not exist.
func CheckSchema(file protoreflect.FileDescriptor) error {
	missing := map[string]bool{}
	for path := range outputs {
		missing[path] = true
	}
	var problems []error
	used := map[protoreflect.FullName]bool{}
	for _, root := range roots() {
		m := file.Messages().ByName(protoreflect.Name(root))
		if m == nil {
			continue
		}
		eachText(m, root, used, func(path string) {
			if _, ok := outputs[path]; !ok {
				problems = append(problems, fmt.Errorf("%s is a text that no entry of the output allow-list describes", path))
			}
			delete(missing, path)
		})
	}
	for i := range file.Messages().Len() {
		if m := file.Messages().Get(i); !used[m.FullName()] {
			problems = append(problems, fmt.Errorf("message %s is part of no output that the allow-list knows", m.Name()))
		}
	}
	for path := range missing {
		problems = append(problems, fmt.Errorf("%s is on the output allow-list, but no such text exists", path))
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(problems...)
}

// roots are the messages that are written.
func roots() (all []string) {
	for path := range outputs {
		root, _, _ := strings.Cut(path, ".")
		all = append(all, root)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// eachText calls f with the path of every text that a message may hold, and notes the messages it consists of.
func eachText(m protoreflect.MessageDescriptor, path string, used map[protoreflect.FullName]bool, f func(string)) {
	used[m.FullName()] = true
	for i := range m.Fields().Len() {
		field := m.Fields().Get(i)
		at := path + "." + string(field.Name())
		value := field
		if field.IsMap() {
			if isText(field.MapKey()) {
				f(at)
			}
			value = field.MapValue()
		}
		switch {
		case isText(value):
			f(at)
		case value.Message() != nil:
			eachText(value.Message(), at, used, f)
		}
	}
}

func isText(f protoreflect.FieldDescriptor) bool {
	return f.Kind() == protoreflect.StringKind || f.Kind() == protoreflect.BytesKind
}

// CheckMessage tells which texts of a message are not what the allow-list says. The error never holds the text.
func CheckMessage(m proto.Message) error {
	r := m.ProtoReflect()
	c := checker{}
	c.message(r, string(r.Descriptor().Name()))
	return errors.Join(c.problems...)
}

type checker struct{ problems []error }

func (c *checker) message(m protoreflect.Message, path string) {
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		at := path + "." + string(f.Name())
		switch {
		case f.IsMap():
			v.Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
				c.value(f.MapKey(), key.Value(), at)
				c.value(f.MapValue(), value, at)
				return true
			})
		case f.IsList():
			for i := range v.List().Len() {
				c.value(f, v.List().Get(i), at)
			}
		default:
			c.value(f, v, at)
		}
		return true
	})
}

func (c *checker) value(f protoreflect.FieldDescriptor, v protoreflect.Value, path string) {
	switch f.Kind() {
	case protoreflect.StringKind:
		c.text(v.String(), path)
	case protoreflect.BytesKind:
		c.text(string(v.Bytes()), path)
	case protoreflect.MessageKind:
		c.message(v.Message(), path)
	}
}

func (c *checker) text(s, path string) {
	allowed, ok := outputs[path]
	switch {
	case !ok:
		c.problems = append(c.problems, fmt.Errorf("%s is a text that no entry of the output allow-list describes", path))
	case !allowed.fits(s):
		c.problems = append(c.problems, fmt.Errorf("%s must be %s, and is something else (%d bytes)", path, allowed.about, len(s)))
	}
}
