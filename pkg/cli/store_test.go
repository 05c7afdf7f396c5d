package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/reportstore/sqlite"
	"github.com/floodgauge/floodgauge/schemas"
)

// storeWith makes a data folder.
func storeWith(t *testing.T, c *reportstore.Commit) (data string) {
	t.Helper()
	data = t.TempDir()
	commitTo(t, data, c)
	return data
}

func commitTo(t *testing.T, data string, c *reportstore.Commit) {
	t.Helper()
	store, err := sqlite.Open(data, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// succeeds runs a command line that must succeed and returns its standard output.
func succeeds(t *testing.T, args ...string) string {
	t.Helper()
	code, stdout, stderr := run(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit code %d, stderr %q", args, code, stderr)
	}
	return stdout
}

// TestTokens: the secret alone goes to standard output, works, is listed nowhere, and is worth nothing once revoked.
func TestTokens(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	secret := strings.TrimSuffix(succeeds(t, "tokens", "add", "--data", data, "--site", "www.example.org", "--expires", "2099-12-31"), "\n")
	ingest := strings.TrimSuffix(succeeds(t, "tokens", "add", "--data", data, "--all", "--source", "shop", "--name", "pump"), "\n")
	tokens, err := access.OpenTokens(filepath.Join(data, "tokens.json"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := tokens.Lookup(secret, time.Now())
	if err != nil || !token.SiteSet().Has("www.example.org") || token.SiteSet().Has("example.org") || !token.Expires.Equal(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the token is %+v, %v", token, err)
	}
	if token, err := tokens.Lookup(ingest, time.Now()); err != nil || token.Kind != access.Ingest || token.Source != "shop" {
		t.Errorf("the token to send lines is %+v, %v", token, err)
	}
	list := succeeds(t, "tokens", "list", "--data", data)
	for _, want := range []string{"www.example.org", "pump", "to send lines of source shop about all sites", "until 2100-01-01 00:00"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q:\n%s", want, list)
		}
	}
	if strings.Contains(list, secret) {
		t.Error("the list shows a secret")
	}
	succeeds(t, "tokens", "revoke", "--data", data, "pump")
	if _, err := tokens.Lookup(ingest, time.Now()); err == nil {
		t.Error("a token that was revoked works")
	}
	for _, args := range [][]string{{"revoke", "pump"}, {"add", "--site", "www.example.org"}} {
		code, stdout, stderr := run(t, append([]string{"tokens", "--data", data}[:1], append(args, "--data", data)...)...)
		if code != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}

func rowsToAsk() *reportstore.Commit {
	minute := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	row := func(host string) reportstore.Row {
		return reportstore.Row{Kind: reportstore.Closed, Report: &schemas.TrafficReport{Host: host, Minute: timestamppb.New(minute), Level: "minute", Requests: 7, Lines: 7}}
	}
	return &reportstore.Commit{Rows: []reportstore.Row{row("a.example"), row("b.example")}}
}

func TestQueryFormats(t *testing.T) {
	data := storeWith(t, rowsToAsk())
	const question = "SELECT host, requests, visitors, '=1' AS formula, char(27) || 'x' AS colour FROM traffic ORDER BY host"
	for format, want := range map[string]string{
		"table": "host       requests  visitors  formula  colour\na.example  7         -         '=1      \ufffdx\nb.example  7         -         '=1      \ufffdx\n",
		"csv":   "host,requests,visitors,formula,colour\na.example,7,,'=1,\ufffdx\nb.example,7,,'=1,\ufffdx\n",
		"json": `{"host":"a.example","requests":7,"visitors":null,"formula":"=1","colour":"\u001bx"}` + "\n" +
			`{"host":"b.example","requests":7,"visitors":null,"formula":"=1","colour":"\u001bx"}` + "\n",
	} {
		if got := succeeds(t, "query", "--data", data, "--format", format, question); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", format, got, want)
		}
	}
	for args, want := range map[string]string{
		"--limit 1 SELECT host FROM traffic": "more than 1 rows",
		"SELECT * FROM partials":             "floodgauge: ",
		"DELETE FROM rows":                   "floodgauge: ",
		"--timeout 1ms WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n": "the query took more than 1ms",
	} {
		words := strings.Fields(args)
		flags := 0
		if strings.HasPrefix(args, "--") {
			flags = 2
		}
		code, _, stderr := run(t, append(append([]string{"query", "--data", data}, words[:flags]...), strings.Join(words[flags:], " "))...)
		if code != 1 || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, stderr %q", args, code, stderr)
		}
	}
}

// TestQueryHelpNamesEveryColumn: what the help says of the views is what they have.
func TestQueryHelpNamesEveryColumn(t *testing.T) {
	data := storeWith(t, rowsToAsk())
	for _, v := range queryViews {
		columns, rows, err := sqlite.Query(t.Context(), data, "SELECT * FROM "+v.name+" LIMIT 0", sqlite.Limits{Rows: 1, Bytes: 1})
		if err != nil {
			t.Fatal(err)
		}
		for range rows {
			t.Error("a row of none")
		}
		if got := strings.Join(strings.Fields(v.columns), " "); got != strings.Join(columns, " ") {
			t.Errorf("%s has the columns %s, the help says %s", v.name, columns, got)
		}
	}
}

// TestDeadLetters: both kinds are listed, and what was set aside becomes due in a store that nobody holds.
func TestDeadLetters(t *testing.T) {
	at := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	extent := reportstore.Extent{Source: "files", File: "4096-abc", From: 100, To: 5100}
	data := storeWith(t, &reportstore.Commit{Letters: []reportstore.DeadLetter{
		{At: at, Letter: &schemas.DeadLetter{Source: "files", File: 0xabc, Offset: 17, Length: 20, Lines: 2, Reason: "not_json"}},
		{At: at, Extent: &extent, Tries: 3, Letter: &schemas.DeadLetter{Source: "files", File: 0xabc, Offset: 100, Length: 5000, Reason: "set_aside"}},
	}})
	want := "ID  REASON     SOURCE  FILE  BYTE  LENGTH  LINES      WHEN              TRIES  NEXT TRY\n" +
		"2   set_aside  files   abc   100   5000    not known  2026-05-04 12:00  3      by command\n" +
		"1   not_json   files   abc   17    20      2          2026-05-04 12:00  -      -\n"
	if got := succeeds(t, "deadletters", "list", "--data", data); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	code, _, stderr := run(t, "deadletters", "retry", "1", "--data", data)
	if code != 1 || !strings.Contains(stderr, "no dead letter 1 that can be tried again") {
		t.Errorf("of a line: exit code %d, stderr %q", code, stderr)
	}
	before := time.Now()
	if got := succeeds(t, "deadletters", "retry", "all", "--data", data); !strings.Contains(got, "1 part") {
		t.Errorf("retry says %q", got)
	}
	var letter struct {
		ID   int64
		Next time.Time
	}
	first, _, _ := strings.Cut(succeeds(t, "deadletters", "list", "--format", "json", "--data", data), "\n")
	if err := json.Unmarshal([]byte(first), &letter); err != nil {
		t.Fatal(err)
	}
	if letter.ID != 2 || letter.Next.Before(before) || letter.Next.After(time.Now()) {
		t.Errorf("the next try is %+v, want now", letter)
	}
}

func TestCommandsWithoutAStoreSaySo(t *testing.T) {
	data := t.TempDir()
	for _, args := range [][]string{{"query", "SELECT 1"}, {"audit"}, {"attacks"}, {"rules", "list"}, {"rules", "export", "--host", "a.example"}, {"forget", "a.example"}, {"deadletters", "list"}, {"deadletters", "retry", "all"}} {
		var stdout, stderr bytes.Buffer
		code := Run(context.Background(), append(args, "--data", data), strings.NewReader(""), &stdout, &stderr)
		if code != 1 || !strings.Contains(stderr.String(), "there are no reports in "+data) {
			t.Errorf("%v: exit code %d, stderr %q", args, code, stderr.String())
		}
	}
}
