package cloudarmor

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// Request is what is known of a request.
type Request struct {
	// Attributes are values by the language's names, such as "request.path" or "origin.asn" (an int64). What is not there is not known.
	Attributes map[string]any
	// Headers are the values of headers by their lower-case names.
	Headers map[string]string
	// Absent are headers that the request is known not to have. What is neither here nor in Headers is not known.
	Absent []string
}

// Answer says whether an expression matches a request.
type Answer uint8

// The answers. Unknown: it depends on something that is not known of the request.
const (
	NoMatch Answer = iota
	Matches
	Unknown
)

// String is the answer in one word.
func (a Answer) String() string { return [...]string{"no", "yes", "unknown"}[a] }

// Evaluate tells whether the expression matches the request. What cannot be computed, such as the value of an absent header, does not match, as in
// the service.
func (e *Expression) Evaluate(r *Request) (Answer, error) {
	known := map[string]any{}
	var unknown []*cel.AttributePatternType
	for _, name := range e.names {
		switch v, ok := r.Attributes[name]; {
		case name == headersName:
			known[name] = r.Headers
		case ok:
			known[name] = v
		default:
			unknown = append(unknown, cel.AttributePattern(name))
		}
	}
	for _, header := range e.headers {
		if _, ok := r.Headers[header]; !ok && !slices.Contains(r.Absent, header) {
			unknown = append(unknown, cel.AttributePattern(headersName).QualString(header))
		}
	}
	vars, err := cel.PartialVars(known, unknown...)
	if err != nil {
		return Unknown, fmt.Errorf("evaluating a rule: %w", err)
	}
	result, _, err := e.program.Eval(vars)
	switch {
	case result != nil && types.IsUnknown(result):
		return Unknown, nil
	case err == nil && result == types.True:
		return Matches, nil
	}
	return NoMatch, nil
}

// Condition is the match as an expression of the language, also where it is a list of addresses.
func (m *Match) Condition() string {
	switch {
	case m.Expr != nil:
		return m.Expr.Expression
	case m.Config == nil || slices.Contains(m.Config.SrcIPRanges, "*"):
		return "true"
	}
	var ranges []string
	for _, text := range m.Config.SrcIPRanges {
		if addr, err := netip.ParseAddr(text); err == nil {
			text = netip.PrefixFrom(addr, addr.BitLen()).String()
		}
		ranges = append(ranges, "inIpRange(origin.ip, "+Quote(text)+")")
	}
	return strings.Join(ranges, " || ")
}

// Unknowns are the attributes and headers that the expression asks for and that known does not hold, such as "request.headers['cookie']".
func (e *Expression) Unknowns(known map[string]bool) []string {
	var names []string
	for _, name := range e.names {
		if name != headersName && !known[name] {
			names = append(names, name)
		}
	}
	for _, header := range e.headers {
		if name := headersName + "['" + header + "']"; !known[name] {
			names = append(names, name)
		}
	}
	return names
}

// Quote writes s as a string of the language.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, c := range []byte(s) {
		switch {
		case c == '\'' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}
