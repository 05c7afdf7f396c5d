package integration

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fault is a run that goes wrong while it has personal data at hand.
type fault struct {
	name  string
	args  []string // LOG stands for the log, BOX for the run's own folder
	stdin bool     // the log comes from there
	log   func(t *testing.T, f logFormat) []byte
	set   func(t *testing.T, b *box)
	code  int
	says  string // on standard error
}

func wholeLog(_ *testing.T, f logFormat) []byte { return f.log() }

// garbledLog has no line that any format could read.
func garbledLog(_ *testing.T, f logFormat) []byte {
	var lines []string
	for _, line := range f.brokenLines() {
		lines = append(lines, strings.NewReplacer(`"`, "", "[", "", "{", "").Replace(line))
	}
	return []byte(strings.Join(lines, "\n"))
}

func truncatedLog(t *testing.T, f logFormat) []byte {
	return truncated(t, []byte(strings.Join(slices.Concat(f.goodLines(), f.goodLines(), f.goodLines()), "\n")))
}

// unspoiltLog has none of the lines that would be told apart before the fault.
func unspoiltLog(_ *testing.T, f logFormat) []byte { return []byte(strings.Join(f.goodLines(), "\n")) }

// arrayLog has JSON lines as an array over many lines, as gcloud prints them.
func arrayLog(*testing.T, logFormat) []byte {
	lines := logFormats[0].goodLines()
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(line, `,"`, ",\n  \"")
	}
	return []byte("[\n" + strings.Join(lines, ",\n") + "\n]\n")
}

// envelopeLog has the lines in messages as Pub/Sub pushes them.
func envelopeLog(*testing.T, logFormat) []byte {
	var log []byte
	for _, line := range slices.Concat(logFormats[0].goodLines(), logFormats[0].brokenLines()) {
		log = append(log, jsonLine(object{"message": object{"data": []byte(line), "messageId": secret("id"), "attributes": object{"a": secret("label")}}})...)
		log = append(log, '\n')
	}
	return log
}

func env(settings ...string) func(*testing.T, *box) {
	return func(_ *testing.T, b *box) {
		for _, s := range settings {
			b.env = append(b.env, strings.ReplaceAll(s, "BOX", b.dir))
		}
	}
}

