package integration

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// ingestURL is where a running program takes in lines.
func (r *running) ingestURL(t *testing.T) (url string) {
	t.Helper()
	said := regexp.MustCompile(`taken in at (http://\S+/ingest/)`)
	await(t, "where lines are taken in", func() bool {
		m := said.FindStringSubmatch(r.said.String())
		if m != nil {
			url = m[1]
		}
		return m != nil
	})
	return url
}

// send sends lines by HTTP and returns the answer's status.
func send(t *testing.T, url, token string, body []byte, header ...string) (status int, answer []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer
}

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// metric is the sum of a metric's values over its labels.
func metric(t *testing.T, url, name string) (sum float64, found bool) {
	t.Helper()
	_, text := fetchPage(t, url)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok && (rest[0] == ' ' || rest[0] == '{') {
			value, err := strconv.ParseFloat(strings.TrimSpace(line[strings.LastIndexByte(line, ' '):]), 64)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			sum, found = sum+value, true
		}
	}
	return sum, found
}

// fetchPage gets a page with its headers.
func fetchPage(t *testing.T, url string) (status int, text []byte) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if err := resp.Header.Write(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(&b, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, b.Bytes()
}

// firstEvents is what the stream of events has at first.
func firstEvents(t *testing.T, url string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body) // ends with the time that it is given
	return text
}

// TestNoCanaryComesOutOfUp runs the whole program over logs of every format and over lines by HTTP, all full of canaries, and looks at every byte of its
// pages, its interface, its metrics, its messages, its data folder, and at what the commands that read it print. Only the spool holds lines as they came.
func TestNoCanaryComesOutOfUp(t *testing.T) {
	recent := time.Now().UTC().Add(-10 * time.Minute).Truncate(time.Minute).Add(7 * time.Second)
	folder, config := canaryLogsAt(t, recent)
	appendFile(t, config, []byte("  - http: pushed\n"))
	b := newBox(t)
	token := strings.TrimSpace(string(b.run(t, nil, "tokens", "add", "--all", "--source", "pushed").left["standard output"]))
	r := startUp(t, b, "--config", config, "--ingest-listen", "127.0.0.1:0")
	ingest := r.ingestURL(t)
	gcp := logFormats[0]
	pushed := gcp.logAt(recent.Add(time.Second))
	metrics := strings.TrimSuffix(ingest, "ingest/") + "metrics"

	left := leftovers{left: map[string][]byte{}}
	for _, try := range []struct {
		source, token string
		body          []byte
		header        []string
		want          int
	}{
		{"pushed", token, gzipped(t, pushed), []string{"Content-Encoding", "gzip"}, http.StatusAccepted},
		{"pushed", secret("key"), pushed, nil, http.StatusForbidden},
		{secret("path"), token, pushed, nil, http.StatusForbidden},
		{"pushed", token, pushed, []string{"Content-Encoding", "gzip"}, http.StatusBadRequest},
		{"pushed", token, truncated(t, pushed), []string{"Content-Encoding", "gzip"}, http.StatusBadRequest},
	} {
		status, answer := send(t, ingest+try.source, try.token, try.body, try.header...)
		if status != try.want {
			t.Errorf("POST %s with %d bytes: %d, want %d: %s", try.source, len(try.body), status, try.want, answer)
		}
		left.left[fmt.Sprintf("the answer %d", status)] = answer
	}

	lines := bytes.Count(pushed, []byte("\n"))
	for _, f := range logFormats {
		lines += bytes.Count(f.logAt(recent), []byte("\n"))
	}
	await(t, "every line", func() bool {
		n, _ := metric(t, metrics, "floodgauge_lines_total")
		return int(n) >= lines-2*len(logFormats) // those that describe a file are no lines, and some are empty
	})
	await(t, "the end of it", func() bool {
		n, _ := metric(t, metrics, "floodgauge_unread_bytes")
		return n == 0
	})
	checkMetrics(t, metrics)
	checkFound(t, r, gcp.site())
	gatherPages(t, r, metrics, left.left)
	if code := r.stop(t); code != 0 {
		t.Errorf("exit code %d: %s", code, r.said)
	}
	left.left["its messages"] = []byte(r.said.String())
	gatherCommands(t, b, config, folder, left.left)
	for name, data := range b.files(t) {
		if !strings.HasPrefix(name, "/home/floodgauge-data/spool/") {
			left.left[name] = data
		}
	}
	if spooled, _ := filepath.Glob(b.path("home", "floodgauge-data", "spool", "*")); len(spooled) == 0 {
		t.Error("there is no spool where it was left out")
	}
	database := leftovers{left: map[string][]byte{"the store": left.left["/home/floodgauge-data/traffic.db"]}}
	delete(left.left, "/home/floodgauge-data/traffic.db")
	left.check(t, nothingPersonal())
	// What open hours and days are made of holds templates that few share; they are hidden when the rows are made, and deleted when these close.
	database.check(t, newScanner(append(neverOut(), sharedSites...)...))
}

