package cli

import (
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	code, stdout, stderr := run(t, "--version")
	if code != 0 || stderr != "" || !regexp.MustCompile(`^floodgauge .*\(.*go1\..*\)\n$`).MatchString(stdout) {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

func TestVersionText(t *testing.T) {
	settings := []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.time", Value: "2026-05-04T12:00:00Z"}, {Key: "vcs.modified", Value: "true"},
	}
	machine := runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH
	for _, c := range []struct {
		linked string
		info   *debug.BuildInfo
		want   string
	}{
		{"", nil, "floodgauge development version (MACHINE)"},
		{"v1.2.3", nil, "floodgauge v1.2.3 (MACHINE)"},
		{"", &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "floodgauge development version (MACHINE)"},
		{"", &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, "floodgauge v1.2.3 (MACHINE)"},
		{"v2.0.0", &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: settings}, "floodgauge v2.0.0 (commit 0123456789ab, 2026-05-04, with local changes, MACHINE)"},
	} {
		if got, want := versionText(c.linked, c.info), strings.ReplaceAll(c.want, "MACHINE", machine); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
