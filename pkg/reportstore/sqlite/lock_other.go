//go:build !unix

package sqlite

import (
	"errors"
	"os"
)

// tryLock refuses: without a lock that ends with the process, two writers could not be told apart.
func tryLock(*os.File) (taken bool, err error) {
	return false, errors.New("keeping reports needs a Unix system")
}
