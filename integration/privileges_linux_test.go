package integration

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is a user without any privilege.
const nobody = 65534

// ordinaryUser is a box of a user without privileges, who may enter it, and may write to its "tmp" only.
type ordinaryUser struct {
	dir, program string
	env          []string
}

func newOrdinaryUser(t *testing.T) *ordinaryUser {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("becoming another user takes root; the gate runs as root")
	}
	dir, err := os.MkdirTemp("", "floodgauge-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	u := &ordinaryUser{dir: dir, program: filepath.Join(dir, "floodgauge")}
	program, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(os.Chmod(dir, 0o755), os.Mkdir(u.path("tmp"), 0o700), os.Chown(u.path("tmp"), nobody, nobody), os.WriteFile(u.program, program, 0o755))
	if err != nil {
		t.Fatal(err)
	}
	u.env = append(os.Environ(), programVariable+"=1", "TMPDIR="+u.path("tmp"), "XDG_CACHE_HOME=", "HOME="+u.dir, "COLUMNS=200")
	return u
}

func (u *ordinaryUser) path(name string) string { return filepath.Join(u.dir, name) }

// run runs the program as that user; more are further settings of the environment.
func (u *ordinaryUser) run(t *testing.T, more []string, args ...string) ran {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), u.program, args...)
	cmd.Env, cmd.Dir = append(u.env, more...), u.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	return finish(t, cmd)
}

// TestOrdinaryUser: whoever may read the log gets a report. A home that cannot be written to costs nothing but the day keys, which is said.
func TestOrdinaryUser(t *testing.T) {
	u := newOrdinaryUser(t)
	if err := os.WriteFile(u.path("access.log"), logOf(t, "vhost-combined", 100), 0o644); err != nil {
		t.Fatal(err)
	}
	r := u.run(t, nil, "report", "access.log")
	r.expect(t, "read-only home", 0, "100 requests", "note: the day keys cannot be kept in "+u.dir, "set XDG_CACHE_HOME")
	if !strings.Contains(r.stdout, "news.example.org") {
		t.Errorf("no report:\n%s", r.stdout)
	}
	r = u.run(t, []string{"HOME="}, "report", "access.log")
	r.expect(t, "no home", 0, "100 requests", "note: there is no place for the day keys: set HOME or XDG_CACHE_HOME")
	r = u.run(t, []string{"XDG_CACHE_HOME=" + u.path("tmp")}, "report", "access.log")
	r.expect(t, "cache", 0, "100 requests")
	if strings.Contains(r.stderr, "note:") {
		t.Errorf("a note without need:\n%s", r.stderr)
	}
}

// TestPlacesThatThisUserMayNotUse: one sentence each, before anything is read.
func TestPlacesThatThisUserMayNotUse(t *testing.T) {
	u := newOrdinaryUser(t)
	for name, mode := range map[string]os.FileMode{"access.log": 0o644, "secret.log": 0o600, "floodgauge.yaml": 0o600} {
		if err := os.WriteFile(u.path(name), logOf(t, "vhost-combined", 20), mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		more []string
		args string
		want string
	}{
		{nil, "report secret.log", "secret.log cannot be read by this user: run as one who may read it"},
		{nil, "report access.log secret.log", "secret.log cannot be read by this user"},
		{nil, "report --out report.csv access.log", "--out report.csv: the file may not be written; choose another place"},
		{nil, "report --config floodgauge.yaml access.log", "floodgauge.yaml: the file may not be read; give this user the right to read it"},
		{nil, "check-config floodgauge.yaml", "floodgauge.yaml: the file may not be read"},
		{[]string{"TMPDIR=" + u.dir, "XDG_CACHE_HOME=" + u.path("tmp")}, "report access.log", "no folder for results can be made in " + u.dir + " (permission denied); set TMPDIR"},
	} {
		r := u.run(t, c.more, strings.Fields(c.args)...)
		r.expect(t, c.args, 1, c.want)
		if r.stdout != "" || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%s: not one sentence:\n%s%s", c.args, r.stdout, r.stderr)
		}
	}
}
