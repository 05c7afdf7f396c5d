package findings

import (
	"bytes"
	"encoding/json"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/floodgauge/floodgauge/schemas"
)

// JSON writes a finding with the names of schemas/attack.proto, in one line. protojson changes its spaces from build to build, so they are taken out.
func JSON(f *schemas.Finding) (json.RawMessage, error) {
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(f)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = json.Compact(&out, text)
	return out.Bytes(), err
}
