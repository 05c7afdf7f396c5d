package integration

import (
	"encoding/csv"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// TestWhatIsNotLogged: the common log format has no referrer, agent, cache, defence, latency and so on. No output shows a 0 for any of it.
func TestWhatIsNotLogged(t *testing.T) {
	path := fileOf(t, "access.log", logOf(t, "common", 500))
	page := shell(t, "report", path)
	for _, want := range []string{"  From cache    not logged\n", "  Answer time   not logged\n", "  Stopped       not logged\n",
		"Not in this log: bytes received, what the cache did, what the defence did,"} {
		if !strings.Contains(page.stdout, want) {
			t.Errorf("the page lacks %q:\n%s", want, page.stdout)
		}
	}
	for _, never := range []string{"Who asked", "Came from", "Browsers and bots", "What the cache did"} {
		if strings.Contains(page.stdout, never) {
			t.Errorf("the page has a section %q", never)
		}
	}
	checkNotLoggedCells(t, shell(t, "report", "--format", "csv", path).stdout)
	checkNotLoggedKeys(t, shell(t, "report", "--format", "json", path).stdout)
}

func checkNotLoggedCells(t *testing.T, output string) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(output)).ReadAll()
	if err != nil || len(records) < 2 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for i, column := range records[0] {
		for _, prefix := range []string{"request_bytes", "cache_", "enforced_", "preview", "origin_errors", "clients_b", "clients_d", "clients_e", "latency_", "top_referrers",
			"top_agents"} {
			if cell := records[1][i]; strings.HasPrefix(column, prefix) && cell != "not logged" {
				t.Errorf("CSV: %s is %q", column, cell)
			}
		}
	}
}

func checkNotLoggedKeys(t *testing.T, output string) {
	t.Helper()
	first, _, _ := strings.Cut(output, "\n")
	var row map[string]any
	if err := json.Unmarshal([]byte(first), &row); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"request_bytes", "cache", "enforced", "preview", "origin_errors", "clients", "latency", "top_referrers", "top_agents"} {
		if value, ok := row[key]; !ok || value != nil {
			t.Errorf("JSON: %s is %v", key, value)
		}
	}
	paths, _ := row["top_paths"].([]any)
	if len(paths) == 0 {
		t.Fatal("JSON: there are no paths")
	}
	for _, p := range paths {
		if path, _ := p.(map[string]any); path["cache_misses"] != nil || path["response_bytes"] == nil || path["errors"] == nil {
			t.Errorf("JSON: a path's figures are %v", path)
		}
	}
}

// TestWithoutAddresses: where no line names its client's address, there are no visitors to count, which is not the same as none; and what could be
// done about sites without a name is said.
func TestWithoutAddresses(t *testing.T) {
	log := regexp.MustCompile(`"remoteIp":"[^"]*",?`).ReplaceAll(logOf(t, "gcp", 500), nil)
	path := fileOf(t, "access.log", log)
	page := shell(t, "report", path)
	page.expect(t, "no addresses", 0, "500 counted as (other hosts): without visitors' addresses nobody can tell how many asked for the site; --host NAME, or sites:")
	words := strings.Join(strings.Fields(page.stdout), " ")
	for _, want := range []string{"Visitors not logged", "sites of which nobody can tell how many visitors asked for them", "Not in this log: visitors' addresses"} {
		if !strings.Contains(words, want) {
			t.Errorf("the page lacks %q:\n%s", want, page.stdout)
		}
	}
	if strings.Contains(page.stderr, "too few visitors") {
		t.Errorf("it said\n%s", page.stderr)
	}
	rows := shell(t, "report", "--format", "json", "--by", "all", path).stdout
	if !strings.Contains(rows, `"visitors":null`) || !strings.Contains(rows, `"not_logged":["client"`) {
		t.Errorf("JSON: %s", rows)
	}
	half := append(logOf(t, "gcp", 500), log...)
	rows = shell(t, "report", "--format", "json", "--by", "all", "--host", "news.example.org", fileOf(t, "access.log", half)).stdout
	if strings.Contains(rows, `"visitors":null`) || strings.Contains(rows, `"visitors":0`) || !strings.Contains(rows, `"partly_logged":{"client":`) {
		t.Errorf("half of the lines: %s", rows)
	}
}

// TestNotLoggedInParquet: nulls, as DuckDB reads them.
func TestNotLoggedInParquet(t *testing.T) {
	path := fileOf(t, "access.log", logOf(t, "common", 500))
	values := string(parquetValues(t, []byte(shell(t, "report", "--format", "parquet", "--by", "all", path).stdout)))
	if !strings.Contains(values, "<null>") {
		t.Errorf("no value is null:\n%s", values)
	}
}
