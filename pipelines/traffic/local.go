package traffic

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/transform"
)

// LocalSpec is a bounded run over files of this machine.
type LocalSpec struct {
	Config Config `json:"config"`
	// Branches are the ranges of files that are read side by side.
	Branches [][]logsource.Range `json:"branches"`
	// Dir receives the rows; transform.ReadLocal and ReadFindings read them.
	Dir string `json:"dir"`
	// States is a file that transform.WriteStates wrote: what detection goes on from. Optional.
	States string `json:"states,omitempty"`
}

func buildLocal(s beam.Scope, spec *LocalSpec) error {
	var states []beam.PCollection
	if spec.States != "" {
		states = append(states, transform.ReadStates(s, spec.States))
	}
	out, err := build(s, spec.Config, states, transform.ReadFiles(s, spec.Branches)...)
	if err != nil {
		return err
	}
	transform.WriteLocal(s, spec.Dir, sourceNames(&spec.Config.Summarize), out.Reports, out.Findings, out.DeadLetters)
	return nil
}
