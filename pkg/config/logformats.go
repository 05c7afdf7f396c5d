package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// FormatNames lists the built-in formats.
func FormatNames() (names []string) {
	for _, f := range logentry.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// fieldNames lists what a mapping may fill.
func fieldNames() (names []string) {
	for _, f := range logentry.MappingFields() {
		names = append(names, f.Name)
	}
	return names
}

// CheckFormat checks what somebody gave as a format: the name of a built-in one, one of the mappings' names, or an nginx log_format or
// Apache LogFormat string, or the #Fields line of a log of CloudFront. The error says what to write instead.
func CheckFormat(text string, mappings []string) error {
	known := slices.Concat(mappings, FormatNames())
	switch {
	case slices.Contains(known, text):
		return nil
	case strings.ContainsAny(text, "$%"), strings.HasPrefix(text, "#Fields:"):
		_, err := logentry.NewParser(&logentry.Source{Format: text})
		return err
	}
	return fmt.Errorf("there is no format %q; %s", text, suggest(text, known, "the formats are "))
}
