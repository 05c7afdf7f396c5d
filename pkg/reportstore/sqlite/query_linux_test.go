package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

var plenty = Limits{Rows: 1000, Bytes: 1 << 20}

// asked is the whole answer, each row as a line.
func asked(ctx context.Context, dir, statement string, limits Limits) (lines []string, err error) {
	columns, rows, err := Query(ctx, dir, statement, limits)
	if err != nil {
		return nil, err
	}
	lines = append(lines, strings.Join(columns, " "))
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		lines = append(lines, strings.Trim(fmt.Sprint(row), "[]"))
	}
	return lines, nil
}

// queried has some of everything, and stays open for writing.
func queried(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := opened(t, dir)
	full := at(busy(reportstore.Minute, 300, 40), "a.example", noon)
	err := s.Commit(t.Context(), &reportstore.Commit{
		Rows:   []reportstore.Row{full, plain(reportstore.Late, "a.example", noon, 7), plain(reportstore.Provisional, "b.example", noon.Add(time.Minute), 3)},
		Insert: []reportstore.Partial{{Level: reportstore.Minute, Host: "b.example", Start: noon, Data: []byte("canary")}},
		Read:   []reportstore.Extent{{Source: "access", File: "canary", From: 0, To: 9}},
		Letters: []reportstore.DeadLetter{{
			Letter: &schemas.DeadLetter{Source: "access", Reason: "no_time", Lines: 3}, At: noon, Extent: &reportstore.Extent{File: "canary"},
		}},
		Sources:  []reportstore.SourceState{{Source: "access", Lines: 310, Newest: noon, Dead: map[string]int64{"no_time": 3}}},
		Findings: []*schemas.Finding{judged("b.example", noon, 0), judged("b.example", noon, 2), judged("a.example", noon.Add(time.Minute), 1)},
		Observed: []reportstore.Observed{{Host: "a.example", Minute: noon, Data: []byte("canary")}},
		States:   []reportstore.DetectionState{{Host: "b.example", Minute: noon, Data: []byte("canary")}},
		Literals: []reportstore.Literal{{Host: "b.example", Name: "canary", Expires: noon.Add(99999 * time.Hour), Data: []byte("canary")}},
	})
	if err == nil {
		err = s.PutFeedback(t.Context(), reportstore.Feedback{Host: "a.example", Started: noon, At: noon, By: "canary"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestQueryReadsTheViews(t *testing.T) {
	dir := queried(t)
	for statement, want := range map[string][]string{
		"SELECT host, sum(requests) AS n FROM traffic WHERE level = 'minute' GROUP BY host ORDER BY n DESC": {
			"host n",
			"a.example 307", "b.example 3",
		},
		"SELECT start, provisional, kind, generation FROM traffic WHERE host = 'b.example'": {
			"start provisional kind generation",
			"2026-05-04T12:01:00Z 1 provisional 0",
			"2026-05-04T12:00:00Z 1 provisional 0",
			"2026-05-04T00:00:00Z 1 provisional 0",
		},
		"SELECT count(*) FROM dead_letters, sources":                                                             {"count(*)", "1"},
		"SELECT count(*) FROM traffic WHERE level = 'minute' AND status_2xx > 0 AND p95 > p50 AND visitors > 10": {"count(*)", "1"},
		"SELECT source, reason, lines, at, set_aside FROM dead_letters": {
			"source reason lines at set_aside",
			"access no_time 3 2026-05-04T12:00:00Z 1",
		},
		"SELECT source, lines, newest, frontier, dead_lines FROM sources": {
			"source lines newest frontier dead_lines",
			"access 310 2026-05-04T12:00:00Z <nil> 3",
		},
		"SELECT count(*), sum(requests) FROM top WHERE list = 'top_countries' AND host = 'a.example' AND unix > 0": {
			"count(*) sum(requests)",
			"1 73",
		},
		"SELECT * FROM findings ORDER BY host": {
			"host start unix verdict kind points confidence requests normal_requests revision",
			"a.example 2026-05-04T12:01:00Z 1777896060 suspected pulse 6 0.75 1000 12.5 1",
			"b.example 2026-05-04T12:00:00Z 1777896000 suspected pulse 7 0.75 1000 12.5 2",
		},
		fmt.Sprintf("SELECT count(*) FROM findings WHERE host = 'a.example' AND unix >= %d", noon.Unix()): {"count(*)", "1"},
		"SELECT 1 FROM findings LIMIT 1": {"1", "1"}, "SELECT EXISTS (SELECT 1 FROM findings) AS x": {"x", "1"}, "SELECT count(*) FROM findings f, findings g": {"count(*)", "4"},
		"SELECT count(*) FROM findings, sources, dead_letters":                                             {"count(*)", "2"},
		"SELECT count(*) FROM (SELECT DISTINCT verdict FROM findings)":                                     {"count(*)", "1"},
		"SELECT count(*) FROM findings":                                                                    {"count(*)", "2"},
		"SELECT sum(t.requests), max(f.requests) FROM findings f JOIN traffic t USING (host, unix)":        {"sum(t.requests) max(f.requests)", "3 1000"},
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT max(i) FROM n": {"max(i)", "3"},
		"WITH rows AS (SELECT 5 AS x) SELECT x FROM rows":                                                  {"x", "5"},
	} {
		got, err := asked(t.Context(), dir, statement, plenty)
		if err != nil {
			t.Errorf("%s: %v", statement, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", statement, diff)
		}
	}
}

func TestQueryReadsNothingElse(t *testing.T) {
	dir := queried(t)
	outside := t.TempDir() + "/out.db"
	for _, statement := range []string{
		"SELECT data FROM partials", "SELECT count(*) FROM partials", "SELECT * FROM rows", "SELECT count(*) FROM reports", "SELECT name FROM hosts",
		"SELECT * FROM main.traffic", "WITH traffic AS (SELECT * FROM rows) SELECT * FROM traffic", "WITH top AS (SELECT data FROM reports) SELECT count(*) FROM top",
		"SELECT (SELECT max(id) FROM reports) FROM traffic", "SELECT * FROM traffic JOIN hosts", "SELECT * FROM (SELECT * FROM source_states) AS sources", "SELECT count(*) FROM PARTIALS p",
		"SELECT count(*) FROM main.Partials", "SELECT count(*) FROM sqlite_schema", "SELECT 1 FROM partials_by_slot",
		"SELECT * FROM observed", "SELECT count(*) FROM observed", "SELECT data FROM main.observed", "SELECT * FROM detection_states",
		"SELECT count(*) FROM detection_states", "SELECT count(*) FROM Main.Detection_States", "SELECT * FROM feedback", "SELECT count(*) FROM feedback",
		"SELECT said_by FROM feedback", "SELECT 1 FROM findings WHERE EXISTS (SELECT 1 FROM feedback)", "SELECT data FROM judgements", "SELECT count(*) FROM judgements",
		"SELECT data FROM findings", "SELECT * FROM main.findings", "SELECT revision FROM main.judgements", "WITH findings AS (SELECT * FROM feedback) SELECT * FROM findings",
		"WITH findings AS (SELECT * FROM observed) SELECT count(*) FROM findings", "SELECT (SELECT max(id) FROM judgements) FROM findings",
		"SELECT 1 FROM judgements_by_time", "SELECT * FROM findings JOIN observed", "SELECT * FROM (SELECT data AS host FROM detection_states) AS findings",
		"SELECT * FROM literals", "SELECT count(*) FROM literals", "SELECT data FROM main.literals", "SELECT count(*) FROM Main.Literals", "SELECT 1 FROM literals_by_expiry",
		"WITH findings AS (SELECT * FROM literals) SELECT * FROM findings", "SELECT 1 FROM findings WHERE EXISTS (SELECT 1 FROM literals)", "SELECT rowid FROM literals",
		"SELECT * FROM main.partials", "SELECT rowid FROM partials", "SELECT (SELECT max(id) FROM partials)",
		"WITH traffic AS (SELECT data FROM partials) SELECT * FROM traffic", "WITH rows AS (SELECT * FROM partials) SELECT * FROM rows",
		"SELECT * FROM (SELECT data AS id FROM partials) AS hosts", "SELECT 1 FROM traffic WHERE EXISTS (SELECT 1 FROM partials)",
		"SELECT * FROM cursor", "SELECT * FROM batches", "SELECT * FROM letters", "SELECT extent_file FROM letters",
		"SELECT letter FROM letters", "SELECT named FROM hosts", "SELECT * FROM sqlite_schema", "SELECT * FROM sqlite_temp_schema",
		"SELECT * FROM sqlite_sequence", "SELECT * FROM pragma_table_info('partials')", "SELECT * FROM dbstat",
		"SELECT * FROM sqlite_dbpage", "SELECT * FROM sqlite_stmt", "PRAGMA table_list", "PRAGMA query_only = off",
		"PRAGMA hard_heap_limit", "ATTACH '" + outside + "' AS out", "VACUUM INTO '" + outside + "'", "DETACH main", "DELETE FROM rows",
		"INSERT INTO hosts (name) VALUES ('x')", "UPDATE facts SET last_event = 0", "CREATE TABLE x (y)", "CREATE TEMP TABLE x (y)",
		"CREATE TEMP VIEW x AS SELECT * FROM partials", "DROP VIEW top", "DROP TABLE rows", "SELECT load_extension('x')", "BEGIN",
		"REINDEX", "ANALYZE", "SELECT 1; SELECT data FROM partials", "EXPLAIN SELECT data FROM partials",
		"SELECT * FROM traffic; DELETE FROM rows",
	} {
		if got, err := asked(t.Context(), dir, statement, plenty); err == nil {
			t.Errorf("%s gave %q", statement, got)
		}
	}
	if _, err := os.Stat(outside); err == nil {
		t.Error("a query made a file")
	}
}

const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "

func TestQueryIsLimited(t *testing.T) {
	dir := queried(t)
	for _, limits := range []Limits{{Rows: 50, Bytes: 1 << 20}, {Rows: 1 << 30, Bytes: 1000}} {
		if got, err := asked(t.Context(), dir, endless+"i FROM n", limits); !errors.Is(err, ErrTooMuch) {
			t.Errorf("an endless answer gave %d rows and %v", len(got), err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := asked(ctx, dir, endless+"count(*) FROM n", plenty); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an endless count gave %v", err)
	}
	if _, err := asked(t.Context(), dir, "SELECT length(zeroblob(100000000))", plenty); err == nil {
		t.Error("a value of 100 MB was made")
	}
	if _, err := asked(t.Context(), dir, "SELECT x FROM traffic", plenty); err == nil || !strings.Contains(err.Error(), "no such column") {
		t.Errorf("a wrong name gave %v", err)
	}
}

// queryDir tells the test binary to be a process that sorts some MB.
const queryDir, queryMB = "FLOODGAUGE_QUERY_DIR", "FLOODGAUGE_QUERY_MB"

func queryMuch(dir string) error {
	n, err := strconv.Atoi(os.Getenv(queryMB))
	if err != nil {
		return err
	}
	lines, err := asked(context.Background(), dir, fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "+
		"SELECT length(x) FROM (SELECT printf('%%.*c', 1000000, 'x') || i AS x FROM n) ORDER BY x", n), plenty)
	if err != nil || len(lines) != n+1 {
		return fmt.Errorf("%d lines, %w", len(lines), err)
	}
	status, err := os.ReadFile("/proc/self/status") // what a parent is told of a process counts the parent's own memory in
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Println(strings.Fields(peak)[0])
	return err
}

// peak is the memory in MB that a process takes to sort some MB.
func peak(t *testing.T, dir string, mb int) int64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), queryDir+"="+dir, fmt.Sprint(queryMB, "=", mb))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	kB := int64(0)
	if _, err := fmt.Sscan(string(out), &kB); err != nil {
		t.Fatalf("the process says %q", out)
	}
	return kB >> 10
}

// What is sorted is not kept in memory: five times as much takes hardly more.
func TestQueryTakesLittleMemory(t *testing.T) {
	dir := queried(t)
	some, more := peak(t, dir, 50), peak(t, dir, 250)
	t.Logf("sorting 50 MB took %d MB, 250 MB took %d", some, more)
	if more > some+100 {
		t.Errorf("sorting 50 MB took %d MB, 250 MB took %d", some, more)
	}
}
