package integration

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/funcx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/coder"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/exec"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/reflectx"
	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
)

// noSymbols takes the place of the program's symbol table, in which Beam looks for what is not registered. It hides a missing registration until
// the graph runs in a program that has no such table, so no test of this package may use it.
type noSymbols struct{}

func (noSymbols) Sym2Addr(name string) (uintptr, error) {
	return 0, fmt.Errorf("%s is not registered", name)
}

func init() { runtime.Resolver = noSymbols{} }

// TestEverythingInTheGraphsIsRegistered: a runner starts workers that know functions and types by name only.
func TestEverythingInTheGraphsIsRegistered(t *testing.T) {
	for name, build := range map[string]func(beam.Scope) error{
		"local, no list of sites": func(s beam.Scope) error { return buildLocal(s, false) },
		"local, known sites":      func(s beam.Scope) error { return buildLocal(s, true) },
		"slice":                   buildSlice,
		"live":                    func(s beam.Scope) error { return traffic.BuildLive(s, liveSpec()) },
	} {
		t.Run(name, func(t *testing.T) {
			p, s := beam.NewPipelineWithRoot()
			if err := build(s); err != nil {
				t.Fatal(err)
			}
			missing, checked := unregistered(t, p)
			for _, m := range missing {
				t.Errorf("%s is not registered with Beam", m)
			}
			if checked < 9 {
				t.Errorf("only %d steps were looked at", checked)
			}
		})
	}
}

func buildLocal(s beam.Scope, sites bool) error {
	cfg := sitesConfig("gcp")
	if !sites {
		cfg.Sites, cfg.SitesOnly = nil, false
	}
	return buildChild(s, traffic.Spec{Local: &traffic.LocalSpec{Config: traffic.Config{Summarize: cfg, Findings: true, Levels: append([]string{traffic.All}, allLevels...)},
		Branches: ranges("access.log", make([]byte, 1000), 2), Dir: "results"}})
}

func buildSlice(s beam.Scope) error {
	return buildChild(s, traffic.Spec{Slice: &traffic.SliceSpec{Summarize: sitesConfig("gcp"), Branches: ranges("access.log", make([]byte, 1000), 2), Dir: "results"}})
}

func buildChild(s beam.Scope, spec traffic.Spec) error {
	raw, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	return traffic.BuildChild(s, raw)
}

// What a graph with every kind of mistake holds.
type (
	strangerFn    struct{}
	strangeThing  struct{ When time.Time }
	strangeMarker struct{ N int }
)

func (*strangerFn) ProcessElement(string, func(strangeMarker)) {}

func strangeFunction(string) strangeThing { return strangeThing{} }

func TestMissingRegistrationsAreFound(t *testing.T) {
	p, s := beam.NewPipelineWithRoot()
	words := beam.Create(s, "word")
	beam.ParDo(s, &strangerFn{}, words)
	beam.ParDo(s, strangeFunction, words)
	missing, _ := unregistered(t, p)
	const here = "github.com/floodgauge/floodgauge/integration."
	want := []string{"emitter func(integration.strangeMarker)", "function " + here + "strangeFunction", "type " + here + "strangeMarker",
		"type " + here + "strangeThing", "type " + here + "strangerFn"}
	if diff := cmp.Diff(want, missing); diff != "" {
		t.Errorf("what is missing (-want +found):\n%s", diff)
	}
}

// unregistered returns what a graph needs and workers would not find, and how many steps were looked at.
func unregistered(t *testing.T, p *beam.Pipeline) (missing []string, checked int) {
	t.Helper()
	edges, nodes, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	var r registry
	for _, e := range edges {
		r.edge(e)
	}
	for _, n := range nodes {
		r.full(n.Type())
		r.coder(n.Coder)
	}
	slices.Sort(r.missing)
	return slices.Compact(r.missing), r.checked
}

// registry gathers what Beam does not know.
type registry struct {
	missing []string
	checked int
}

func (r *registry) edge(e *graph.MultiEdge) {
	if e.DoFn != nil {
		r.fn((*graph.Fn)(e.DoFn))
		r.params(e.DoFn.ProcessElementFn())
		r.checked++
	}
	if e.CombineFn != nil {
		r.fn((*graph.Fn)(e.CombineFn))
		r.checked++
	}
	r.coder(e.AccumCoder)
	r.coder(e.RestrictionCoder)
	for _, c := range e.StateCoders {
		r.coder(c)
	}
}

func (r *registry) fn(fn *graph.Fn) {
	switch {
	case fn.DynFn != nil:
		r.function(reflectx.FunctionName(fn.DynFn.Gen), reflect.TypeOf(fn.DynFn.Gen))
	case fn.Fn != nil:
		r.function(fn.Fn.Fn.Name(), fn.Fn.Fn.Type())
	default:
		r.named(reflect.TypeOf(fn.Recv))
	}
}

func (r *registry) function(name string, t reflect.Type) {
	if _, err := runtime.ResolveFunction(name, t); err != nil {
		r.missing = append(r.missing, "function "+name)
	}
}

// params wants emitters and iterators that were made ready: Beam works without, ten times as slowly.
func (r *registry) params(fn *funcx.Fn) {
	for _, p := range fn.Param {
		switch {
		case p.Kind == funcx.FnEmit && !exec.IsEmitterRegistered(p.T):
			r.missing = append(r.missing, "emitter "+p.T.String())
		case p.Kind == funcx.FnIter && !exec.IsInputRegistered(p.T):
			r.missing = append(r.missing, "iterator "+p.T.String())
		}
	}
}

// full checks a type with its parts, such as KV<string, T>.
func (r *registry) full(t typex.FullType) {
	if t.Class() == typex.Concrete {
		r.named(t.Type())
	}
	for _, part := range t.Components() {
		r.full(part)
	}
}

// named wants a type of somebody's own to be known by its name.
func (r *registry) named(t reflect.Type) {
	t = reflectx.SkipPtr(t)
	if t.Kind() == reflect.Slice {
		t = reflectx.SkipPtr(t.Elem())
	}
	key, ok := runtime.TypeKey(t)
	if !ok {
		return // predeclared
	}
	if _, known := runtime.LookupType(key); !known {
		r.missing = append(r.missing, "type "+key)
	}
}

func (r *registry) coder(c *coder.Coder) {
	if c == nil {
		return
	}
	if c.Custom != nil {
		r.function(c.Custom.Enc.Fn.Name(), c.Custom.Enc.Fn.Type())
		r.function(c.Custom.Dec.Fn.Name(), c.Custom.Dec.Fn.Type())
		r.named(c.Custom.Type)
	}
	for _, part := range c.Components {
		r.coder(part)
	}
}
