package cloudarmor

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// headersName is the attribute that holds a request's headers, with names in lower case.
const headersName = "request.headers"

// attributes of the rules language and their types. Source: "Custom rules language attributes" of Google Cloud Armor's documentation.
var attributes = map[string]*cel.Type{
	"origin.ip":                             cel.StringType,
	"origin.user_ip":                        cel.StringType,
	"origin.region_code":                    cel.StringType,
	"origin.asn":                            cel.IntType,
	"origin.tls_ja3_fingerprint":            cel.StringType,
	"origin.tls_ja4_fingerprint":            cel.StringType,
	"request.method":                        cel.StringType,
	"request.path":                          cel.StringType,
	"request.scheme":                        cel.StringType,
	"request.query":                         cel.StringType,
	headersName:                             cel.MapType(cel.StringType, cel.StringType),
	"token.recaptcha_exemption.valid":       cel.BoolType,
	"token.recaptcha_action.score":          cel.DoubleType,
	"token.recaptcha_action.captcha_status": cel.StringType,
	"token.recaptcha_action.action":         cel.StringType,
	"token.recaptcha_action.valid":          cel.BoolType,
	"token.recaptcha_session.score":         cel.DoubleType,
	"token.recaptcha_session.valid":         cel.BoolType,
}

// standard are the operators and functions that the language has in common with CEL.
var standard = []string{"_&&_", "_||_", "!_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_+_", "_-_", "-_", "_*_", "_[_]", "size", "int", "contains", "startsWith",
	"endsWith", "matches"}

// language is the rules language as an environment of CEL: what it does not know does not compile.
var language = sync.OnceValues(func() (*cel.Env, error) {
	subset := &env.LibrarySubset{DisableMacros: true}
	for _, name := range standard {
		subset.IncludeFunctions = append(subset.IncludeFunctions, env.NewFunction(name))
	}
	options := []cel.EnvOption{cel.StdLib(cel.StdLibSubset(subset)), cel.Macros(cel.GlobalMacro("has", 1, expandHas)), cel.EnableMacroCallTracking()}
	for name, t := range attributes {
		options = append(options, cel.VariableDecls(decls.NewVariable(name, t)))
	}
	return cel.NewCustomEnv(append(options, functions()...)...)
})

// expandHas is the macro has(): beside CEL's has(a.b) the language knows has(a['b']), which header names need.
func expandHas(h cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
	switch arg := args[0]; arg.Kind() {
	case ast.SelectKind:
		return h.NewPresenceTest(arg.AsSelect().Operand(), arg.AsSelect().FieldName()), nil
	case ast.CallKind:
		if call := arg.AsCall(); call.FunctionName() == "_[_]" && call.Args()[1].Kind() == ast.LiteralKind {
			if key, ok := call.Args()[1].AsLiteral().(types.String); ok {
				return h.NewPresenceTest(call.Args()[0], string(key)), nil
			}
		}
	}
	return nil, h.NewError(args[0].ID(), "has() takes an attribute or a header: has(request.headers['user-agent'])")
}

// Expression is an expression that the language understands.
type Expression struct {
	text    string
	ast     *ast.AST
	program cel.Program
	headers []string // whose values it asks for, sorted
	names   []string // attributes it asks for, sorted
}

// Compile reads an expression. The error says where it is wrong and why.
func Compile(text string) (*Expression, error) {
	lang, err := language()
	if err != nil {
		return nil, err
	}
	checked, issues := lang.Compile(text)
	if issues.Err() != nil {
		return nil, fmt.Errorf("the expression is not in Cloud Armor's language: %s", inWords(issues))
	}
	if checked.OutputType() != cel.BoolType {
		return nil, fmt.Errorf("the expression must be true or false, but is of type %s", checked.OutputType())
	}
	program, err := lang.Program(checked, cel.EvalOptions(cel.OptPartialEval), cel.OptimizeRegex(interpreter.MatchesRegexOptimization))
	if err != nil {
		return nil, fmt.Errorf("the expression cannot be evaluated: %w", err)
	}
	e := &Expression{text: text, ast: checked.NativeRep(), program: program}
	e.collect()
	return e, nil
}

// inWords is what the compiler found wrong first, in one line. The rest usually follows from it.
func inWords(issues *cel.Issues) string {
	first := issues.Errors()[0]
	message := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, first.Message)
	return fmt.Sprintf("character %d: %s", first.Location.Column()+1, message)
}

// String is the expression as it was written.
func (e *Expression) String() string { return e.text }

// collect finds which attributes and headers the expression asks for.
func (e *Expression) collect() {
	ast.PostOrderVisit(e.ast.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		switch x.Kind() {
		case ast.IdentKind:
			e.names = append(e.names, x.AsIdent())
		case ast.SelectKind:
			if s := x.AsSelect(); s.IsTestOnly() {
				e.headers = append(e.headers, s.FieldName())
			} else if ref, ok := e.ast.ReferenceMap()[x.ID()]; ok && ref.Name != "" {
				e.names = append(e.names, ref.Name)
			}
		case ast.CallKind:
			if call := x.AsCall(); call.FunctionName() == "_[_]" && call.Args()[1].Kind() == ast.LiteralKind {
				if key, ok := call.Args()[1].AsLiteral().(types.String); ok {
					e.headers = append(e.headers, string(key))
				}
			}
		}
	}))
	slices.Sort(e.names)
	slices.Sort(e.headers)
	e.names, e.headers = slices.Compact(e.names), slices.Compact(e.headers)
}
