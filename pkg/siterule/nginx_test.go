package siterule

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// nginxBinary is the real nginx. Without it the exporter is not tested, so that it must be there.
func nginxBinary(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("nginx is not installed: deploy/ci/check setup installs it")
	return ""
}

// folder makes a folder of nginx's own with a file to serve.
func folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ok"), []byte("ok\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// configure writes a whole configuration around a snippet, whose parts go where their headings say. locations are those of the server.
func configure(t testing.TB, dir, snippet, locations string, port int) string {
	t.Helper()
	_, rest, ok := strings.Cut(snippet, nginxHTTP)
	http, rest, ok2 := strings.Cut(rest, "# 2. ")
	_, rest, ok3 := strings.Cut(rest, "\n")
	server, do, ok4 := strings.Cut(rest, nginxDo)
	if !ok || !ok2 || !ok3 || !ok4 {
		t.Fatalf("no snippet of three parts:\n%s", snippet)
	}
	for line := range strings.Lines(do) {
		if line != "\n" && !strings.HasPrefix(line, "#") {
			t.Fatalf("%q is no comment", line)
		}
	}
	var temp strings.Builder
	for _, what := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&temp, "%s_temp_path %s/temp;\n", what, dir)
	}
	log := "access_log off;"
	if _, format, ok := strings.Cut(do, "add  "); ok {
		format, _, _ = strings.Cut(format, "  to the log_format")
		log = fmt.Sprintf("log_format rule \"$request %s\";\naccess_log %s/access.log rule;", format, dir)
	}
	text := fmt.Sprintf(`daemon off;
master_process off;
pid %[1]s/pid;
error_log %[1]s/error.log info;
events { }
http {
%[2]s%[3]s
%[4]s
root %[1]s;
server {
  listen 127.0.0.1:%[5]d;
  server_name _;
%[6]s
%[7]s
}
}
`, dir, temp.String(), http, log, port, server, locations)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// accepts holds a configuration to "nginx -t".
func accepts(t testing.TB, dir, file string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), nginxBinary(t), "-t", "-p", dir, "-c", file).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("[warn]")) {
		text, _ := os.ReadFile(file)
		t.Fatalf("nginx -t: %v\n%s\n%s", err, out, text)
	}
}

const everything = "location / { try_files /ok =404; }\nerror_page 405 =200 /ok;"

// site is a running nginx with a rule.
type site struct {
	port int
	dir  string
}

