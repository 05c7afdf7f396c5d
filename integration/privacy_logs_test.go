package integration

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// goodLines are lines that become entries: those of the crowd, and those full of canaries, also with the canaries escaped.
func (f logFormat) goodLines() []string { return f.goodLinesAt(noonOfLogs) }

// goodLinesAt are the same at another time.
func (f logFormat) goodLinesAt(at time.Time) (lines []string) {
	for _, v := range slices.Concat(crowdVisits(f.site()), canaryVisits(f.site())) {
		v.at = v.at.Add(at.Sub(noonOfLogs))
		line := f.line(v)
		lines = append(lines, line)
		if escaped := escapeCanaries(line); escaped != line {
			lines = append(lines, escaped)
		}
	}
	return lines
}

// escapeCanaries writes the canaries' first letters as servers escape what they find odd.
func escapeCanaries(line string) string {
	if strings.HasPrefix(line, "{") {
		return strings.ReplaceAll(line, "Zq7x", `\u005a\u00717x`)
	}
	return strings.ReplaceAll(line, "Zq7x", `\x5a\x717x`)
}

// brokenLines are lines that become dead letters, all full of canaries.
func (f logFormat) brokenLines() (lines []string) {
	for _, v := range spoiltVisits(f.site()) {
		lines = append(lines, f.line(v))
	}
	good := f.line(canaryVisits(f.site())[1])
	for _, share := range []int{10, 25, 50, 75, 95} {
		lines = append(lines, good[:len(good)*share/100], good[len(good)*share/100:])
	}
	return append(lines,
		"\x00\x01\x02"+good, "# "+good, strings.ReplaceAll(good, `"`, ""), strings.ReplaceAll(good, ":", ";"), "\xff\xfe"+good+"\xff",
		jsonLine(object{"textPayload": good, secret("extra"): "203.0.113.83", "timestamp": "2024-05-04T12:00:00Z"}),
		fmt.Sprintf("user %s wrote from 203.0.113.84 that %s@example.com is hers", secret("free"), secret("mail")))
}

// canaryLogs writes a log of each format into a folder, with the configuration that reads them.
func canaryLogs(t *testing.T) (folder, config string) { return canaryLogsAt(t, noonOfLogs) }

func canaryLogsAt(t *testing.T, at time.Time) (folder, config string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "logs")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	var yaml strings.Builder
	yaml.WriteString("sources:\n")
	for _, f := range logFormats {
		path := filepath.Join(folder, f.name+".log")
		writeFile(t, path, f.logAt(at))
		fmt.Fprintf(&yaml, "  - files: %s\n", path)
		if f.format != "" {
			fmt.Fprintf(&yaml, "    format: '%s'\n", f.format)
		}
		if f.noHost {
			fmt.Fprintf(&yaml, "    host: %s\n", f.site())
		}
		if f.name == "nginx-json" {
			fmt.Fprintf(&yaml, "    trusted_proxies: [%s]\n", proxyAddress)
		}
	}
	config = filepath.Join(filepath.Dir(folder), "floodgauge.yaml")
	writeFile(t, config, []byte(yaml.String()))
	return folder, config
}

// log is a format's file: good lines first, so that its beginning tells the format.
func (f logFormat) log() []byte { return f.logAt(noonOfLogs) }

func (f logFormat) logAt(at time.Time) []byte {
	return []byte(f.head + strings.Join(append(f.goodLinesAt(at), f.brokenLines()...), "\n") + "\n")
}

func appendFile(t *testing.T, path string, data []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// truncated is data compressed with gzip of which the last part is lost.
func truncated(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()[:b.Len()*2/3]
}

// TestCanariesArePlanted: what is never found says nothing unless it was there. Every canary is in some log, and the lines of every format hold
// most kinds of them.
func TestCanariesArePlanted(t *testing.T) {
	s := newScanner(slices.Concat(neverOut(), sharedOnly)...)
	planted := map[canary]bool{}
	for _, f := range logFormats {
		inFormat := map[canary]bool{}
		for _, n := range s.find(f.log()) {
			planted[n.canary], inFormat[n.canary] = true, true
		}
		if len(inFormat) < 30 {
			t.Errorf("the lines of %s hold only %d canaries", f.name, len(inFormat))
		}
	}
	for _, c := range slices.Concat(neverOut(), sharedOnly) {
		if !planted[c] {
			t.Errorf("no line holds the canary of %s, %s", c.field, c.text)
		}
	}
}
