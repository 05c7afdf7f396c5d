package traffic

import (
	"encoding/json"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/pkg/transform"
)

// SliceSpec is the bounded run over what arrived since the slice before.
type SliceSpec struct {
	Summarize summarize.Config `json:"summarize"`
	// Branches are the ranges that are read side by side.
	Branches [][]logsource.Range `json:"branches"`
	// Dir receives partial summaries; transform.ReadPartials reads them.
	Dir string `json:"dir"`
}

// buildSlice adds the graph of a slice: it ends where a bounded run makes rows, because other slices know of the same minutes, too.
func buildSlice(s beam.Scope, spec *SliceSpec) {
	s = s.Scope("traffic")
	spec.Summarize.Keys = privacy.KeySpec{}
	parsed := transform.Summarize(s, spec.Summarize, false, transform.ReadFiles(s, spec.Branches)...)
	transform.WritePartials(s, spec.Dir, sourceNames(&spec.Summarize), mergedMinutes(s, transform.Lateness{}, parsed.Summaries), parsed.DeadLetters)
}

// Spec is the specification of any run of this package in a child process. Exactly one field is set.
type Spec struct {
	Local *LocalSpec `json:"local,omitempty"`
	Slice *SliceSpec `json:"slice,omitempty"`
}

// BuildChild is the engine.Builder of a Spec.
func BuildChild(s beam.Scope, raw json.RawMessage) error {
	var spec Spec
	if err := json.Unmarshal(raw, &spec); err != nil {
		return fmt.Errorf("reading the job: %w", err)
	}
	if spec.Slice != nil {
		buildSlice(s, spec.Slice)
		return nil
	}
	return buildLocal(s, spec.Local)
}

func sourceNames(cfg *summarize.Config) []string {
	names := make([]string, len(cfg.Sources))
	for i := range names {
		names[i] = cfg.Sources[i].Name
	}
	return names
}
