package reportwriter

import (
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// Rows of a row group. Fewer make files larger, more need more memory: compressed columns are held until the group is complete.
	parquetRowGroup = 20_000
	// Rows that are handed over at once.
	parquetBatch = 64
)

// WriteParquet writes all rows as one Parquet file, compressed with zstd. The columns are those of schemas.TrafficReport, nested
// lists and maps included; times are TIMESTAMP of microseconds in UTC, and line_xor is the signed integer of the same 64 bits, which
// BIT_XOR of BigQuery and bit_xor of DuckDB take. Columns of the outermost level, and figures of lists, may be null: not logged or not available. The same
// rows give the same bytes.
func WriteParquet(w io.Writer, rows iter.Seq[*schemas.TrafficReport]) error {
	report := (*schemas.TrafficReport)(nil).ProtoReflect().Descriptor()
	file := parquet.NewGenericWriter[any](w, parquet.NewSchema("traffic_report", tableNode(report)),
		parquet.Compression(&zstd.Codec{}),
		parquet.CreatedBy("floodgauge", "1", "0"),
		parquet.DataPageVersion(1), // what every reader knows
		parquet.MaxRowsPerRowGroup(parquetRowGroup))
	err := writeParquetRows(file, newShredder(report), rows)
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		return fmt.Errorf("writing the reports as Parquet: %w", err)
	}
	return nil
}

func writeParquetRows(file *parquet.GenericWriter[any], s *shredder, rows iter.Seq[*schemas.TrafficReport]) error {
	batch := make([]parquet.Row, 0, parquetBatch)
	for row := range rows {
		n := len(batch)
		batch = batch[:n+1] // keeps the memory of the row that was there before
		batch[n] = s.appendRow(batch[n][:0], row)
		if len(batch) < parquetBatch {
			continue
		}
		if _, err := file.WriteRows(batch); err != nil {
			return err
		}
		batch = batch[:0]
	}
	_, err := file.WriteRows(batch)
	return err
}

// tableNode is the root: every column may be null.
func tableNode(m protoreflect.MessageDescriptor) parquet.Node {
	return groupNode(m, func(fd protoreflect.FieldDescriptor) parquet.Node { return parquet.Optional(fieldNode(fd)) })
}

func groupNode(m protoreflect.MessageDescriptor, node func(protoreflect.FieldDescriptor) parquet.Node) parquet.Node {
	g := orderedGroup{Group: parquet.Group{}, rank: map[string]int{}}
	for i := range m.Fields().Len() {
		fd := m.Fields().Get(i)
		name := string(fd.Name())
		g.Group[name] = node(fd)
		g.rank[name] = i
	}
	return g
}

// orderedGroup has its fields in the schema's order, where parquet.Group sorts them by name.
type orderedGroup struct {
	parquet.Group
	rank map[string]int
}

func (g orderedGroup) Fields() []parquet.Field {
	fields := g.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int { return g.rank[a.Name()] - g.rank[b.Name()] })
	return fields
}

func fieldNode(fd protoreflect.FieldDescriptor) parquet.Node {
	switch {
	case fd.IsMap():
		return parquet.Map(singleNode(fd.MapKey()), singleNode(fd.MapValue()))
	case fd.IsList():
		return parquet.List(singleNode(fd))
	}
	return singleNode(fd)
}

// innerNode is a field of a group: null where the schema has it optional and it is not logged.
func innerNode(fd protoreflect.FieldDescriptor) parquet.Node {
	if mayLack(fd) {
		return parquet.Optional(fieldNode(fd))
	}
	return fieldNode(fd)
}

func mayLack(fd protoreflect.FieldDescriptor) bool { return fd.HasOptionalKeyword() }

func singleNode(fd protoreflect.FieldDescriptor) parquet.Node {
	switch fd.Kind() {
	case protoreflect.MessageKind:
		if isTimestamp(fd) {
			return parquet.Timestamp(parquet.Microsecond)
		}
		return groupNode(fd.Message(), innerNode)
	case protoreflect.StringKind:
		return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	case protoreflect.BytesKind:
		return parquet.Leaf(parquet.ByteArrayType)
	case protoreflect.DoubleKind:
		return parquet.Leaf(parquet.DoubleType)
	case protoreflect.BoolKind:
		return parquet.Leaf(parquet.BooleanType)
	case protoreflect.Int32Kind:
		return parquet.Int(32)
	}
	return parquet.Int(64)
}

func isTimestamp(fd protoreflect.FieldDescriptor) bool {
	return fd.Message().FullName() == "google.protobuf.Timestamp"
}
