package traffic

import (
	"encoding/json"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/transform"
)

// LocalSpec is a bounded run over files of this machine.
type LocalSpec struct {
	Config Config `json:"config"`
	// Branches are the ranges of files that are read side by side.
	Branches [][]logsource.Range `json:"branches"`
	// Dir receives the rows; transform.ReadLocal reads them.
	Dir string `json:"dir"`
}

// BuildLocal is the engine.Builder of a LocalSpec.
func BuildLocal(s beam.Scope, raw json.RawMessage) error {
	var spec LocalSpec
	if err := json.Unmarshal(raw, &spec); err != nil {
		return fmt.Errorf("reading the job: %w", err)
	}
	out, err := Build(s, spec.Config, transform.ReadFiles(s, spec.Branches)...)
	if err != nil {
		return err
	}
	names := make([]string, len(spec.Config.Summarize.Sources))
	for i := range names {
		names[i] = spec.Config.Summarize.Sources[i].Name
	}
	transform.WriteLocal(s, spec.Dir, names, out.Reports, out.DeadLetters)
	return nil
}
