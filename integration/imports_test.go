package integration

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/floodgauge/floodgauge/"

// layers holds what each package may import of this module, from the bottom up. A package that is not named here fails the test: say where it
// belongs.
var layers = map[string][]string{
	"schemas":             {},
	"pkg/vocabulary":      {},
	"pkg/spelling":        {},
	"pkg/privacy":         {"pkg/agent", "pkg/vocabulary", "schemas"},
	"pkg/geo":             {},
	"pkg/agent":           {"pkg/vocabulary"},
	"pkg/agent/listgen":   {},
	"pkg/logentry":        {"pkg/vocabulary"},
	"pkg/report":          {"pkg/vocabulary", "schemas"},
	"pkg/summarize":       {"pkg/agent", "pkg/geo", "pkg/logentry", "pkg/privacy", "pkg/report", "pkg/vocabulary"},
	"pkg/segment":         {},
	"pkg/logsource":       {"pkg/logentry", "pkg/segment", "pkg/spelling"},
	"pkg/spool":           {"pkg/logsource", "pkg/segment"},
	"pkg/ingest":          {"pkg/logentry", "pkg/spool"},
	"pkg/ingest/emulator": {},
	"pkg/reportwriter":    {"schemas", "pkg/vocabulary"},
	"pkg/loggen":          {"pkg/vocabulary"},
	"pkg/access":          {},
	"pkg/dashboard": {"pkg/access", "pkg/attack", "pkg/cloudarmor", "pkg/findings", "pkg/reportstore", "pkg/reportwriter", "pkg/siterule", "pkg/vocabulary",
		"schemas"},
	"pkg/reportstore":     {"pkg/access", "schemas"},
	"pkg/notify":          {},
	"pkg/config":          {"pkg/logentry", "pkg/notify", "pkg/privacy", "pkg/report", "pkg/reportstore", "pkg/spelling"},
	"pkg/transform":       {"pkg/attack", "pkg/findings", "pkg/logentry", "pkg/logsource", "pkg/privacy", "pkg/report", "pkg/summarize", "pkg/vocabulary", "schemas"},
	"pipelines/traffic":   {"pkg/logentry", "pkg/logsource", "pkg/privacy", "pkg/summarize", "pkg/transform", "pkg/vocabulary"},
	"pkg/engine/username": {},
	"pkg/engine":          {"pkg/engine/username", "pkg/privacy", "pkg/summarize", "pkg/transform"},
	"pkg/cloudarmor":      {},
	"pkg/attack":          {"pkg/report", "pkg/reportwriter", "pkg/vocabulary", "schemas"},
	"pkg/siterule":        {"pkg/agent", "pkg/cloudarmor", "pkg/privacy", "pkg/vocabulary"},
	"pkg/ruletest":        {"pkg/agent", "pkg/cloudarmor", "pkg/geo", "pkg/logentry", "pkg/logsource", "pkg/summarize", "pkg/vocabulary"},
	"pkg/addresses":       {"pkg/logentry", "pkg/logsource", "pkg/privacy"},
	"pkg/attack/evaluate": {"pkg/agent", "pkg/attack", "pkg/findings", "pkg/logentry", "pkg/loggen", "pkg/privacy", "pkg/report", "pkg/summarize", "schemas"},
	"pkg/findings":        {"pkg/access", "pkg/attack", "pkg/report", "pkg/reportstore", "pkg/siterule", "schemas"},
	"pkg/rollup":          {"pkg/report", "pkg/reportstore", "pkg/vocabulary", "schemas"},
	"pkg/inbox":           {"pkg/reportstore", "schemas"},
	"pkg/audit":           {"pkg/reportstore"},
	"pkg/replay": {"pipelines/traffic", "pkg/access", "pkg/engine", "pkg/findings", "pkg/inbox", "pkg/logentry", "pkg/logsource", "pkg/privacy", "pkg/reportstore",
		"pkg/reportstore/sqlite", "pkg/summarize", "pkg/transform", "schemas"},
	"pkg/live": {"pipelines/traffic", "pkg/engine", "pkg/findings", "pkg/inbox", "pkg/logentry", "pkg/logsource", "pkg/privacy", "pkg/reportstore", "pkg/rollup", "pkg/summarize",
		"pkg/transform", "schemas"},
	"pkg/up": {"pkg/access", "pkg/config", "pkg/dashboard", "pkg/findings", "pkg/ingest", "pkg/live", "pkg/logentry", "pkg/loggen", "pkg/logsource", "pkg/notify", "pkg/privacy", "schemas",
		"pkg/replay", "pkg/reportstore", "pkg/reportstore/sqlite", "pkg/spool", "pkg/summarize"},
	"pkg/cli": {"pipelines/traffic", "pkg/access", "pkg/addresses", "pkg/attack", "pkg/audit", "pkg/cloudarmor", "pkg/up", "pkg/config", "pkg/engine", "pkg/findings", "pkg/inbox", "pkg/logentry", "pkg/loggen", "pkg/logsource",
		"pkg/notify", "pkg/privacy", "pkg/replay", "pkg/reportstore", "pkg/reportstore/sqlite", "pkg/reportwriter", "pkg/ruletest", "pkg/siterule", "pkg/spelling", "pkg/spool",
		"pkg/summarize", "pkg/transform", "pkg/vocabulary", "schemas"},
	"integration": {"pipelines/traffic", "pkg/engine", "pkg/logentry", "pkg/summarize"},
	"":            {"pipelines/traffic", "pkg/cli", "pkg/engine"},

	"pkg/reportstore/sqlite":    {"pkg/access", "pkg/report", "pkg/reportstore", "pkg/vocabulary", "schemas"},
	"pkg/reportstore/storetest": {"pkg/access", "pkg/report", "pkg/reportstore", "pkg/vocabulary", "schemas"},
}

