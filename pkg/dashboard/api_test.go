package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// description is the embedded OpenAPI document.
type description struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct {
			Content map[string]struct {
				Schema schema `json:"schema"`
			} `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

// schema is as much of JSON Schema as the document uses.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
	Additional any               `json:"additionalProperties"`
	Items      *schema           `json:"items"`
	Enum       []any             `json:"enum"`
	OneOf      []schema          `json:"oneOf"`
	AllOf      []schema          `json:"allOf"`
}

func (d *description) check(s schema, v any, at string) error {
	if s.Ref != "" {
		return d.check(d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")], v, at)
	}
	if len(s.OneOf) > 0 {
		first, second := d.check(s.OneOf[0], v, at), d.check(s.OneOf[1], v, at)
		if (first == nil) == (second == nil) {
			return fmt.Errorf("%s is not just one of two: %w", at, errors.Join(first, second))
		}
		return nil
	}
	for _, part := range s.AllOf {
		if err := d.check(part, v, at); err != nil {
			return err
		}
	}
	if s.Enum != nil && !slices.Contains(s.Enum, v) {
		return fmt.Errorf("%s is %v", at, v)
	}
	if s.Type != nil && !typeFits(s.Type, v) {
		return fmt.Errorf("%s is %T, not %v", at, v, s.Type)
	}
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			if s.Items == nil {
				break
			}
			if err := d.check(*s.Items, item, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case map[string]any:
		return d.checkObject(s, v, at)
	}
	return nil
}

func (d *description) checkObject(s schema, v map[string]any, at string) error {
	for _, key := range s.Required {
		if _, there := v[key]; !there {
			return fmt.Errorf("%s lacks %s", at, key)
		}
	}
	for key, item := range v {
		property, known := s.Properties[key]
		if !known && s.Additional == false {
			return fmt.Errorf("%s has %s, which is described nowhere", at, key)
		}
		if err := d.check(property, item, at+"."+key); err != nil {
			return err
		}
	}
	return nil
}

func typeFits(types, v any) bool {
	names := map[string]bool{}
	switch t := types.(type) {
	case string:
		names[t] = true
	case []any:
		for _, name := range t {
			names[name.(string)] = true
		}
	}
	switch v := v.(type) {
	case nil:
		return names["null"]
	case string:
		return names["string"]
	case bool:
		return names["boolean"]
	case float64:
		return names["number"] || names["integer"] && v == float64(int64(v))
	case []any:
		return names["array"]
	}
	return names["object"]
}

func describe(t *testing.T, p *page) *description {
	t.Helper()
	d := new(description)
	if err := json.Unmarshal([]byte(p.get("/api/v1/openapi.json")), d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDescriptionHasAllRoutes(t *testing.T) {
	p := newPage(t)
	var routed []string
	for _, route := range p.server.routes() {
		if method, path, _ := strings.Cut(route.pattern, " "); strings.HasPrefix(path, "/api/") {
			routed = append(routed, strings.ToLower(method)+" "+path)
		}
	}
	var described []string
	for path, methods := range describe(t, p).Paths {
		for method := range methods {
			described = append(described, method+" "+path)
		}
	}
	slices.Sort(routed)
	slices.Sort(described)
	if diff := cmp.Diff(described, routed); diff != "" {
		t.Errorf("described and routed ways differ (-described +routed):\n%s", diff)
	}
}

func TestAnswersAreAsDescribed(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 2, teaTime, full)
	p.store.fillMinutes("plain.example", 2, teaTime, plain)
	p.store.put(reportstore.Late, report("a.example", reportstore.Minute, teaTime.Add(-20*time.Minute).Truncate(time.Minute), 0.1))
	p.store.status.Sources = []reportstore.SourceState{{Source: "a.log", Lines: 5, Frontier: teaTime}}
	for _, host := range []string{"a.example", "b.example", "c.example"} {
		p.store.attacked(host, attackBegan, 6, func(*schemas.Finding) {})
	}
	p.store.feedback = []reportstore.Feedback{{Host: "a.example", Started: attackBegan, At: teaTime, Expires: teaTime.Add(time.Hour)}}
	d := describe(t, p)
	for path, operations := range d.Paths {
		for _, host := range []string{"a.example", "plain.example", "empty.example"} {
			target := strings.Replace(path, "{host}", host, 1)
			for contentType, content := range operations["get"].Responses["200"].Content {
				w := p.do(local("GET", target))
				if w.Code != http.StatusOK || w.Header().Get("Content-Type") != contentType {
					t.Fatalf("%s answers %d, %s", target, w.Code, w.Header().Get("Content-Type"))
				}
				if strings.HasPrefix(contentType, "text/") {
					if err := d.check(content.Schema, w.Body.String(), target); err != nil {
						t.Error(err)
					}
					continue
				}
				for values := json.NewDecoder(w.Body); ; {
					var v any
					if err := values.Decode(&v); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						t.Fatalf("%s: %v", target, err)
					}
					if err := d.check(content.Schema, v, target); err != nil {
						t.Error(err)
					}
				}
			}
		}
		w := p.do(remote("GET", strings.Replace(path, "{host}", "a.example", 1)+"?range=x", ""))
		if w.Code != http.StatusOK && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("the problem of %s is %s", path, w.Header().Get("Content-Type"))
		}
	}
}

func decode[T any](t *testing.T, p *page, target string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.get(target)), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// Who follows a site asks from the latest closed slot on and gets that one and what is new.
func TestDelta(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 2, teaTime, full)
	all := decode[seriesJSON](t, p, "/api/v1/sites/a.example/series?range=1h")
	if len(all.Points) != 60 || !all.Points[59].Provisional || all.Points[58].Provisional {
		t.Fatalf("an hour has %d points", len(all.Points))
	}
	delta := decode[seriesJSON](t, p, "/api/v1/sites/a.example/series?step=minute&from="+all.Points[58].Start.Format(time.RFC3339))
	if diff := cmp.Diff(all.Points[58:], delta.Points); diff != "" {
		t.Errorf("the delta is not the end of the whole (-whole +delta):\n%s", diff)
	}
}

func TestWhatIsNotLoggedIsNull(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("plain.example", 2, teaTime, plain)
	point := decode[struct{ Points []map[string]any }](t, p, "/api/v1/sites/plain.example/series").Points[0]
	for _, key := range []string{"cache_hits", "cache_hit_bytes", "p50", "p95", "p99"} {
		if v, there := point[key]; !there || v != nil {
			t.Errorf("%s is %v", key, v)
		}
	}
}

func TestRowsTellTheirKinds(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 2, teaTime, full)
	late := teaTime.Add(-20 * time.Minute).Truncate(time.Minute)
	p.store.put(reportstore.Late, report("a.example", reportstore.Minute, late, 0.1))
	kinds := map[string]int{}
	for line := range strings.Lines(p.get("/api/v1/sites/a.example/rows?range=1h")) {
		var row struct{ Kind, Host string }
		if err := json.Unmarshal([]byte(line), &row); err != nil || row.Host != "a.example" {
			t.Fatalf("%s (%v)", line, err)
		}
		kinds[row.Kind]++
	}
	if want := map[string]int{"closed": 59, "late": 1, "provisional": 1}; !maps.Equal(kinds, want) {
		t.Errorf("the rows are %v", kinds)
	}
}

// A list of rows that broke off must not look like a whole one.
func TestRowsThatFailMidwayAreCut(t *testing.T) {
	p := newPage(t)
	p.store.fillMinutes("a.example", 2, teaTime, full)
	p.store.fail = reportstore.ErrDamaged
	defer func() {
		if got, _ := recover().(error); !errors.Is(got, http.ErrAbortHandler) {
			t.Errorf("the answer ended by %v", got)
		}
	}()
	p.do(local("GET", "/api/v1/sites/a.example/rows"))
}

func TestTroubleOfTheStore(t *testing.T) {
	p := newPage(t)
	for err, want := range map[error]int{
		fmt.Errorf("reading /data/secret.db: %w", reportstore.ErrDamaged): 503, fmt.Errorf("in /data: %w", reportstore.ErrLocked): 503,
		errors.New("in /data"):                               500,
		fmt.Errorf("in /data: %w", context.DeadlineExceeded): 504,
	} {
		p.store.fail = err
		for _, target := range []string{"/", "/sites/a.example", "/status", "/api/v1/sites", "/api/v1/sites/a.example/series", "/api/v1/sites/a.example/series.csv",
			"/api/v1/sites/a.example/total", "/api/v1/status"} {
			w := p.do(local("GET", target))
			if w.Code != want || strings.Contains(w.Body.String(), "/data") {
				t.Errorf("%v: %s answers %d: %s", err, target, w.Code, w.Body)
			}
		}
		if code := p.do(local("GET", "/readyz")).Code; code != http.StatusServiceUnavailable {
			t.Errorf("readyz answers %d", code)
		}
	}
	if code := p.do(local("GET", "/healthz")).Code; code != http.StatusOK {
		t.Errorf("healthz answers %d", code)
	}
}

func TestReadiness(t *testing.T) {
	p := newPage(t)
	if code := p.do(local("GET", "/readyz")).Code; code != http.StatusOK {
		t.Errorf("a good one answers %d", code)
	}
	p.live.Store(&Live{Since: teaTime, Halted: "the disk is full"})
	if code := p.do(local("GET", "/readyz")).Code; code != http.StatusServiceUnavailable {
		t.Errorf("a halted one answers %d", code)
	}
}
