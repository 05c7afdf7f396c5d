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

// An Entry and a Block are personal data as a whole: what is not Private in them, such as the client's address, is not printed either.

// Format implements fmt.Formatter for every verb.
func (Entry) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText implements encoding.TextMarshaler; encoding/json uses it too.
func (Entry) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue implements slog.LogValuer.
func (Entry) LogValue() slog.Value { return slog.StringValue(redacted) }

// Format implements fmt.Formatter for every verb. Frameworks print elements in their errors.
func (Block) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText implements encoding.TextMarshaler; encoding/json uses it too. Runners encode the fields of a Block, not this text.
func (Block) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue implements slog.LogValuer.
func (Block) LogValue() slog.Value { return slog.StringValue(redacted) }

// Format implements fmt.Formatter for every verb: a parser remembers parts of the last line.
func (Parser) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }
