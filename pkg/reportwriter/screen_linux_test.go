package reportwriter

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestScreenOf(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "report.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	terminal := newTerminal(t, 132)
	for name, c := range map[string]struct {
		out  *os.File
		env  map[string]string
		want Screen
	}{
		"terminal":                    {terminal, map[string]string{"LANG": "en_GB.UTF-8", "TERM": "xterm"}, Screen{Width: 132, Color: true}},
		"terminal, no colours wanted": {terminal, map[string]string{"LANG": "en_GB.UTF-8", "TERM": "xterm", "NO_COLOR": "1"}, Screen{Width: 132}},
		"terminal without colours":    {terminal, map[string]string{"LANG": "C.utf8", "TERM": "dumb"}, Screen{Width: 132}},
		"LC_ALL beats LANG":           {terminal, map[string]string{"LC_ALL": "C", "LANG": "C.UTF-8", "TERM": "xterm"}, Screen{Width: 132, Color: true, ASCII: true}},
		"file":                        {file, map[string]string{"LC_CTYPE": "C.UTF-8", "TERM": "xterm"}, Screen{Width: 80}},
		"file, COLUMNS, no locale":    {file, map[string]string{"COLUMNS": "100"}, Screen{Width: 100, ASCII: true}},
		"file, COLUMNS is no number":  {file, map[string]string{"COLUMNS": "wide", "LANG": "C.UTF-8"}, Screen{Width: 80}},
	} {
		if got := ScreenOf(c.out, func(key string) string { return c.env[key] }); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// newTerminal opens a pseudo terminal with a number of columns.
func newTerminal(t *testing.T, columns uint16) *os.File {
	t.Helper()
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	if err := unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: columns}); err != nil {
		t.Fatal(err)
	}
	return terminal
}
