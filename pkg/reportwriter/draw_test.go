package reportwriter

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/schemas"
)

// drawReport makes a report with any values in any of its fields, also those that a later schema adds.
func drawReport(t *rapid.T) *schemas.TrafficReport {
	r := new(schemas.TrafficReport)
	drawFields(t, r.ProtoReflect())
	return r
}

func drawFields(t *rapid.T, m protoreflect.Message) {
	for i := range m.Descriptor().Fields().Len() {
		fd := m.Descriptor().Fields().Get(i)
		name := string(fd.Name())
		switch {
		case fd.IsMap():
			for range rapid.IntRange(0, 3).Draw(t, name) {
				m.Mutable(fd).Map().Set(drawValue(t, fd.MapKey()).MapKey(), drawEntry(t, m.Mutable(fd).Map(), fd.MapValue()))
			}
		case fd.IsList():
			for range rapid.IntRange(0, 3).Draw(t, name) {
				list := m.Mutable(fd).List()
				if fd.Message() != nil {
					drawFields(t, list.AppendMutable().Message())
				} else {
					list.Append(drawValue(t, fd))
				}
			}
		case fd.Message() != nil && !isTimestamp(fd):
			if rapid.Bool().Draw(t, name) {
				drawFields(t, m.Mutable(fd).Message())
			}
		case rapid.IntRange(0, 3).Draw(t, name) > 0:
			m.Set(fd, drawValue(t, fd))
		}
	}
}

func drawEntry(t *rapid.T, m protoreflect.Map, fd protoreflect.FieldDescriptor) protoreflect.Value {
	if fd.Message() == nil {
		return drawValue(t, fd)
	}
	v := m.NewValue()
	drawFields(t, v.Message())
	return v
}

func drawValue(t *rapid.T, fd protoreflect.FieldDescriptor) protoreflect.Value {
	name := string(fd.Name())
	switch fd.Kind() {
	case protoreflect.MessageKind:
		micros := rapid.Int64Range(0, 4e15).Draw(t, name)
		return protoreflect.ValueOfMessage((&timestamppb.Timestamp{Seconds: micros / 1e6, Nanos: int32(micros % 1e6 * 1e3)}).ProtoReflect())
	case protoreflect.StringKind:
		text := rapid.OneOf(rapid.SampledFrom([]string{"status", "path", "client", "=1", "-", "/a;b=c", strings.ToValidUTF8(hostileText, "?")}), rapid.String())
		return protoreflect.ValueOfString(strings.ToValidUTF8(text.Draw(t, name), ""))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(rapid.SliceOf(rapid.Byte()).Draw(t, name))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(rapid.Float64Min(0).Draw(t, name))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(rapid.Int32().Draw(t, name))
	case protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(rapid.Uint64().Draw(t, name))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(rapid.Int64().Draw(t, name))
	}
	panic(fmt.Sprintf("the schema has a kind of field that no test knows: %v", fd.Kind()))
}

// benchmarkRow is as long as a busy site's minute: about 5 kB of JSON.
func benchmarkRow() *schemas.TrafficReport {
	r := shopRow()
	for len(r.TopPaths) < 20 {
		r.TopPaths = append(r.TopPaths, r.TopPaths[len(r.TopPaths)%6])
		r.TopCountries = append(r.TopCountries, r.TopCountries[0])
		r.TopNetworks = append(r.TopNetworks, r.TopNetworks[0])
		r.TopAgents = append(r.TopAgents, r.TopAgents[0])
	}
	for i := range 300 {
		r.Latency.Buckets = append(r.Latency.Buckets, &schemas.Bucket{Index: int32(i), Count: int64(i)})
		r.ResponseSize.Buckets = append(r.ResponseSize.Buckets, &schemas.Bucket{Index: int32(i), Count: int64(i)})
	}
	r.VisitorsSketch = make([]byte, 600)
	return r
}
