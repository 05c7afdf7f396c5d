package cloudarmor

import (
	"encoding/base64"
	"net/netip"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// functions are those that Cloud Armor has beside CEL's own.
func functions() []cel.EnvOption {
	member := func(name string, f func(string) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload(name+"_string", []*cel.Type{cel.StringType}, cel.StringType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return f(string(v.(types.String))) })))
	}
	return []cel.EnvOption{
		member("lower", func(s string) ref.Val { return types.String(strings.ToLower(s)) }),
		member("upper", func(s string) ref.Val { return types.String(strings.ToUpper(s)) }),
		member("base64Decode", decodeBase64),
		member("urlDecode", func(s string) ref.Val { return types.String(decodeURL(s, false)) }),
		member("urlDecodeUni", func(s string) ref.Val { return types.String(decodeURL(s, true)) }),
		member("utf8ToUnicode", func(string) ref.Val { return untold() }),
		cel.Function("inIpRange", cel.Overload("in_ip_range", []*cel.Type{cel.StringType, cel.StringType}, cel.BoolType, cel.BinaryBinding(inIPRange))),
		elsewhere("evaluatePreconfiguredWaf", []*cel.Type{cel.StringType}, []*cel.Type{cel.StringType, cel.MapType(cel.StringType, cel.DynType)}),
		elsewhere("evaluatePreconfiguredExpr", []*cel.Type{cel.StringType}, []*cel.Type{cel.StringType, cel.ListType(cel.StringType)}),
		elsewhere("evaluateThreatIntelligence", []*cel.Type{cel.StringType}, []*cel.Type{cel.StringType, cel.ListType(cel.StringType)}),
		elsewhere("evaluateAddressGroup", []*cel.Type{cel.StringType, cel.StringType}),
		elsewhere("evaluateOrganizationAddressGroup", []*cel.Type{cel.StringType, cel.StringType}),
		elsewhere("evaluateAdaptiveProtection", []*cel.Type{cel.StringType}),
		elsewhere("evaluateAdaptiveProtectionAutoDeploy", nil),
	}
}

// elsewhere is a function whose answer only Google's service has.
func elsewhere(name string, signatures ...[]*cel.Type) cel.EnvOption {
	var overloads []cel.FunctionOpt
	for i, args := range signatures {
		overloads = append(overloads, cel.Overload(name+"_"+string(rune('a'+i)), args, cel.BoolType, cel.FunctionBinding(func(...ref.Val) ref.Val { return untold() })))
	}
	return cel.Function(name, overloads...)
}

// untold is what cannot be told here.
func untold() ref.Val { return types.NewUnknown(-1, nil) }

func decodeBase64(s string) ref.Val {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return types.NewErr("not in base64")
	}
	return types.String(b)
}

// decodeURL undoes percent-encoding, and with unicode that of %uXXXX too. What is not encoded rightly stays as it is.
func decodeURL(s string, unicode bool) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if c, n := escape(s[i:], unicode); n > 0 {
			out.WriteString(c)
			i += n - 1
			continue
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// escape decodes the escape that s begins with and says how long it is, 0 where there is none.
func escape(s string, unicode bool) (string, int) {
	if s[0] != '%' {
		return "", 0
	}
	if code, ok := hexadecimal(s, 1, 2); ok {
		return string([]byte{byte(code)}), 3
	}
	if unicode && len(s) > 1 && s[1]|0x20 == 'u' {
		if code, ok := hexadecimal(s, 2, 4); ok {
			return string(rune(code)), 6
		}
	}
	return "", 0
}

func hexadecimal(s string, at, digits int) (code int, ok bool) {
	if len(s) < at+digits {
		return 0, false
	}
	for _, c := range []byte(s[at : at+digits]) {
		d := strings.IndexByte("0123456789abcdef", c|0x20)
		if c < '0' || d < 0 {
			return 0, false
		}
		code = code<<4 | d
	}
	return code, true
}

func inIPRange(ip, cidr ref.Val) ref.Val {
	addr, err := netip.ParseAddr(string(ip.(types.String)))
	if err != nil {
		return types.NewErr("not an address")
	}
	prefix, err := netip.ParsePrefix(string(cidr.(types.String)))
	if err != nil {
		return types.NewErr("not a range of addresses")
	}
	return types.Bool(prefix.Contains(addr.Unmap()))
}
