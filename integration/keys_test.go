package integration

import (
	"bytes"

	"github.com/floodgauge/floodgauge/pkg/privacy"
)

// testSecret is recognisable wherever a key would leak.
const testSecret = "KEY-THAT-MUST-NOT-LEAK-32-BYTES!"

// testKeys are the same in every run, so that results can be compared.
func testKeys() privacy.KeySpec {
	return privacy.KeySpec{Line: bytes.Repeat([]byte("L"), privacy.SeedSize), Seed: []byte(testSecret)}
}
