package integration

import (
	"encoding/csv"
	"encoding/json"
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

// TestNotLoggedInParquet: nulls, as DuckDB reads them.
func TestNotLoggedInParquet(t *testing.T) {
	path := fileOf(t, "access.log", logOf(t, "common", 500))
	values := string(parquetValues(t, []byte(shell(t, "report", "--format", "parquet", "--by", "all", path).stdout)))
	if !strings.Contains(values, "<null>") {
		t.Errorf("no value is null:\n%s", values)
	}
}
