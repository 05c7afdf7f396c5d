package integration

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// documents are the texts whose commands, flags, links and names these tests hold to the program.
var documents = []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "deploy/README.md"}

func readDocument(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// codeBlocks returns the fenced blocks of a language.
func codeBlocks(text, language string) (blocks []string) {
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		blocks = append(blocks, m[1])
	}
	return blocks
}

// TestDocumentsLinks: what a document links to is there.
func TestDocumentsLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#]*)(#[^)]*)?\)`)
	for _, name := range documents {
		for _, m := range link.FindAllStringSubmatch(readDocument(t, name), -1) {
			target, anchor := m[1], strings.TrimPrefix(m[2], "#")
			if strings.Contains(target, "://") {
				continue
			}
			file := name
			if target != "" {
				file = filepath.Join(filepath.Dir(name), target)
			}
			if _, err := os.Stat(filepath.Join("..", file)); err != nil {
				t.Errorf("%s links to %s, which is not there", name, target)
			} else if anchor != "" && !slices.Contains(anchors(readDocument(t, file)), anchor) {
				t.Errorf("%s links to %s#%s, and there is no such heading", name, target, anchor)
			}
		}
	}
}

// anchors are the names that GitHub gives to headings.
func anchors(text string) (names []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		names = append(names, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, m[1]))
	}
	return names
}

// TestDocumentsNames: files, folders and tests that a document names in code are there.
func TestDocumentsNames(t *testing.T) {
	tests := testNames(t)
	word := regexp.MustCompile("`([^`\n]+)`")
	path := regexp.MustCompile(`^(deploy|integration|pipelines|pkg|schemas)(/[\w*.-]+)*/?$`)
	test := regexp.MustCompile(`^(Test|Fuzz|Benchmark)\w+$`)
	for _, name := range documents {
		for _, m := range word.FindAllStringSubmatch(readDocument(t, name), -1) {
			if found, _ := filepath.Glob(filepath.Join("..", m[1])); path.MatchString(m[1]) && len(found) == 0 {
				t.Errorf("%s names %s, which is not there", name, m[1])
			}
			if test.MatchString(m[1]) && !tests[m[1]] {
				t.Errorf("%s names %s, and there is no such test", name, m[1])
			}
		}
	}
}

// testNames are the names of all tests, fuzzers and benchmarks of the module.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() == ".git" || d.Name() == ".cache" {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			names[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestDocumentsFlags: every flag that a document gives to the program is in some command's help.
func TestDocumentsFlags(t *testing.T) {
	helps, err := filepath.Glob("../pkg/cli/testdata/help*.golden")
	if err != nil || len(helps) == 0 {
		t.Fatalf("no help texts: %v", err)
	}
	var help strings.Builder
	for _, file := range helps {
		help.WriteString(readDocument(t, strings.TrimPrefix(file, "../")))
	}
	// Words of the program's command line follow its name, or stand in code that begins with a flag.
	use := regexp.MustCompile("(?:floodgauge|go run \\.) (?:up|report|loggen|check-config|completion|version|tokens|replay|audit|query|deadletters|attacks|alerts|forget|rules)[^\n]*|`--[^`]*`")
	flag := regexp.MustCompile(`(?:^|[ \x60])(--[a-z][a-z-]*)`)
	for _, name := range documents {
		for _, words := range use.FindAllString(readDocument(t, name), -1) {
			for _, m := range flag.FindAllStringSubmatch(words, -1) {
				if !regexp.MustCompile(regexp.QuoteMeta(m[1]) + `\b`).MatchString(help.String()) {
					t.Errorf("%s uses %s, which no command has", name, m[1])
				}
			}
		}
	}
}
