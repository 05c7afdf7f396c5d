package reportwriter

import (
	"cmp"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/schemas"
)

// shredder takes messages apart into the leaf columns of the schema that tableNode makes of their type, with the repetition and
// definition levels of the Dremel paper. It walks the fields in the schema's order and fills column after column.
type shredder struct {
	fields  protoreflect.FieldDescriptors
	leaves  map[protoreflect.FullName]int // leaf columns of a field
	columns [][]parquet.Value
	next    int // column of the next leaf
}

// level says where a value stands: how many optional or repeated nodes above it are there (definition), at which repeated node it
// begins a new item (repetition), and how many repeated nodes there are above it (depth).
type level struct {
	definition, repetition, depth int
}

func newShredder(m protoreflect.MessageDescriptor) *shredder {
	s := &shredder{fields: m.Fields(), leaves: map[protoreflect.FullName]int{}}
	s.columns = make([][]parquet.Value, s.countLeaves(s.fields))
	return s
}

func (s *shredder) countLeaves(fields protoreflect.FieldDescriptors) int {
	total := 0
	for i := range fields.Len() {
		fd := fields.Get(i)
		n := 1
		if fd.Message() != nil && !isTimestamp(fd) {
			n = s.countLeaves(fd.Message().Fields())
		}
		s.leaves[fd.FullName()] = n
		total += n
	}
	return total
}

// appendRow appends the values of one report to row. The values share memory with the report.
func (s *shredder) appendRow(row parquet.Row, r *schemas.TrafficReport) parquet.Row {
	for i := range s.columns {
		s.columns[i] = s.columns[i][:0]
	}
	s.next = 0
	m, absent := r.ProtoReflect(), missingOf(r)
	for i := range s.fields.Len() {
		fd := s.fields.Get(i)
		if isNull(m, fd, absent) {
			s.null(fd, level{})
		} else {
			s.field(fd, m.Get(fd), level{definition: 1})
		}
	}
	for _, column := range s.columns {
		row = append(row, column...)
	}
	return row
}

// isNull tells whether a column of the outermost level has nothing to say.
func isNull(m protoreflect.Message, fd protoreflect.FieldDescriptor, absent missing) bool {
	switch name := string(fd.Name()); {
	case fd.HasPresence():
		return !m.Has(fd)
	case fd.IsMap():
		return absent.column(name, m.Get(fd).Map().Len()) != ""
	case fd.IsList():
		return absent.column(name, m.Get(fd).List().Len()) != ""
	default:
		return (name == "visitors_sketch" || name == "clients_unavailable") && !m.Has(fd)
	}
}

func (s *shredder) null(fd protoreflect.FieldDescriptor, at level) {
	for range s.leaves[fd.FullName()] {
		s.add(parquet.NullValue(), at)
	}
}

func (s *shredder) field(fd protoreflect.FieldDescriptor, v protoreflect.Value, at level) {
	switch {
	case fd.IsMap():
		s.mapping(fd, v.Map(), at)
	case fd.IsList():
		s.list(fd, v.List(), at)
	default:
		s.single(fd, v, at)
	}
}

func (s *shredder) list(fd protoreflect.FieldDescriptor, list protoreflect.List, at level) {
	if list.Len() == 0 {
		s.null(fd, at)
		return
	}
	first := s.next
	item := at
	item.definition++
	item.depth++
	for i := range list.Len() {
		s.next = first
		s.single(fd, list.Get(i), item)
		item.repetition = item.depth
	}
}

func (s *shredder) mapping(fd protoreflect.FieldDescriptor, m protoreflect.Map, at level) {
	if m.Len() == 0 {
		s.null(fd, at)
		return
	}
	first := s.next
	item := at
	item.definition++
	item.depth++
	for _, key := range sortedMapKeys(m) {
		s.next = first
		s.single(fd.MapKey(), key.Value(), item)
		s.single(fd.MapValue(), m.Get(key), item)
		item.repetition = item.depth
	}
}

func sortedMapKeys(m protoreflect.Map) []protoreflect.MapKey {
	keys := make([]protoreflect.MapKey, 0, m.Len())
	for key := range m.Range {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b protoreflect.MapKey) int {
		if text, ok := a.Interface().(string); ok {
			return cmp.Compare(text, b.String())
		}
		return cmp.Compare(a.Int(), b.Int())
	})
	return keys
}

func (s *shredder) single(fd protoreflect.FieldDescriptor, v protoreflect.Value, at level) {
	if fd.Message() == nil || isTimestamp(fd) {
		s.add(leafValue(fd, v), at)
		return
	}
	m := v.Message()
	for i := range m.Descriptor().Fields().Len() {
		inner := m.Descriptor().Fields().Get(i)
		switch {
		case !mayLack(inner):
			s.field(inner, m.Get(inner), at)
		case m.Has(inner):
			s.field(inner, m.Get(inner), level{definition: at.definition + 1, repetition: at.repetition, depth: at.depth})
		default:
			s.null(inner, at)
		}
	}
}

func leafValue(fd protoreflect.FieldDescriptor, v protoreflect.Value) parquet.Value {
	switch fd.Kind() {
	case protoreflect.MessageKind:
		return parquet.Int64Value(v.Message().Interface().(*timestamppb.Timestamp).AsTime().UnixMicro())
	case protoreflect.StringKind:
		return parquet.ByteArrayValue([]byte(strings.ToValidUTF8(v.String(), "\ufffd"))) // readers refuse anything else
	case protoreflect.BytesKind:
		return parquet.ByteArrayValue(v.Bytes())
	case protoreflect.DoubleKind:
		return parquet.DoubleValue(v.Float())
	case protoreflect.BoolKind:
		return parquet.BooleanValue(v.Bool())
	case protoreflect.Int32Kind:
		return parquet.Int32Value(int32(v.Int()))
	case protoreflect.Fixed64Kind, protoreflect.Uint64Kind:
		return parquet.Int64Value(int64(v.Uint()))
	}
	return parquet.Int64Value(v.Int())
}

func (s *shredder) add(v parquet.Value, at level) {
	s.columns[s.next] = append(s.columns[s.next], v.Level(at.repetition, at.definition, s.next))
	s.next++
}
