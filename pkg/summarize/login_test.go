package summarize_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// Where a login page answers wrong passwords by the form again, that is a refused post, of the site and of the client; what comes of a call is not known.
func TestLoginsRefusedByTheFormAgain(t *testing.T) {
	for _, c := range []struct {
		request                 string
		status                  int
		refused, failed, called uint64
	}{
		{"POST /wp-login.php", 200, 1, 1, 0},
		{"POST /blog/wp-login.php?action=login", 200, 1, 1, 0},
		{"POST /wp-login.php", 302, 0, 0, 0},
		{"POST /wp-login.php", 403, 1, 1, 0},
		{"GET /wp-login.php", 200, 0, 0, 0},
		{"POST /my-wp-login.php", 200, 0, 0, 0},
		{"POST /wp-login.php.html", 200, 0, 0, 0},
		{"POST /search?from=/wp-login.php", 200, 0, 0, 0},
		{"POST /admin/login/", 200, 1, 1, 0},
		{"POST /admin/login", 200, 0, 0, 0},
		{"POST /xmlrpc.php", 200, 0, 0, 1},
		{"POST /blog//xmlrpc.php", 200, 0, 0, 1},
		{"POST /contact", 200, 0, 0, 0},
		{"POST /login", 401, 1, 1, 0},
	} {
		cfg := testConfig()
		s, err := summarize.New(&cfg)
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("a.example:443 192.0.2.1 - - [04/May/2026:12:00:00 +0000] \"%s HTTP/1.1\" %d 5 \"-\" \"curl/8\"\n", c.request, c.status)
		s.Add(&logentry.Block{Data: []byte(strings.Repeat(line, 3))}, func(logentry.DeadLetter) { t.Error("a dead letter") })
		s.Flush(func(_ string, _ int64, sum *report.Summary) {
			if n := sum.RefusedPosts(); n != 3*c.refused {
				t.Errorf("%s, answered %d: %d of 3 posts were refused, want %d", c.request, c.status, n, 3*c.refused)
			}
			sum.EachClient(func(one *report.Client) {
				if one.Failed != 3*c.failed || one.Calls != 3*c.called {
					t.Errorf("%s, answered %d: of the client's 3 requests %d failed and %d were calls", c.request, c.status, one.Failed, one.Calls)
				}
			})
		})
	}
}
