package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// version is set by the linker for releases: -ldflags "-X github.com/floodgauge/floodgauge/pkg/cli.version=v1.2.3".
var version string

// versionCmd is the command line of "version".
type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(env *environment) error {
	info, _ := debug.ReadBuildInfo()
	_, err := fmt.Fprintln(env.stdout, versionText(version, info))
	return err
}

// versionText prefers the linker's version over the module's. info may be nil.
func versionText(version string, info *debug.BuildInfo) string {
	details := []string{}
	if info != nil {
		if version == "" && info.Main.Version != "(devel)" {
			version = info.Main.Version
		}
		details = commitDetails(info.Settings)
	}
	if version == "" {
		version = "development version"
	}
	details = append(details, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH)
	return fmt.Sprintf("%s %s (%s)", name, version, strings.Join(details, ", "))
}

func commitDetails(settings []debug.BuildSetting) []string {
	values := map[string]string{}
	for _, s := range settings {
		values[s.Key] = s.Value
	}
	var out []string
	if commit := values["vcs.revision"]; commit != "" {
		out = append(out, "commit "+commit[:min(12, len(commit))])
	}
	if date, _, ok := strings.Cut(values["vcs.time"], "T"); ok {
		out = append(out, date)
	}
	if values["vcs.modified"] == "true" {
		out = append(out, "with local changes")
	}
	return out
}
