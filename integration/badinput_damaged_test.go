package integration

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// TestDamagedFiles: what comes before the damage is reported, what happened is said in one sentence, and the exit code says that it is not all.
func TestDamagedFiles(t *testing.T) {
	log := logOf(t, "vhost-combined", 4000)
	zipped, zstded := gzipOf(t, log), zstdOf(t, log)
	flipped := bytes.Clone(zipped)
	flipped[len(flipped)/2] ^= 0xff
	for _, c := range []struct {
		name, sentence string
		data           []byte
	}{
		{"truncated.log.gz", "the gzip data ends too early after", zipped[:len(zipped)/2]},
		{"flipped.log.gz", "the gzip data is damaged after", flipped},
		{"truncated.log.zst", "the zstd data ends too early after", zstded[:len(zstded)*4/5]},
	} {
		path := fileOf(t, c.name, c.data)
		r := shell(t, "report", "--format", "csv", "--by", "all", path)
		r.expect(t, c.name, 1, path+": "+c.sentence, "the report is not complete", "cut off: the file ends or breaks within the line; for example "+path+", byte")
		if !strings.Contains(r.stdout, "news.example.org") {
			t.Errorf("%s: no report of what could be read:\n%s", c.name, r.stdout)
		}
	}
}

// TestBytesBehindTheData: nothing is missing, so the report is complete; and what was left out is said. Names of files are printed without harm.
func TestBytesBehindTheData(t *testing.T) {
	path := fileOf(t, "a\x1b[2J\nb.log.gz", append(gzipOf(t, logOf(t, "vhost-combined", 500)), "garbage"...))
	r := shell(t, "report", path)
	r.expect(t, "garbage", 0, `a\x1b[2J\nb.log.gz": behind the end of the gzip data`, "500 requests")
	if strings.Contains(r.stderr, "\x1b") {
		t.Errorf("the name of the file is printed as it is: %q", r.stderr)
	}
}

// TestDamagedFromTheBeginning: there is no report of nothing.
func TestDamagedFromTheBeginning(t *testing.T) {
	zipped := gzipOf(t, logOf(t, "vhost-combined", 100))
	for name, data := range map[string][]byte{"header.gz": zipped[:8], "start.gz": zipped[:20], "broken.gz": append(bytes.Clone(zipped[:10]), make([]byte, 500)...)} {
		path := fileOf(t, name, data)
		r := shell(t, "report", path)
		r.expect(t, name, 1, path+": the gzip data", "get the file again")
		if r.stdout != "" || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%s: not one sentence: %s%s", name, r.stdout, r.stderr)
		}
	}
}

// TestDamagedBesideGoodFiles: one bad file in a folder does not keep the others from being read, nor its own beginning.
func TestDamagedBesideGoodFiles(t *testing.T) {
	folder, zipped := t.TempDir(), gzipOf(t, logOf(t, "vhost-combined", 4000))
	writeFile(t, filepath.Join(folder, "access.log"), logOf(t, "gcp", 50))
	writeFile(t, filepath.Join(folder, "access.log.1.gz"), zipped[:len(zipped)/2])
	writeFile(t, filepath.Join(folder, "access.log.2.gz"), zipped[:20])
	r := shell(t, "report", "--format", "csv", "--by", "all", folder)
	r.expect(t, "folder", 1, "access.log.1.gz: the gzip data ends too early after", "access.log.2.gz: the gzip data ends too early and nothing in it can be read",
		"the report is not complete")
	if !strings.Contains(r.stdout, "shop.example.net") {
		t.Errorf("no report:\n%s", r.stdout)
	}
}

// TestCompressedFiles: the same log gives the same report however it is packed, and whatever its name is.
func TestCompressedFiles(t *testing.T) {
	log := logOf(t, "vhost-combined", 500)
	b := newBox(t)
	want := finish(t, b.command(t, "report", "--format", "json", fileOf(t, "access.log", log)))
	want.expect(t, "plain", 0, "500 requests")
	for name, data := range map[string][]byte{"a.gz": gzipOf(t, log), "b.zst": zstdOf(t, log), "c.bz2": bzip2Of(t, log), "gzip-without-a-name": gzipOf(t, log)} {
		if got := finish(t, b.command(t, "report", "--format", "json", fileOf(t, name, data))); got.stdout != want.stdout {
			t.Errorf("%s: another report; it said:\n%s", name, got.stderr)
		}
		cmd := b.command(t, "report", "--format", "json", "-")
		cmd.Stdin = bytes.NewReader(data)
		if got := finish(t, cmd); got.stdout != want.stdout {
			t.Errorf("%s through standard input: another report; it said:\n%s", name, got.stderr)
		}
	}
}

func gzipOf(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstdOf(t *testing.T, data []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(data, nil)
}

// bzip2Of packs with Python, as Go has no such writer.
func bzip2Of(t *testing.T, data []byte) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "python3", "-c", "import bz2,sys; sys.stdout.buffer.write(bz2.compress(sys.stdin.buffer.read()))")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(data), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(fmt.Errorf("packing with Python: %w", err))
	}
	return out
}
