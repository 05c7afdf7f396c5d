// Package username gives the process a user name where the system knows none, as in a container that runs under a number: a package of Beam
// asks for the current user while it is initialised, and crashes the program when there is no answer. Import it for that effect alone.
//
// It must be initialised before the one that asks, and is: of the packages that are ready, Go initialises the one with the first import path;
// this one is ready when os and strings are, and what asks needs net/http, which comes after both and after this path. The names that it sets
// are looked at by programs without cgo only: those are the ones in containers.
package username

import (
	"os"
	"strconv"
	"strings"
)

func init() {
	users, _ := os.ReadFile("/etc/passwd")
	if knows(string(users), os.Getuid()) {
		return
	}
	for _, v := range []struct{ name, value string }{{"USER", "nobody"}, {"HOME", "/"}} {
		if os.Getenv(v.name) == "" {
			_ = os.Setenv(v.name, v.value)
		}
	}
}

// knows tells whether a list of users in the form of passwd(5) has the number.
func knows(users string, uid int) bool {
	for line := range strings.Lines(users) {
		if fields := strings.Split(line, ":"); len(fields) > 2 && fields[2] == strconv.Itoa(uid) {
			return true
		}
	}
	return false
}
