// Package privacy holds everything that turns personal data into what may leave the pipeline: templates of paths, hosts of referrers,
// day keys that make client addresses into tokens, the file those keys live in, and the list of text fields that outputs may have.
// It counts nothing, parses no log and does not apply the k rule: that needs counts and is done in pkg/report.
package privacy

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// secret is embedded in types that hold keys: however such a value is printed or logged, it reads "[redacted]".
type secret struct{}

// Format implements fmt.Formatter for every verb.
func (secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue implements slog.LogValuer.
func (secret) LogValue() slog.Value { return slog.StringValue(redacted) }
