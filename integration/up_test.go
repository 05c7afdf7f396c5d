package integration

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// running is `floodgauge up` at work.
type running struct {
	cmd   *exec.Cmd
	url   string
	said  *said
	ended chan struct{}
}

// said is what a program has said so far.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) add(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintln(&s.text, line)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// startUp starts "up" in a box and waits until it names its page.
func startUp(t *testing.T, b *box, args ...string) *running {
	t.Helper()
	r := watch(t, b.command(t, append([]string{"up", "--listen", "127.0.0.1:0"}, args...)...))
	if r.url == "" {
		t.Fatalf("up names no page: %s", r.said)
	}
	return r
}

// watch starts a command and waits until it names its page, or ends.
func watch(t *testing.T, cmd *exec.Cmd) *running {
	t.Helper()
	r := &running{cmd: cmd, said: &said{}, ended: make(chan struct{})}
	stderr, err := r.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.kill() })
	lines := bufio.NewScanner(stderr)
	page := regexp.MustCompile(`the page is at (http://\S+)`)
	for r.url == "" && lines.Scan() {
		r.said.add(lines.Text())
		if m := page.FindStringSubmatch(lines.Text()); m != nil {
			r.url = m[1]
		}
	}
	go func() {
		defer close(r.ended)
		for lines.Scan() {
			r.said.add(lines.Text())
		}
		_ = r.cmd.Wait()
	}()
	return r
}

// endsWithin tells whether it ended by itself; otherwise it is killed.
func (r *running) endsWithin(d time.Duration) bool {
	select {
	case <-r.ended:
		return true
	case <-time.After(d):
		r.kill()
		return false
	}
}

// kill ends it, and what runs in the same group.
func (r *running) kill() {
	if r.cmd.SysProcAttr != nil && r.cmd.SysProcAttr.Setpgid {
		_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
	}
	_ = r.cmd.Process.Kill()
	<-r.ended
}

// stop ends it as a service manager does, and returns its exit code.
func (r *running) stop(t *testing.T) int {
	t.Helper()
	start := time.Now()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-r.ended
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %v to end", took)
	}
	return r.cmd.ProcessState.ExitCode()
}

// get asks the page for JSON.
func (r *running) get(t *testing.T, path string, into any) {
	t.Helper()
	resp, err := http.Get(r.url + path)
	if err != nil {
		t.Fatalf("%v; it said: %s", err, r.said)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v %s", path, resp.Status, err, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%s: %v: %s", path, err, body)
	}
}

// await asks until what comes is right.
func await(t *testing.T, what string, right func() bool) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !right() {
		select {
		case <-deadline:
			t.Fatalf("%s does not come within two minutes", what)
		case <-tick.C:
		}
	}
}

type siteList struct {
	Total int
	Sites []struct {
		Host     string
		Requests int64
		Last     time.Time
		Points   []struct{ Start time.Time }
	}
}

// TestUpDemo: somebody without a log sees sites with history, and their traffic moving; nothing is left behind.
func TestUpDemo(t *testing.T) {
	b := newBox(t)
	r := startUp(t, b, "--demo", "--ingest-listen", "127.0.0.1:0")
	var list siteList
	await(t, "history of five sites", func() bool {
		r.get(t, "api/v1/sites", &list)
		return list.Total == 5 && len(list.Sites[0].Points) > 50
	})
	before := list.Sites[0].Last
	await(t, "a later request", func() bool {
		r.get(t, "api/v1/sites", &list)
		return list.Sites[0].Last.After(before)
	})
	if code := r.stop(t); code != 0 {
		t.Errorf("exit code %d: %s", code, r.said)
	}
	if left := entries(t, b.path("tmp")); len(left) > 0 {
		t.Errorf("the demo left %v", left)
	}
}

// TestUpFollows: a log that is there is read, what is appended comes, and a second one on the same data is refused.
func TestUpFollows(t *testing.T) {
	b := newBox(t)
	log := logSince(t, time.Now().Add(-10*time.Minute), "vhost-combined", 3000)
	half := len(log) / 2
	path := b.path("home", "access.log")
	writeFile(t, path, log[:half])
	r := startUp(t, b, "access.log")
	requests := func() (n int64) {
		var list siteList
		r.get(t, "api/v1/sites", &list)
		for _, s := range list.Sites {
			n += s.Requests
		}
		return n
	}
	await(t, "what was there", func() bool { return requests() > 1000 })
	appendFile(t, path, log[half:])
	await(t, "what was appended", func() bool { return requests() == 3000 })
	second := finish(t, b.command(t, "up", "--listen", "127.0.0.1:0", "access.log"))
	second.expect(t, "a second one", 1, "floodgauge-data", "use")
	if code := r.stop(t); code != 0 {
		t.Errorf("exit code %d: %s", code, r.said)
	}
}

// TestUpTakesInOnlyWhatItReads: where the command line names the logs, the configuration's sources by HTTP are not read, and their lines are refused.
func TestUpTakesInOnlyWhatItReads(t *testing.T) {
	b := newBox(t)
	writeFile(t, b.path("home", "access.log"), logSince(t, time.Now().Add(-10*time.Minute), "vhost-combined", 100))
	writeFile(t, b.path("home", "floodgauge.yaml"), []byte("sources:\n  - http: pushed\n"))
	token := strings.TrimSpace(string(b.run(t, nil, "tokens", "add", "--all", "--source", "pushed").left["standard output"]))
	r := startUp(t, b, "--config", "floodgauge.yaml", "--ingest-listen", "127.0.0.1:0", "access.log")
	metrics := strings.TrimSuffix(r.ingestURL(t), "ingest/") + "metrics"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, metrics, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", "198.51.100.7") // a proxy on this machine passes on what comes from another
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("somebody elsewhere gets the metrics: %s", resp.Status)
	}
	if status, answer := send(t, r.ingestURL(t)+"pushed", token, []byte("a line\n")); status != http.StatusForbidden {
		t.Errorf("a line is taken in that nobody reads: %d %s", status, answer)
	}
}

