// Package transform is the Beam side of the pipeline: thin DoFns and CombineFns over the Beam-free packages, each registered beside its
// definition. It holds no logic of its own: what a line means is pkg/logentry's, what is counted is pkg/report's.
package transform

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/floodgauge/floodgauge/pkg/report"
)

func init() {
	beam.RegisterType(reflect.TypeFor[*report.Summary]())
	beam.RegisterCoder(reflect.TypeFor[*report.Summary](), encodeSummary, decodeSummary)
}

// encodeSummary and decodeSummary hand the whole accumulator to its own versioned coder: Beam's default one would drop unexported fields
// without a word.
func encodeSummary(s *report.Summary) []byte { return s.AppendBinary(make([]byte, 0, s.Size()/2)) }

func decodeSummary(b []byte) (*report.Summary, error) { return report.Decode(b) }
