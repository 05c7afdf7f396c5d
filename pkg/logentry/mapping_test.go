package logentry

import (
	"slices"
	"strings"
	"testing"
)

func TestReadyMappingsAreValid(t *testing.T) {
	for i := range readyMappings {
		m := &readyMappings[i]
		if err := m.Validate(); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
		if newReadyJSONParser(m.Name) == nil {
			t.Errorf("%s: no parser", m.Name)
		}
	}
}

func TestMappingFieldsAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range MappingFields() {
		if f.Name == "" || f.Description == "" || seen[f.Name] {
			t.Errorf("field %+v is not described, or is there twice", f)
		}
		seen[f.Name] = true
	}
}

func TestMappingTellsAllMistakes(t *testing.T) {
	m := &Mapping{Name: "mine", Fields: map[string]string{"hots": "h", "status": "a", "agent": "a.b", "referrer": "r", "query": "r", "cache": ""},
		Units: map[string]string{"latency": "minutes", "status": "s"}}
	err := m.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{`unknown field "hots"`, `fields "query" and "referrer" both read the key "r"`, `"cache": its key is empty`,
		`the key "a" cannot be a value and hold "a.b"`, `"minutes" is none`, `unit for "status"`, `no key for "time"`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %s:\n%v", part, err)
		}
	}
	if _, err := newJSONParser(m); err == nil || !strings.HasPrefix(err.Error(), `mapping "mine": `) {
		t.Errorf("the parser's error does not name the mapping: %v", err)
	}
	lonely := &Mapping{Fields: map[string]string{"time": "t", "agent": "a"}}
	if err := lonely.Validate(); err == nil || !strings.Contains(err.Error(), "url, path, request, method, status") {
		t.Errorf("a mapping that cannot tell requests: %v", err)
	}
}

func TestSplitKey(t *testing.T) {
	for key, want := range map[string][]string{"a": {"a"}, "a.b.c": {"a", "b", "c"}, `a\.b.c`: {"a.b", "c"}, `\.`: {"."}, "a..b": {"a", "", "b"}} {
		if got := splitKey(key); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
}

func TestConfiguredMapping(t *testing.T) {
	p, err := NewParser(&Source{Name: "lb", Format: "mine", Mapping: &Mapping{Name: "mine", Fields: map[string]string{"time": "ts", "host": "req.host",
		"url": "req.uri", "status": "res.code", "latency": "res.took", "client": "ip", "cache_hit": "hit"},
		Units: map[string]string{"time": "ms", "latency": "ms"}}})
	if err != nil {
		t.Fatal(err)
	}
	var e Entry
	line := `{"ts":1777896007081,"req":{"host":"WWW.Example.org:443","uri":"/a?b"},"res":{"code":"200","took":12.5},"ip":"192.0.2.1","hit":false}`
	if reason := p.Parse([]byte(line), &e); reason != OK {
		t.Fatal(reason)
	}
	got := goldenOf(&e, OK)
	if got.Host != "www.example.org" || got.Path != "/a" || got.Query != "b" || got.Status != 200 || got.Latency != "12.5ms" ||
		got.Client.String() != "192.0.2.1" || got.Cache != "miss" || e.Time != 1777896007081e6 {
		t.Errorf("got %+v", got)
	}
}