// serve starts the real nginx with a snippet.
func serve(t *testing.T, snippet, locations string) *site {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{port: listener.Addr().(*net.TCPAddr).Port, dir: folder(t)}
	listener.Close()
	file := configure(t, s.dir, snippet, locations, s.port)
	cmd := exec.Command(nginxBinary(t), "-p", s.dir, "-c", file)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
	})
	for {
		conn, err := net.Dial("tcp", s.address())
		if err == nil {
			conn.Close()
			return s
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("nginx ended: %v\n%s", err, s.log(t, "error.log"))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (s *site) address() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// request is what a client sends: nothing is made neat on the way.
type request struct {
	method, path, host string
	headers            []string
}

func (s *site) status(t testing.TB, r request) int {
	t.Helper()
	conn, err := net.Dial("tcp", s.address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if r.method == "" {
		r.method = "GET"
	}
	if r.host == "" {
		r.host = "news.example.org"
	}
	lines := append([]string{r.method + " " + r.path + " HTTP/1.1", "Host: " + r.host, "Connection: close"}, r.headers...)
	if _, err := conn.Write([]byte(strings.Join(lines, "\r\n") + "\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	answer.Body.Close()
	if _, err := io.Copy(io.Discard, conn); err != nil { // nginx closes when it has written its log
		t.Fatal(err)
	}
	return answer.StatusCode
}

func nginxOf(t testing.TB, r *Rule, preview bool) string {
	t.Helper()
	snippet, err := r.Nginx(preview)
	if err != nil {
		t.Fatal(err)
	}
	return snippet
}

const requests = "User-Agent: python-requests/2.31.0"

func TestNginxDenies(t *testing.T) {
	rule := &Rule{Name: "login-bots", Host: "news.example.org", Action: Deny, Conditions: []Condition{{Path, "/wp-login.php"}, {Agent, "python-requests"}}}
	s := serve(t, nginxOf(t, rule, false), everything)
	port := fmt.Sprint(s.port)
	for _, met := range []request{
		{path: "/wp-login.php"}, {path: "/wp-login.php?a=b"}, {path: "/wp-login.php", host: "news.example.org:" + port}, {path: "/wp-login.php", host: "news.example.org."},
		{path: "/wp-login.php", host: "NEWS.Example.ORG"}, {path: "/%77p-login%2ephp"}, {path: "//wp-login.php"}, {path: "/./wp-login.php"}, {path: "/a/../wp-login.php"},
		{path: "/wp-login.php;jsessionid=1"}, {path: "/wp-login.php", method: "POST"},
	} {
		met.headers = []string{requests}
		if got := s.status(t, met); got != 403 {
			t.Errorf("%+v: %d, want 403", met, got)
		}
	}
	for _, other := range []request{
		{path: "/", headers: []string{requests}}, {path: "/wp-login.php"}, {path: "/wp-login.php", headers: []string{"User-Agent: Mozilla/5.0"}},
		{path: "/wp-login.php", headers: []string{"User-Agent: Python-Requests"}}, // another spelling is another family
		{path: "/WP-login.php", headers: []string{requests}}, {path: "/wp-login-php", headers: []string{requests}}, {path: "/wp-login.php/", headers: []string{requests}},
		{path: "/wp-login.php%0a", headers: []string{requests}}, {path: "/blog/wp-login.php", headers: []string{requests}},
		{path: "/wp-login.php", host: "www.example.org", headers: []string{requests}}, {path: "/wp-login.php", host: "newsxexample.org", headers: []string{requests}},
	} {
		if got := s.status(t, other); got != 200 {
			t.Errorf("%+v: %d, want 200", other, got)
		}
	}
}

// Names that hold another's are told apart, in the order of the map.
func TestNginxTellsAgentsApart(t *testing.T) {
	for family, agents := range map[string]map[string]int{
		"Googlebot":   {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": 403, "Googlebot-Image/1.0": 200, "googlebot": 200},
		"libwww-perl": {"libwww-perl/6.05": 403, "LWP::Simple/5.827 libwww-perl/5.833": 403, "LWP::Simple/6.00": 200, "lwp-trivial/1.41": 200},
		"Java":        {"Java/17.0.1": 403, "NotJava/17": 200},
		"Internet Explorer": {"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)": 403, "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko": 403,
			"Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; Trident/7.0; ms-office)": 200, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": 200},
		"": {"": 403, "-": 403, "x": 200},
	} {
		s := serve(t, nginxOf(t, denial(Condition{Agent, family}), false), everything)
		for ua, want := range agents {
			if got := s.status(t, request{path: "/", headers: []string{"User-Agent: " + ua}}); got != want {
				t.Errorf("the rule for %q and the agent %q: %d, want %d", family, ua, got, want)
			}
		}
		if got := s.status(t, request{path: "/"}); (got == 403) != (family == "") {
			t.Errorf("the rule for %q and no agent: %d", family, got)
		}
	}
}

func TestNginxTellsQueriesApart(t *testing.T) {
	for value, paths := range map[string]map[string]int{
		QueryPresent: {"/?x=1": 403, "/?-": 403, "/?%0a": 403, "/?x?": 403, "/": 200, "/?": 200, "/a?x=1": 200},
		QueryNone:    {"/?x=1": 200, "/?-": 200, "/": 403, "/?": 403, "/a": 200},
	} {
		s := serve(t, nginxOf(t, denial(Condition{Query, value}, Condition{Path, "/"}), false), everything)
		for path, want := range paths {
			if got := s.status(t, request{path: path}); got != want {
				t.Errorf("query %s and %s: %d, want %d", value, path, got, want)
			}
		}
	}
}

func TestNginxThrottles(t *testing.T) {
	rule := &Rule{Name: "search", Host: "news.example.org", Action: Throttle, Count: 3, Seconds: 180, Conditions: []Condition{{Path, "/articles/{n}"}}}
	// A site whose pages are all made by one script, as most are.
	s := serve(t, nginxOf(t, rule, false), "location / { rewrite ^ /index.php last; }\nlocation = /index.php { try_files /ok =404; }")
	for i, want := range []int{200, 200, 200, 429, 429} {
		if got := s.status(t, request{path: fmt.Sprintf("/articles/%d", i)}); got != want {
			t.Errorf("request %d: %d, want %d", i+1, got, want)
		}
		if got := s.status(t, request{path: "/about"}); got != 200 {
			t.Errorf("a request that is not met: %d", got)
		}
	}
	for path, want := range map[string]int{"/articles/1.2-3": 429, "//articles/%37": 429, "/articles/today": 200, "/articles/7/": 200, "/articles/": 200, "/articles/7/8": 200} {
		if got := s.status(t, request{path: path}); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
}

func TestNginxPreviewRefusesNothing(t *testing.T) {
	conditions := []Condition{{Path, "/search"}}
	deny := &Rule{Name: "deny-it", Host: "news.example.org", Action: Deny, Conditions: conditions}
	s := serve(t, nginxOf(t, deny, true), everything)
	for _, path := range []string{"/search", "/other"} {
		if got := s.status(t, request{path: path}); got != 200 {
			t.Errorf("preview of a denial: %d", got)
		}
	}
	if got, want := s.log(t, "access.log"), "GET /search HTTP/1.1 fg_deny_it=1\nGET /other HTTP/1.1 fg_deny_it=0\n"; got != want {
		t.Errorf("the log says %q, want %q", got, want)
	}
	throttle := &Rule{Name: "slow", Host: "news.example.org", Action: Throttle, Count: 1, Seconds: 60, Conditions: conditions}
	s = serve(t, nginxOf(t, throttle, true), everything)
	for range 3 {
		if got := s.status(t, request{path: "/search"}); got != 200 {
			t.Errorf("preview of a limit: %d", got)
		}
	}
	if log := s.log(t, "error.log"); !strings.Contains(log, "dry run") || !strings.Contains(log, `zone "fg_slow"`) {
		t.Errorf("the log does not tell what would be refused:\n%s", log)
	}
}

func (s *site) log(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The command in the snippet sends a request that the rule meets.
func TestNginxIsVerifiedByItsOwnCommand(t *testing.T) {
	for i, conditions := range [][]Condition{
		{{Path, "/"}}, {{Path, "/a/"}, {Method, "POST"}}, {{Path, "/a/{date}/{n}.html"}, {Method, "HEAD"}, {Agent, "curl"}}, {{Agent, ""}, {Referrer, NoReferrer}},
		{{Path, "/u/{name}/p"}, {Referrer, "shop.example"}, {Agent, "Googlebot"}}, {{Path, "/files/{path...}"}}, {{Agent, "Nikto"}, {Path, "/a+b(c):~"}},
		{{Query, QueryPresent}, {Path, "/a"}}, {{Query, QueryNone}, {Path, "/b"}},
	} {
		rule := &Rule{Name: fmt.Sprintf("r-%d", i), Host: "news.example.org", Action: Deny, Conditions: conditions}
		s := serve(t, nginxOf(t, rule, false), everything)
		r := request{method: "GET"}
		words := shellWords(t, rule.curl())
		for i, word := range words {
			switch word {
			case "-X":
				r.method = words[i+1]
			case "-I":
				r.method = "HEAD"
			case "-A":
				if words[i+1] != "" {
					r.headers = append(r.headers, "User-Agent: "+words[i+1])
				}
			case "-e":
				r.headers = append(r.headers, "Referer: "+words[i+1])
			}
		}
		r.path = strings.TrimPrefix(words[len(words)-1], "https://news.example.org")
		if got := s.status(t, r); got != 403 {
			t.Errorf("%v: %s is answered by %d", conditions, rule.curl(), got)
		}
		r.path = "/something/else"
		if got := s.status(t, r); got == 403 && len(conditions) == 1 {
			t.Errorf("%v: another page is refused, too", conditions)
		}
	}
}

// FuzzNginx holds every snippet to the real nginx.
func FuzzNginx(f *testing.F) {
	f.Add("a", "example.org", "/wp-login.php", "POST", "curl", "", 0, 0, false)
	f.Add("a-b", "xn--bcher-kva.example", "/a/{n}/{date}-{uuid}.html", "GET", "", "(none)", 30, 60, false)
	f.Add("a-", "a.example", "/a+b(c):~/{name}/{rest...}", "HEAD", "Googlebot", "shop.example", 1, 1, true)
	f.Add("x", "a;b", "/{", "GET;", "Log4Shell probe", "\"; }", 1, 7, true)
	f.Add("x", "a.example", "/", "GET", "Shellshock probe", "a.example", 1000, 3600, true)
	f.Fuzz(func(t *testing.T, name, host, path, method, agent, referrer string, count, seconds int, preview bool) {
		rule := &Rule{Name: name, Host: host, Action: Deny, Count: count, Seconds: seconds}
		if count > 0 {
			rule.Action = Throttle
		}
		for _, conditions := range [][]Condition{{{Path, path}, {Method, method}, {Agent, agent}}, {{Path, path}, {Referrer, referrer}, {Agent, agent}}} {
			rule.Conditions = conditions
			if snippet, err := rule.Nginx(preview); err == nil {
				dir := folder(t)
				accepts(t, dir, configure(t, dir, snippet, everything, 8080))
			}
		}
	})
}

// FuzzQuoteNginx holds the quoting to the real nginx, which repeats a word that it does not know as it has read it.
func FuzzQuoteNginx(f *testing.F) {
	for _, s := range []string{"", `"`, `\`, `\"`, `" 1; } evil on; #`, "${a}", "$host", ";", "{", "}", "#", "'", "é", "a b", `\\\`, "~", `\t`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) || len(s) > 500 {
			return
		}
		dir := folder(t)
		file := filepath.Join(dir, "nginx.conf")
		text := "events { use " + quoteNginx(s) + "; }\nhttp { map $uri $fg { " + quoteNginx(s) + " 1; } }\n"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), nginxBinary(t), "-t", "-p", dir, "-c", file, "-e", filepath.Join(dir, "error.log")).CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte(`invalid event type "`+s+`" in `)) {
			t.Errorf("%q is quoted as %s and read as: %s", s, quoteNginx(s), out)
		}
	})
}
