package integration

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestAlerts: every alert has its playbook and every playbook its alert, and the metrics that alerts ask for are there.
func TestAlerts(t *testing.T) {
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(readDocument(t, "deploy/prometheus/alerts.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	metrics := readDocument(t, "pkg/up/metrics.go")
	used := map[string]bool{}
	for _, rule := range file.Groups[0].Rules {
		playbook := rule.Annotations["playbook"]
		used[playbook] = true
		if text := readDocument(t, playbook); !strings.HasPrefix(rule.Alert, strings.TrimSuffix(filepath.Base(playbook), ".md")) || !strings.Contains(text, "**Meaning.**") {
			t.Errorf("the alert %s has no playbook of its own", rule.Alert)
		}
		for _, name := range regexp.MustCompile(`floodgauge_\w+`).FindAllString(rule.Expr, -1) {
			if !strings.Contains(metrics, `"`+strings.TrimPrefix(name, "floodgauge_")+`"`) {
				t.Errorf("the alert %s asks for %s, which is no metric", rule.Alert, name)
			}
		}
	}
	playbooks, err := os.ReadDir("../deploy/playbooks")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range playbooks {
		if !used["deploy/playbooks/"+p.Name()] {
			t.Errorf("no alert leads to the playbook %s", p.Name())
		}
	}
	if len(used) < 5 {
		t.Errorf("only %d playbooks", len(used))
	}
}
