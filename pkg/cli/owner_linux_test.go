package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// A token that root adds to a service's folder would keep the service from starting.
func TestRootLeavesOthersFoldersAlone(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	dir := t.TempDir()
	if err := os.Chown(dir, 4321, 4321); err != nil {
		t.Skip("folders cannot be given away here:", err)
	}
	for _, args := range [][]string{{"tokens", "add", "--all"}, {"tokens", "list"}, {"replay", "--mode", "late", "x.log"}, {"query", "SELECT 1"}, {"up", "x.log"}} {
		var out, errs bytes.Buffer
		if code := Run(t.Context(), append(args, "--data", dir), strings.NewReader(""), &out, &errs); code != exitFailed || !strings.Contains(errs.String(), "sudo -u '#4321'") {
			t.Errorf("%v: exit code %d: %s", args, code, errs.String())
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("the folder has %v, %v", files, err)
	}
}
