package integration

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo terminal: what is written to line comes out of screen.
type terminal struct{ screen, line *os.File }

func newTerminal(t *testing.T, columns uint16) *terminal {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := int(screen.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	line, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: columns}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = screen.Close(), line.Close() })
	return &terminal{screen, line}
}

// shown closes the line and returns all that the screen was sent.
func (m *terminal) shown(read <-chan string) string {
	_ = m.line.Close()
	return <-read
}

// read reads the screen until the line is closed.
func (m *terminal) read() <-chan string {
	all := make(chan string, 1)
	go func() {
		var text strings.Builder
		buf := make([]byte, 4096)
		for {
			n, err := m.screen.Read(buf)
			text.Write(buf[:n])
			if err != nil {
				all <- text.String()
				return
			}
		}
	}()
	return all
}

// TestProgressBarOnlyOnATerminal: it stands on standard error while the run lasts, and is gone before the summary.
func TestProgressBarOnlyOnATerminal(t *testing.T) {
	path := fileOf(t, "access.log", logOf(t, "gcp", 150_000))
	for _, c := range []struct {
		args []string
		bar  bool
	}{{nil, true}, {[]string{"--no-progress"}, false}} {
		term := newTerminal(t, 100)
		read := term.read()
		cmd := newBox(t).command(t, append(append([]string{"report"}, c.args...), path)...)
		cmd.Stderr = term.line
		r := finish(t, cmd)
		shown := term.shown(read)
		if r.code != 0 || strings.Contains(shown, "% |") != c.bar || strings.ContainsAny(r.stdout, "\r\x1b") {
			t.Errorf("%v: exit code %d, the terminal shows %q", c.args, r.code, shown)
		}
		if at := strings.LastIndex(shown, "Read 150,000 lines"); at < 0 || strings.Contains(shown[at:], "% |") {
			t.Errorf("%v: the summary is not last: %q", c.args, shown)
		}
	}
}

// TestPageFitsItsScreen: 80 columns where there is no terminal, else as many as there are; colours only on a terminal.
func TestPageFitsItsScreen(t *testing.T) {
	path := fileOf(t, "access.log", logOf(t, "gcp", 3000))
	b := newBox(t)
	b.env = append(b.env, "COLUMNS=", "TERM=xterm")
	r := finish(t, b.command(t, "report", "--by", "minute", path))
	checkWidth(t, "a file", r.stdout, 80)
	if strings.Contains(r.stdout, "\x1b") {
		t.Error("colours in a file")
	}
	for _, columns := range []uint16{40, 60, 80, 120, 200} {
		term := newTerminal(t, columns)
		read := term.read()
		cmd := b.command(t, "report", path)
		cmd.Stdout = term.line
		finish(t, cmd).expect(t, "terminal", 0)
		shown := term.shown(read)
		if !strings.Contains(shown, "\x1b[1m") {
			t.Errorf("no colours on a terminal of %d columns", columns)
		}
		checkWidth(t, fmt.Sprintf("a terminal of %d columns", columns), withoutColours(shown), int(columns))
	}
}

func checkWidth(t *testing.T, what, page string, columns int) {
	t.Helper()
	for line := range strings.Lines(strings.ReplaceAll(page, "\r\n", "\n")) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns {
			t.Errorf("%s: %d columns: %s", what, n, line)
		}
	}
}

func withoutColours(s string) string {
	for _, code := range []string{"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[33m", "\x1b[36m"} {
		s = strings.ReplaceAll(s, code, "")
	}
	return s
}
