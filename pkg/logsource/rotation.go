package logsource

import (
	"path/filepath"
	"regexp"
)

// Rotated logs are named after their log: a number or a date behind its name (access.log.1, access.log-20260504) or before its ending
// (access-20260504.log), then perhaps that of a compression. A number behind a hyphen is none: worker-1.log and worker-2.log are two logs.
var (
	compressionEnd = regexp.MustCompile(`\.(?:gz|zst|bz2)$`)
	rotationEnd    = regexp.MustCompile(`^(.*?[^.-])(?:\.[0-9]{1,4}|[.-](?:` + rotationDate + `))$`)
	rotationInside = regexp.MustCompile(`^(.*?[^.-])(?:\.[0-9]{1,4}|[.-](?:` + rotationDate + `))(\.[A-Za-z]+)$`)
)

// rotationDate is a date, a date with an hour or a time, or seconds since 1970.
const rotationDate = `[0-9]{4}-?[0-9]{2}-?[0-9]{2}(?:[-_T]?[0-9]{2}(?:[:.-]?[0-9]{2}){0,2})?(?:[-.][0-9]+)?|[0-9]{8}-[0-9]{9,11}|[0-9]{10}`

// logOf returns the path of the log that a file is a rotated one of: the path itself where its name says nothing of rotation.
func logOf(path string) (log string, rotated bool) {
	dir, base := filepath.Split(path)
	name := compressionEnd.ReplaceAllString(base, "")
	if m := rotationEnd.FindStringSubmatch(name); m != nil {
		name = m[1]
	} else if m := rotationInside.FindStringSubmatch(name); m != nil {
		name = m[1] + m[2]
	}
	return dir + name, name != base
}

// logNames remembers what logOf says of paths, as the same ones are asked for at every scan.
type logNames map[string]string

// maxLogNames bounds them: dated names come and go.
const maxLogNames = 20_000

func (l logNames) of(path string) (log string, rotated bool) {
	log, known := l[path]
	if !known {
		if len(l) >= maxLogNames {
			clear(l)
		}
		log, _ = logOf(path)
		l[path] = log
	}
	return log, log != path
}
