package ingest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/spool"
)

// canary stands in every line that is sent, and must not come back in any answer.
const canary = "198.51.100.77"

func openSpool(t testing.TB, max int64) *spool.Spool {
	t.Helper()
	s, err := spool.Open(t.TempDir(), spool.Options{MaxBytes: max})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// kept reads what the spool has of a source, one string per line; what is too long reads "too long".
func kept(t testing.TB, s *spool.Spool, source string) (lines []string) {
	t.Helper()
	for _, u := range s.Unread(source, nil) {
		err := logsource.ReadRange(context.Background(), u.Range, logsource.Options{}, func(b *logentry.Block) error {
			if b.TooLong > 0 {
				lines = append(lines, "too long")
			}
			for line := range bytes.Lines(b.Data) {
				lines = append(lines, string(bytes.TrimSuffix(line, []byte{'\n'})))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return lines
}

// serve lets whoever has the token "secret" send lines for "web".
func serve(t *testing.T, s *spool.Spool, maxBody int64) *httptest.Server {
	t.Helper()
	h := NewHandler(s, HTTPOptions{MaxBody: maxBody, Authorize: func(source, bearer string) bool { return source == "web" && bearer == "secret" }})
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

type sent struct {
	method, path, token, encoding string
	body                          []byte
}

func send(t *testing.T, server *httptest.Server, c sent) (*http.Response, string) {
	t.Helper()
	if c.method == "" {
		c.method, c.path, c.token = "POST", "/ingest/web", "Bearer secret"
	}
	r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, bytes.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	if c.token != "" {
		r.Header.Set("Authorization", c.token)
	}
	if c.encoding != "" {
		r.Header.Set("Content-Encoding", c.encoding)
	}
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(answer)
}

func gz(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text) // a buffer takes all
	_ = w.Close()
	return b.Bytes()
}

func zst(text string) []byte {
	w, _ := zstd.NewWriter(nil) // without options there is no error
	return w.EncodeAll([]byte(text), nil)
}

func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s line %d %s\n", canary, i, strings.Repeat("x", i%300))
	}
	return b.String()
}

func TestLinesAreKeptWhenTheyAreAccepted(t *testing.T) {
	text := lines(5000)
	for name, c := range map[string]sent{
		"plain":          {body: []byte(text)},
		"identity":       {body: []byte(text), encoding: "identity"},
		"gzip":           {body: gz(text), encoding: "gzip"},
		"gzip, parts":    {body: append(gz(text[:1000]), gz(text[1000:])...), encoding: "GZIP"},
		"zstd":           {body: zst(text), encoding: "zstd"},
		"no line end":    {body: []byte(strings.TrimSuffix(text, "\n"))},
		"scheme's case":  {body: []byte(text), method: "POST", path: "/ingest/web", token: "bearer secret"},
		"line too long":  {body: []byte(text + strings.Repeat("y", 9<<20) + "\nlast\n")},
		"nothing at all": {},
	} {
		t.Run(name, func(t *testing.T) {
			s := openSpool(t, 0)
			resp, answer := send(t, serve(t, s, 0), c)
			var got accepted
			if err := json.Unmarshal([]byte(answer), &got); err != nil || resp.StatusCode != http.StatusAccepted {
				t.Fatalf("status %d, answer %s", resp.StatusCode, answer)
			}
			want := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
			switch name {
			case "line too long":
				want = append(want, "too long", "last")
			case "nothing at all":
				want = nil
			}
			if diff := cmp.Diff(want, kept(t, s, "web")); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
			if got.Lines != int64(len(want)) {
				t.Errorf("%d lines were accepted, want %d", got.Lines, len(want))
			}
		})
	}
}

func TestWhatIsRefusedIsNotKept(t *testing.T) {
	text := lines(500)
	large := lines(8000)
	flipped := gz(text)
	flipped[len(flipped)/2] ^= 0x55
	for name, c := range map[string]struct {
		sent
		status int
		detail string
	}{
		"no token":       {sent{"POST", "/ingest/web", "", "", []byte(text)}, 401, "A token is needed"},
		"other scheme":   {sent{"POST", "/ingest/web", "Basic secret", "", []byte(text)}, 401, "A token is needed"},
		"wrong token":    {sent{"POST", "/ingest/web", "Bearer wrong", "", []byte(text)}, 403, "This token may not"},
		"other source":   {sent{"POST", "/ingest/shop", "Bearer secret", "", []byte(text)}, 403, "This token may not"},
		"no such path":   {sent{"POST", "/ingest/", "Bearer secret", "", []byte(text)}, 404, ""},
		"GET":            {sent{"GET", "/ingest/web", "Bearer secret", "", nil}, 405, ""},
		"encoding":       {sent{encoding: "br", body: []byte(text)}, 415, "gzip or zstd"},
		"no gzip":        {sent{encoding: "gzip", body: []byte(text)}, 400, "no whole gzip data"},
		"gzip cut":       {sent{encoding: "gzip", body: gz(text)[:1000]}, 400, "no whole gzip data"},
		"gzip damaged":   {sent{encoding: "gzip", body: flipped}, 400, "no whole gzip data"},
		"zstd cut":       {sent{encoding: "zstd", body: zst(text)[:500]}, 400, "no whole zstd data"},
		"too large":      {sent{body: []byte(large)}, 413, "send fewer"},
		"too large gzip": {sent{encoding: "gzip", body: gz(large)}, 413, "send fewer"},
		"too large zstd": {sent{encoding: "zstd", body: zst(large)}, 413, "send fewer"},
	} {
		t.Run(name, func(t *testing.T) {
			s := openSpool(t, 0)
			resp, answer := send(t, serve(t, s, 1<<20), c.sent)
			if resp.StatusCode != c.status || strings.Contains(answer, canary) {
				t.Fatalf("status %d, want %d; answer %s", resp.StatusCode, c.status, answer)
			}
			if c.detail != "" {
				checkProblem(t, resp, answer, c.detail)
			}
			if got := len(kept(t, s, "web")) + len(kept(t, s, "shop")); got > 0 {
				t.Errorf("%d lines were kept", got)
			}
		})
	}
}

func checkProblem(t *testing.T, resp *http.Response, answer, detail string) {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(answer), &p); err != nil || p.Status != resp.StatusCode || !strings.Contains(p.Detail, detail) {
		t.Errorf("answer %s: want the status %d and %q", answer, resp.StatusCode, detail)
	}
	if got := resp.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type %q", got)
	}
}

func TestFullSpoolAsksToWait(t *testing.T) {
	s := openSpool(t, 10_000)
	server := serve(t, s, 0)
	resp, answer := send(t, server, sent{body: []byte(lines(500))})
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" {
		t.Fatalf("status %d, Retry-After %q", resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	checkProblem(t, resp, answer, "send all of it again later")
	if resp, _ := send(t, server, sent{body: []byte(lines(5))}); resp.StatusCode != http.StatusAccepted {
		t.Errorf("what has room: status %d", resp.StatusCode)
	}
}

// TestBrokenConnectionKeepsNothing: the sender goes away in the middle of a body.
func TestBrokenConnectionKeepsNothing(t *testing.T) {
	s := openSpool(t, 0)
	handled := make(chan int, 1)
	h := NewHandler(s, HTTPOptions{Authorize: func(string, string) bool { return true }})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		handled <- rec.Code
	}))
	defer server.Close()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(conn, "POST /ingest/web HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n%s", lines(1000))
	if err != nil || conn.Close() != nil {
		t.Fatal("the connection cannot be used")
	}
	if code := <-handled; code != http.StatusBadRequest {
		t.Errorf("status %d", code)
	}
	if got := len(kept(t, s, "web")); got > 0 {
		t.Errorf("%d lines were kept", got)
	}
}

// TestManyLargeBodiesAtOnceAreRefused: what requests hold in memory together is bounded.
func TestManyLargeBodiesAtOnceAreRefused(t *testing.T) {
	h := &handler{opts: HTTPOptions{MaxBody: 1 << 20}}
	var bodies []*body
	for range 100 {
		b := &body{handler: h}
		if fault := b.hold(900 << 10); fault != nil {
			if fault.Status != http.StatusTooManyRequests {
				t.Errorf("status %d", fault.Status)
			}
			b.release()
			break
		}
		bodies = append(bodies, b)
	}
	if n := len(bodies); n < 3 || n > 4 {
		t.Errorf("%d bodies of 900 KiB are held at once, want 3 or 4 at a limit of 4 MiB", n)
	}
	for _, b := range bodies {
		b.release()
	}
	if h.held.Load() != 0 {
		t.Errorf("%d bytes are still counted", h.held.Load())
	}
}
