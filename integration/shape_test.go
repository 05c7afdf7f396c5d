package integration

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Limits that keep the code readable; see CONTRIBUTING.md.
const (
	maxFileLines     = 450
	maxFunctionLines = 80
	maxMainLines     = 80
)

func goFiles(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", "..", "ls-files", "*.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for f := range strings.FieldsSeq(string(out)) {
		if !strings.HasSuffix(f, ".pb.go") {
			files = append(files, filepath.Join("..", f))
		}
	}
	return files
}

func TestFilesAndFunctionsAreShort(t *testing.T) {
	for _, name := range goFiles(t) {
		limit := maxFileLines
		if name == "../main.go" {
			limit = maxMainLines
		}
		if n := countLines(t, name); n > limit {
			t.Errorf("%s has %d lines; at most %d", name, n, limit)
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line; n > maxFunctionLines {
				t.Errorf("%s: %s has %d lines; at most %d", name, fn.Name.Name, n, maxFunctionLines)
			}
		}
	}
}

func countLines(t *testing.T, name string) int {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for s := bufio.NewScanner(f); s.Scan(); {
		n++
	}
	return n
}