// TestUpSaysThatTooManyNamesCame: whoever sends requests makes up their host names; the page says what that costs, and what to do.
func TestUpSaysThatTooManyNamesCame(t *testing.T) {
	b := newBox(t)
	var log strings.Builder
	at := time.Now().Add(-10 * time.Minute).UTC().Format(clfLayout)
	for i := range 30_000 {
		fmt.Fprintf(&log, "h%d.invented.example 192.0.2.%d - - [%s] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n", i, i%256, at)
	}
	writeFile(t, b.path("home", "access.log"), []byte(log.String()))
	r := startUp(t, b, "access.log")
	await(t, "the page's word about it", func() bool {
		_, page := fetchPage(t, r.url+"status")
		return strings.Contains(string(page), "because too many host names came")
	})
}

// TestUpOfALogWithoutSites: the terminal and the page say why nothing has a name, and what gives it one; what is kept compares with the log then.
func TestUpOfALogWithoutSites(t *testing.T) {
	b := newBox(t)
	writeFile(t, b.path("home", "access.log"), logSince(t, time.Now().Add(-10*time.Minute), "combined", 500))
	r := startUp(t, b, "access.log")
	await(t, "the terminal's word about it", func() bool { return strings.Contains(r.said.String(), "--host NAME") })
	for _, path := range []string{"status", "sites/(other%20hosts)"} {
		if _, page := fetchPage(t, r.url+path); !strings.Contains(string(page), "--host NAME") {
			t.Errorf("%s does not say why", path)
		}
	}
	r.stop(t)
	r = startUp(t, b, "--host", "www.example.org", "--data", "named", "access.log")
	await(t, "the site", func() bool {
		_, page := fetchPage(t, r.url+"sites/www.example.org")
		return strings.Contains(string(page), "requests")
	})
	if said := r.said.String(); strings.Contains(said, "--host") {
		t.Errorf("it says %s", said)
	}
	if end := b.run(t, nil, "audit", "--host", "www.example.org", "--data", "named", "access.log"); end.code != 0 {
		t.Errorf("the audit ends with %d: %s", end.code, end.left["standard output"])
	}
}

// TestTokensSpeakForTheirSites: a token for fewer sites than its source may speak for could falsify the others' figures, and is refused.
func TestTokensSpeakForTheirSites(t *testing.T) {
	b := newBox(t)
	writeFile(t, b.path("home", "floodgauge.yaml"), []byte("sources:\n  - {http: two, sites: [a.example.org, b.example.org]}\n  - {http: any}\n"))
	token := func(args ...string) string {
		return strings.TrimSpace(string(b.run(t, nil, append([]string{"tokens", "add"}, args...)...).left["standard output"]))
	}
	one := token("--source", "two", "--site", "a.example.org", "--name", "one")
	both := token("--source", "two", "--site", "a.example.org", "--site", "b.example.org", "--name", "both")
	open := token("--source", "any", "--site", "a.example.org", "--name", "open")
	all := token("--source", "any", "--all", "--name", "all")
	r := startUp(t, b, "--config", "floodgauge.yaml", "--ingest-listen", "127.0.0.1:0")
	line := []byte("b.example.org:443 198.51.100.7 - - [" + time.Now().UTC().Format("02/Jan/2006:15:04:05 -0700") + "] \"GET / HTTP/1.1\" 200 512 \"-\" \"curl/8.5\"\n")
	for _, c := range []struct {
		source, token string
		want          int
	}{{"two", one, 403}, {"two", both, 202}, {"any", open, 403}, {"any", all, 202}, {"any", both, 403}} {
		if status, answer := send(t, r.ingestURL(t)+c.source, c.token, line); status != c.want {
			t.Errorf("%s: %d, want %d: %s", c.source, status, c.want, answer)
		}
	}
}

// TestUpRefuses: what keeps it from starting is one sentence.
func TestUpRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		code int
		want string
		args []string
	}{
		"a port that is taken":     {1, "take another address", []string{"--listen", taken.Addr().String(), "access.log"}},
		"no source":                {1, "nothing to follow", nil},
		"a page for everybody":     {1, "floodgauge tokens add", []string{"--listen", "0.0.0.0:0", "access.log"}},
		"a folder that is a file":  {1, "access.log", []string{"--data", "access.log", "access.log"}},
		"a demo of somebody's log": {2, "--demo makes its own traffic", []string{"--demo", "access.log"}},
	} {
		b := newBox(t)
		writeFile(t, b.path("home", "access.log"), logOf(t, "combined", 10))
		r := finish(t, b.command(t, append([]string{"up"}, c.args...)...))
		r.expect(t, name, c.code, c.want)
		if n := strings.Count(r.stderr, "\n"); n != 1 {
			t.Errorf("%s: %d lines instead of a sentence: %s", name, n, r.stderr)
		}
	}
}