// forbidden dependencies, direct or not, each with its reason.
var forbidden = []struct{ pkg, dep, why string }{
	{"pkg/report", "pkg/logentry", "what is published must not be able to reach a parsed line"},
	{"pkg/reportwriter", "pkg/logentry", "a writer must not be able to reach a parsed line"},
	{"schemas", "pkg/logentry", "the published types must not be able to reach a parsed line"},
}

// beamPackages are the only ones that may reach Beam: the rest is tested, and understood, without it.
var beamPackages = map[string]bool{"pkg/transform": true, "pipelines/traffic": true, "pkg/engine": true, "pkg/live": true, "pkg/replay": true, "pkg/up": true, "pkg/cli": true, "integration": true, "": true}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func listPackages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps=false", "-json=ImportPath,Imports,Deps", module+"...")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var all []listed
	for dec := json.NewDecoder(out); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return all
}

func short(path string) string {
	if path+"/" == module {
		return ""
	}
	return strings.TrimPrefix(path, module)
}

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range listPackages(t) {
		name := short(p.ImportPath)
		allowed, known := layers[name]
		if !known {
			t.Errorf("package %q has no place among the layers: add it with what it may import", name)
			continue
		}
		for _, imp := range p.Imports {
			if strings.HasPrefix(imp+"/", module) && !contains(allowed, short(imp)) {
				t.Errorf("%s imports %s, which is not below it", name, short(imp))
			}
		}
		checkDeps(t, name, p.Deps)
	}
}

func checkDeps(t *testing.T, name string, deps []string) {
	for _, dep := range deps {
		if strings.HasPrefix(dep, "github.com/apache/beam/") && !beamPackages[name] {
			t.Errorf("%s reaches Beam through its imports: domain packages must not", name)
			return
		}
		for _, f := range forbidden {
			if f.pkg == name && module+f.dep == dep {
				t.Errorf("%s reaches %s: %s", name, f.dep, f.why)
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
