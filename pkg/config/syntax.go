package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// document parses the YAML and returns the root node, or nil where the file holds nothing or no YAML.
func (r *reader) document(data []byte) *yaml.Node {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !r.checkText(data) {
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		r.at(0, 0, "the file cannot be read as YAML")
		return nil
	}
	var first, second yaml.Node
	if err := loader.Load(&first); err != nil {
		r.syntax(err, data)
		return nil
	}
	if err := loader.Load(&second); err == nil {
		r.at(second.Line, 0, "a second YAML document starts here; a configuration is one document, so remove the line '---'")
	} else if !errors.Is(err, io.EOF) {
		r.syntax(err, data)
	}
	if len(first.Content) == 0 || empty(first.Content[0]) {
		return nil
	}
	return first.Content[0]
}

// checkText finds what no text file holds, for which the YAML library knows no line.
func (r *reader) checkText(data []byte) bool {
	line := 1
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		switch {
		case c == '\n':
			line++
		case c == utf8.RuneError && size == 1:
			r.at(line, 0, "this is no UTF-8 text; save the file as UTF-8")
			return false
		case c < ' ' && c != '\t' && c != '\r', c == 0x7f:
			r.at(line, 0, "a control character stands here, so this is no text file; check the path")
			return false
		}
		i += size
	}
	return true
}

// syntax turns an error of the YAML library into a mistake. An empty stream is none.
func (r *reader) syntax(err error, data []byte) {
	var broken *yaml.LoadError
	if errors.Is(err, io.EOF) {
		return
	}
	if !errors.As(err, &broken) || broken.Mark.Line == 0 {
		r.at(0, 0, "the file cannot be read as YAML")
		return
	}
	mark := broken.Mark
	line, rest := lineAt(data, mark.Line, mark.Column)
	r.at(mark.Line, mark.Column, syntaxMessage(broken, line, rest))
}

func syntaxMessage(broken *yaml.LoadError, line, rest string) string {
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	switch {
	case strings.Contains(indent, "\t"):
		return "a tab is used for indentation; YAML wants spaces"
	case strings.HasPrefix(rest, "*"), strings.Contains(broken.Message, "anchor"):
		return "a '*' at the start means something else in YAML; put the text in quotes, as in \"*.log\""
	case strings.HasPrefix(rest, "%"), strings.HasPrefix(rest, "@"), strings.HasPrefix(rest, "`"):
		return "a text cannot start with '" + rest[:1] + "' in YAML; put it in single quotes"
	case strings.Contains(broken.Message, "mapping values are not allowed"):
		return "a ':' is not expected here; check the indentation, or put the text in quotes"
	}
	return "this is no YAML: " + broken.Message + "; check quotes, brackets and indentation here and " + placeOfStart(broken)
}

// placeOfStart says where the thing begins that is broken further down.
func placeOfStart(broken *yaml.LoadError) string {
	if start := broken.ContextMark.Line; start > 0 && start < broken.Mark.Line {
		return fmt.Sprintf("from line %d on", start)
	}
	return "in the line before"
}

// lineAt returns the text of a line (from 1), and its part from a column (from 1) on.
func lineAt(data []byte, number, column int) (line, rest string) {
	for range number - 1 {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	first, _, _ := bytes.Cut(data, []byte("\n"))
	line = string(first)
	runes := []rune(line)
	return line, string(runes[min(max(column-1, 0), len(runes)):])
}
