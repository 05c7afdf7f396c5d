//go:build unix

package cli

import (
	"fmt"
	"os"
	"syscall"

	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// checkOwner refuses that root works in somebody else's data folder: files that it makes there are root's alone, and would stop their program.
func checkOwner(dir string) error {
	info, err := os.Stat(dir)
	if os.Geteuid() != 0 || err != nil {
		return nil //nolint:nilerr // whoever needs the folder says what is wrong with it
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid == 0 {
		return nil
	}
	return fmt.Errorf("the folder %s belongs to user %d, who could not read what root writes there: run this as that user, as in sudo -u '#%d' %s …",
		spelling.Path(dir), stat.Uid, stat.Uid, name)
}
