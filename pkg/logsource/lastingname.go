package logsource

import (
	"slices"
	"strconv"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// A file's lasting name is "LENGTH-HASH": how many of its first bytes the name is made from, at most 4 KiB, and their keyed hash. Such a name holds
// for every file that begins with these bytes, whatever its path, its compression and what follows. A name of fewer than 4 KiB holds only among one
// log and its rotated files, as short beginnings may well be equal elsewhere.
//
// What is read of a file that is still shorter than 4 KiB goes under the name of all that the file had then. So a file has several names as it
// grows; each stays true, and none says anything of bytes that the file does not have.

// wholeMark ends the name under which it is noted that a file was read to its end, where that end is not known as an offset: the text of compressed
// files, and JSON that was taken apart. It does not hold for a file that still grows and has the same beginning.
const wholeMark = "z"

// lastingName makes the name of a file of the log at path by its first bytes.
func lastingName(key logentry.Key, log string, first []byte) string {
	hash := logentry.FileIdentity(key, first)
	if len(first) < logentry.IdentityBytes {
		hash = logentry.LineID(key, hash, int64(logentry.FileIdentity(key, []byte(log))))
	}
	return strconv.Itoa(len(first)) + "-" + strconv.FormatUint(hash, 16)
}

// lengthsIn returns the lengths that the names in a cursor are made from, in order.
func lengthsIn(c Cursor) []int {
	seen := map[int]bool{}
	for name := range c {
		length, _, _ := strings.Cut(name, "-")
		if n, err := strconv.Atoi(length); err == nil && n > 0 && n <= logentry.IdentityBytes {
			seen[n] = true
		}
	}
	var lengths []int
	for n := range seen {
		lengths = append(lengths, n)
	}
	slices.Sort(lengths)
	return lengths
}
