package logsource

import "testing"

func TestRotatedFilesAreToldByTheirNames(t *testing.T) {
	for path, want := range map[string]string{
		"/l/access.log.1":                       "/l/access.log",
		"/l/access.log.14.gz":                   "/l/access.log",
		"/l/access.log.0":                       "/l/access.log",
		"/l/access.log-20260504":                "/l/access.log",
		"/l/access.log-20260504.zst":            "/l/access.log",
		"/l/access.log-2026050413":              "/l/access.log",
		"/l/access.log-20260504-1777896000":     "/l/access.log",
		"/l/access.log-1777896000.gz":           "/l/access.log",
		"/l/access.log.2026-05-04":              "/l/access.log",
		"/l/access.log.2026-05-04.1":            "/l/access.log",
		"/l/access.log.2026-05-04T13:00:00.bz2": "/l/access.log",
		"/l/access-20260504.log":                "/l/access.log",
		"/l/access.1.log":                       "/l/access.log",
		"/l/access.2026-05-04_13.json.gz":       "/l/access.json",
		"/l/access.log":                         "/l/access.log",
		"/l/access.log.gz":                      "/l/access.log",
		"/l/worker-1.log":                       "/l/worker-1.log",
		"/l/shop24.example.org.access.log":      "/l/shop24.example.org.access.log",
		"/l.2026-05-04/x":                       "/l.2026-05-04/x",
		"/l/20260504":                           "/l/20260504",
	} {
		log, rotated := logOf(path)
		if log != want || rotated != (path != want) {
			t.Errorf("logOf(%s) = %s, %v, want %s", path, log, rotated, want)
		}
	}
}
