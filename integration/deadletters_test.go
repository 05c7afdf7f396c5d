package integration

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// TestDeadLettersAreFound: given the logs, the list names the file and the place of each line that could not be read, also when the file was renamed and
// packed since.
func TestDeadLettersAreFound(t *testing.T) {
	b := newBox(t)
	const early, late = "neither a request\n", "nor this one\n"
	lines := logSince(t, time.Now().Add(-10*time.Minute), "vhost-combined", 400)
	cut := func(n int) int { return n + bytes.IndexByte(lines[n:], '\n') + 1 }
	log := string(lines[:cut(700)]) + early + string(lines[cut(700):cut(20_000)]) + late + string(lines[cut(20_000):])
	path := b.path("home", "access.log")
	writeFile(t, path, []byte(log))
	r := startUp(t, b, "access.log")
	await(t, "both dead letters", func() bool {
		return strings.Count(string(b.run(t, nil, "deadletters", "list", "--format", "json").left["standard output"]), "\n") == 2
	})
	r.stop(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(log)); err != nil || z.Close() != nil || os.Remove(path) != nil {
		t.Fatal(err)
	}
	writeFile(t, path+".1.gz", packed.Bytes())
	writeFile(t, b.path("home", "other.log"), lines[:cut(3000)])
	found := map[string]bool{}
	for line := range strings.Lines(string(b.run(t, nil, "deadletters", "list", "--format", "json", "other.log", "access.log.1.gz").left["standard output"])) {
		var d struct {
			File           string
			Offset, Length int
		}
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		if d.File != "access.log.1.gz" {
			t.Errorf("it is said to be in %q", d.File)
		}
		found[log[d.Offset:d.Offset+d.Length]] = true
	}
	for _, want := range []string{early, late} {
		if !found[want] && !found[strings.TrimSuffix(want, "\n")] {
			t.Errorf("the place of %q is not told: %v", want, found)
		}
	}
}
