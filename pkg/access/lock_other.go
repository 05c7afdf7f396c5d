//go:build !unix

package access

import "os"

// lockFile does nothing where files have no such locks: there, one process at a time may change tokens.
func lockFile(*os.File) error { return nil }