// checkMetrics: what operators watch is there, and fits together.
func checkMetrics(t *testing.T, url string) {
	t.Helper()
	values := map[string]float64{}
	for _, name := range []string{"lines_total", "entries_total", "dead_letters_total", "slices_total", "retries_total", "freshness_seconds", "oldest_unread_seconds", "store_bytes",
		"open_minutes", "set_aside", "set_aside_oldest_seconds", "halted", "incomplete_minutes"} {
		value, found := metric(t, url, "floodgauge_"+name)
		if !found {
			t.Errorf("there is no metric floodgauge_%s", name)
		}
		values[name] = value
	}
	if values["lines_total"] != values["entries_total"]+values["dead_letters_total"] || values["entries_total"] == 0 || values["dead_letters_total"] == 0 {
		t.Errorf("%v lines, %v entries, %v dead", values["lines_total"], values["entries_total"], values["dead_letters_total"])
	}
	if values["slices_total"] == 0 || values["store_bytes"] < 4096 || values["halted"] != 0 || values["freshness_seconds"] < 60 {
		t.Errorf("metrics: %v", values)
	}
}

// checkFound: an empty page would hold no canary either.
func checkFound(t *testing.T, r *running, site string) {
	t.Helper()
	_, page := fetchPage(t, r.url+"sites/"+site)
	if !bytes.Contains(page, []byte("/shared/article")) {
		t.Errorf("the page of %s does not show what its visitors share:\n%s", site, page)
	}
}

// gatherPages gets every page and every answer of the interface, for good and for wrong requests.
func gatherPages(t *testing.T, r *running, metrics string, into map[string][]byte) {
	t.Helper()
	paths := []string{"", "status", "api/v1/sites", "api/v1/status", "api/v1/openapi.json", "login", "healthz", "readyz", "nowhere"}
	for _, f := range logFormats {
		for _, period := range []string{"", "?range=15m", "?range=24h", "?range=1y"} {
			paths = append(paths, "sites/"+f.site()+period)
		}
		for _, answer := range []string{"series", "series.csv", "total", "rows"} {
			paths = append(paths, "api/v1/sites/"+f.site()+"/"+answer)
		}
	}
	paths = append(paths, "sites/(other%20hosts)", "api/v1/sites/(other%20hosts)/rows", "api/v1/sites/(other%20hosts)/total")
	for _, path := range paths {
		_, into["page "+path] = fetchPage(t, r.url+path)
	}
	_, into["metrics"] = fetchPage(t, metrics)
	into["events"] = firstEvents(t, r.url+"events")
}

// gatherCommands runs what reads the data folder.
func gatherCommands(t *testing.T, b *box, config, folder string, into map[string][]byte) {
	t.Helper()
	logs, err := os.ReadDir(folder)
	if err != nil || len(logs) < len(logFormats) {
		t.Fatalf("%d logs, %v", len(logs), err)
	}
	for _, args := range [][]string{
		{"deadletters", "list"}, {"deadletters", "list", "--format", "json"}, {"deadletters", "retry"}, {"tokens", "list"}, {"attacks"}, {"attacks", "--format", "json"}, {"rules", "list"}, {"rules", "list", "--format", "json"}, {"deadletters", "list", folder},
		{"rules", "test", "--config", config, "request.path.matches('.') || origin.asn == 1", folder},
		{"rules", "test", "--config", config, "--format", "json", "request.headers['user-agent'].matches('.') && request.query != ''", folder},
		{"query", "SELECT * FROM traffic"}, {"query", "SELECT * FROM top"}, {"query", "SELECT * FROM dead_letters"}, {"query", "SELECT * FROM sources"},
		{"query", "SELECT * FROM findings"},
		{"query", "SELECT * FROM partials"}, {"query", "SELECT '203.0.113.77' FROM nothing"},
		{"deadletters", "retry", "1"}, {"audit", "--config", config, folder}, {"replay", "--mode", "late", "--config", config, folder}, {"replay", "--mode", "rebuild", "--config", config, folder},
	} {
		o := b.run(t, nil, args...)
		name := strings.Join(args, " ")
		if args[0] == "query" && o.code != 0 && !strings.HasSuffix(name, "partials") && !strings.HasSuffix(name, "nothing") {
			t.Errorf("%s: exit code %d: %s", name, o.code, o.stderr())
		}
		if args[0] == "rules" && o.code != 0 {
			t.Errorf("%s: exit code %d: %s", name, o.code, o.stderr())
		}
		into[name+": standard output"], into[name+": standard error"] = o.left["standard output"], o.left["standard error"]
	}
}