var faults = []fault{
	{name: "nothing readable", args: []string{"LOG", "--log-format", "gcp"}, log: garbledLog, code: 1, says: "no line could be read"},
	{name: "format not found", args: []string{"LOG"}, log: garbledLog, code: 1, says: "fit a known log format"},
	{name: "wrong name of a format", args: []string{"LOG", "--log-format", "combined"}, log: textLog("gcp"), code: 1, says: "--log-format"},
	{name: "fields in the wrong place", args: []string{"LOG", "--log-format", `$http_user_agent $host [$time_local] "$request" $status $remote_addr "$http_x" "$http_referer"`},
		log: textLog("combined"), says: "requests"},
	{name: "address as the site", args: []string{"LOG", "--log-format", `$host - $server_name [$time_local] "$request" $status $bytes_sent "$http_user_agent" "$uri"`},
		log: textLog("combined"), says: "requests"},
	{name: "user as the site", args: []string{"LOG", "--log-format", `$remote_addr - $host [$time_local] "$request" $status $bytes_sent "$http_user_agent" "$http_referer"`},
		log: textLog("combined"), says: "requests"},
	{name: "unknown format", args: []string{"LOG", "--log-format", "gpc"}, log: wholeLog, code: 2, says: "gcp"},
	{name: "truncated gzip", args: []string{"LOG"}, log: truncatedLog, code: 1, says: "ends too early"},
	{name: "truncated gzip from standard input", args: []string{"-"}, stdin: true, log: truncatedLog, code: 1, says: "ends too early"},
	{name: "standard input", args: []string{"-", "--format", "json"}, stdin: true, log: wholeLog, says: "requests"},
	{name: "array", args: []string{"LOG", "--format", "json"}, log: arrayLog, says: "requests"},
	{name: "array without end", args: []string{"LOG", "--format", "json"}, log: func(t *testing.T, f logFormat) []byte { a := arrayLog(t, f); return a[:len(a)*2/3] }, says: "requests"},
	{name: "messages of Pub/Sub", args: []string{"LOG", "--format", "json"}, log: envelopeLog, says: "requests"},
	{name: "panic in a step", args: []string{"LOG"}, log: unspoiltLog, set: env(faultVariable + "=" + faultPanic), code: 1, says: "crashed"},
	{name: "panic of the child", args: []string{"LOG"}, log: unspoiltLog, set: env(faultVariable + "=" + faultCrash), code: 1, says: "crashed"},
	{name: "child killed", args: []string{"LOG"}, log: unspoiltLog, set: env(faultVariable + "=" + faultKill), code: 1, says: "killed"},
	{name: "no folder for results", args: []string{"LOG"}, log: wholeLog, set: env(faultVariable + "=" + faultNoFolder), code: 1, says: "writing results"},
	{name: "no temporary folder", args: []string{"LOG"}, log: wholeLog, set: env("TMPDIR=BOX/missing"), code: 1, says: "TMPDIR"},
	{name: "no place for keys", args: []string{"LOG", "--format", "json"}, log: wholeLog, set: env("XDG_CACHE_HOME=/dev/null"), says: "note:"},
	{name: "full disk", args: []string{"LOG", "--format", "csv", "--out", "/dev/full"}, log: wholeLog, code: 1, says: "full"},
	{name: "no folder for the report", args: []string{"LOG", "--out", "BOX/missing/report"}, log: wholeLog, code: 1, says: "missing"},
	{name: "unreadable value of the configuration", args: []string{"LOG", "--config", "BOX/bad.yaml"}, log: wholeLog, code: 1, says: "bad.yaml",
		set: func(t *testing.T, b *box) {
			writeFile(t, b.path("bad.yaml"), []byte("k: ten\nsources:\n  - files: '*.log'\n    time_zone: Nowhere\n    trusted_proxies: nobody\n"))
		}},
	{name: "log in place of the configuration", args: []string{"LOG", "--config", "LOG"}, log: unspoiltLog, code: 1, says: "access.log:"},
}

// textLog is the log of one format, for options that only fit it.
func textLog(name string) func(*testing.T, logFormat) []byte {
	return func(*testing.T, logFormat) []byte {
		i := slices.IndexFunc(logFormats, func(f logFormat) bool { return f.name == name })
		return logFormats[i].log()
	}
}

// TestNoCanaryComesOutOfFaults looks at every byte that is left of runs that fail or have to cope.
func TestNoCanaryComesOutOfFaults(t *testing.T) {
	s := nothingPersonal()
	for _, f := range faults {
		for _, format := range []logFormat{logFormats[0], logFormats[6]} {
			t.Run(f.name+"/"+format.name, func(t *testing.T) {
				t.Parallel()
				f.run(t, format, s)
			})
		}
	}
}

func (f *fault) run(t *testing.T, format logFormat, s *scanner) {
	b := newBox(t)
	log, data := filepath.Join(t.TempDir(), "access.log"), f.log(t, format)
	writeFile(t, log, data)
	if f.set != nil {
		f.set(t, b)
	}
	args := []string{"report"}
	for _, a := range f.args {
		args = append(args, strings.ReplaceAll(strings.ReplaceAll(a, "LOG", log), "BOX", b.dir))
	}
	if !f.stdin {
		data = nil
	}
	o := b.run(t, data, args...)
	if o.code != f.code || !strings.Contains(o.stderr(), f.says) {
		t.Errorf("exit code %d, want %d and %q: %s", o.code, f.code, f.says, o.stderr())
	}
	o.check(t, s)
	if f.code != 0 && bytes.Contains(o.left["standard error"], []byte("goroutine ")) {
		t.Errorf("a trace is shown: %s", o.stderr())
	}
	if left, err := os.ReadDir(b.path("tmp")); err != nil || len(left) > 0 {
		t.Errorf("%d files are left in the temporary folder, %v", len(left), err)
	}
}
