package config

import (
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// matches tells whether the file at name, as somebody gave it, is one of the source's. A pattern without a slash is compared with the
// file's own name, one with a slash with the whole path; "**" stands for any number of folders.
func (s *Source) matches(name, folder string) bool {
	if name == "-" {
		return slices.Contains(s.Files, "-")
	}
	full, err := filepath.Abs(name)
	if err != nil {
		full = filepath.Clean(name)
	}
	parts := strings.Split(filepath.ToSlash(full), "/")
	for _, pattern := range s.Files {
		if !strings.Contains(pattern, "/") {
			if ok, _ := path.Match(pattern, parts[len(parts)-1]); ok {
				return true
			}
			continue
		}
		if !path.IsAbs(pattern) {
			pattern = path.Join(escapePattern(filepath.ToSlash(folder)), pattern)
		}
		if matchParts(strings.Split(path.Clean(pattern), "/"), parts) {
			return true
		}
	}
	return false
}

func matchParts(pattern, parts []string) bool {
	if len(pattern) == 0 {
		return len(parts) == 0
	}
	if pattern[0] == "**" {
		for i := range len(parts) + 1 {
			if matchParts(pattern[1:], parts[i:]) {
				return true
			}
		}
		return false
	}
	if len(parts) == 0 {
		return false
	}
	ok, _ := path.Match(pattern[0], parts[0])
	return ok && matchParts(pattern[1:], parts[1:])
}

// folder is where relative paths of the file start, as an absolute path.
func (c *Config) folder() string {
	full, err := filepath.Abs(filepath.Dir(c.File))
	if err != nil {
		return filepath.Dir(c.File)
	}
	return full
}

// escapePattern makes a literal path a pattern that matches only it.
func escapePattern(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}

var errPattern = errors.New("a '[' has no ']' or a '\\' stands at the end")

func checkPattern(pattern string) error {
	for part := range strings.SplitSeq(pattern, "/") {
		if _, err := path.Match(part, ""); err != nil {
			return errPattern
		}
	}
	return nil
}

// Patterns returns the file patterns of a source as they are followed: relative ones start at the configuration file's folder.
func (c *Config) Patterns(s *Source) []string {
	patterns := make([]string, len(s.Files))
	for i, pattern := range s.Files {
		if pattern != "-" && !path.IsAbs(pattern) {
			pattern = path.Join(escapePattern(filepath.ToSlash(c.folder())), pattern)
		}
		patterns[i] = pattern
	}
	return patterns
}
