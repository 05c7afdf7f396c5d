package logentry

import (
	"fmt"
	"io"
	"log/slog"
)

// Private is text that may name or describe a visitor. However it is printed, marshalled or logged, it reads "[redacted]"; code that
// needs the bytes converts with []byte(p) and is thereby easy to find.
type Private []byte

const redacted = "[redacted]"

// Format implements fmt.Formatter for every verb.
func (Private) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText implements encoding.TextMarshaler; encoding/json uses it too.
func (Private) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue implements slog.LogValuer.
func (Private) LogValue() slog.Value { return slog.StringValue(redacted) }
