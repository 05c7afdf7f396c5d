package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhereTheSiteComesFrom: lines that name no site get one from the option, the configuration or the file's name, and the page says from where.
func TestWhereTheSiteComesFrom(t *testing.T) {
	log := logOf(t, "combined", 200)
	plain, named := fileOf(t, "access.log", log), fileOf(t, "blog.example.com.access.log", log)
	config := fileOf(t, "floodgauge.yaml", fmt.Appendf(nil, "sources: [{files: %q, host: www.example.org}]\n", plain))
	for _, c := range []struct {
		args []string
		site string
		says string
	}{
		{[]string{"--host", "www.example.org", plain}, "www.example.org", "The lines do not name their site; www.example.org comes from --host."},
		{[]string{"--config", config, plain}, "www.example.org", "The lines do not name their site; www.example.org comes from the configuration."},
		{[]string{named}, "blog.example.com", "The lines do not name their site; blog.example.com comes from the name of the file."},
		{[]string{"--host", "www.example.org", named}, "www.example.org", "comes from --host."},
		{[]string{plain}, "(other hosts)", "The lines do not name their site, so it is called (other hosts) here; --host www.example.org would name it."},
	} {
		r := shell(t, append([]string{"report"}, c.args...)...)
		r.expect(t, c.site, 0, "200 requests")
		page := strings.Join(strings.Fields(r.stdout), " ")
		if !strings.HasPrefix(page, "The lines") || !strings.Contains(page, c.says) || !strings.Contains(r.stdout, "\n"+c.site+"\n") {
			t.Errorf("%v: want %s, %q:\n%.400s", c.args, c.site, c.says, r.stdout)
		}
	}
}

// TestHostChoosesAmongFiles: where the files' names tell sites apart, --host chooses one and renames none.
func TestHostChoosesAmongFiles(t *testing.T) {
	folder := t.TempDir()
	for site, lines := range map[string]int64{"one.example.com": 100, "two.example.com": 200, "three.example.com": 300} {
		if err := os.Mkdir(filepath.Join(folder, site), 0o700); err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(folder, site, "access.log"), logOf(t, "combined", lines))
	}
	r := shell(t, "report", "--format", "csv", "--by", "all", "--host", "two.example.com", folder)
	r.expect(t, "two", 0, "400 left out: not of the hosts that --host names")
	if strings.Count(r.stdout, "\n") != 2 || !strings.Contains(r.stdout, "all,200,") {
		t.Errorf("got\n%s", r.stdout)
	}
	r = shell(t, "report", "--host", "four.example.com", folder)
	r.expect(t, "four", 0, "600 left out: not of the hosts that --host names")
	if !strings.Contains(r.stdout, "No request fits --host four.example.com.") {
		t.Errorf("got\n%s", r.stdout)
	}
}

// TestLinesThatNameTheirSite keep it, and nothing is said.
func TestLinesThatNameTheirSite(t *testing.T) {
	r := shell(t, "report", fileOf(t, "blog.example.com.access.log", logOf(t, "vhost-combined", 200)))
	if strings.Contains(r.stdout, "name their site") || strings.Contains(r.stdout, "blog.example.com") {
		t.Errorf("got\n%.400s", r.stdout)
	}
}
