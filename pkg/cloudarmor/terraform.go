package cloudarmor

import (
	"fmt"
	"regexp"
	"strings"
)

// Terraform writes a resource google_compute_security_policy_rule for each rule of the policy, which itself is the resource named policy.
func Terraform(p *Policy, policy string) ([]byte, error) {
	if err := refusal(p); err != nil {
		return nil, err
	}
	if !identifiers.MatchString(policy) {
		return nil, fmt.Errorf("%q is no name of a Terraform resource: take letters, digits, hyphens and underscores, and begin with a letter", policy)
	}
	var t terraform
	for i := range p.Rules {
		if r := &p.Rules[i]; r.Priority != DefaultPriority {
			t.rule(policy, r)
		}
	}
	return []byte(t.text.String()), nil
}

var identifiers = regexp.MustCompile(`^[A-Za-z][-_A-Za-z0-9]*$`)

// terraform writes HCL.
type terraform struct {
	text   strings.Builder
	indent int
}

func (t *terraform) line(s string) { t.text.WriteString(strings.Repeat("  ", t.indent) + s + "\n") }

func (t *terraform) block(head string, body func()) {
	t.line(head + " {")
	t.indent++
	body()
	t.indent--
	t.line("}")
}

func (t *terraform) value(name, value string) {
	if value != "" {
		t.line(name + " = " + quoteHCL(value))
	}
}

func (t *terraform) number(name string, value int64) { t.line(fmt.Sprintf("%s = %d", name, value)) }

func (t *terraform) rule(policy string, r *Rule) {
	t.block(fmt.Sprintf(`resource "google_compute_security_policy_rule" "rule_%d"`, r.Priority), func() {
		t.line("security_policy = google_compute_security_policy." + policy + ".name")
		t.number("priority", r.Priority)
		t.value("action", r.Action)
		t.line(fmt.Sprintf("preview = %t", r.Preview))
		t.value("description", r.Description)
		t.match(&r.Match)
		if r.RateLimitOptions != nil {
			t.rate(r.RateLimitOptions)
		}
		t.redirect("redirect_options", r.RedirectOptions)
	})
}

func (t *terraform) redirect(name string, o *RedirectOptions) {
	if o != nil {
		t.block(name, func() {
			t.value("type", o.Type)
			t.value("target", o.Target)
		})
	}
}

func (t *terraform) match(m *Match) {
	t.block("match", func() {
		if m.Expr != nil {
			t.block("expr", func() { t.value("expression", m.Expr.Expression) })
			return
		}
		t.value("versioned_expr", "SRC_IPS_V1")
		t.block("config", func() {
			ranges := make([]string, len(m.Config.SrcIPRanges))
			for i, r := range m.Config.SrcIPRanges {
				ranges[i] = quoteHCL(r)
			}
			t.line("src_ip_ranges = [" + strings.Join(ranges, ", ") + "]")
		})
	})
}

func (t *terraform) rate(o *RateLimitOptions) {
	t.block("rate_limit_options", func() {
		t.value("conform_action", o.ConformAction)
		t.value("exceed_action", o.ExceedAction)
		t.line("enforce_on_key = " + quoteHCL(o.EnforceOnKey)) // "" where there are several keys: left out it would read as the provider's default
		t.value("enforce_on_key_name", o.EnforceOnKeyName)
		for _, k := range o.EnforceOnKeys {
			t.block("enforce_on_key_configs", func() {
				t.value("enforce_on_key_type", k.EnforceOnKeyType)
				t.value("enforce_on_key_name", k.EnforceOnKeyName)
			})
		}
		t.redirect("exceed_redirect_options", o.ExceedRedirect)
		t.threshold("rate_limit_threshold", &o.RateLimitThreshold)
		t.threshold("ban_threshold", o.BanThreshold)
		if o.BanDurationSec != 0 {
			t.number("ban_duration_sec", o.BanDurationSec)
		}
	})
}

func (t *terraform) threshold(name string, limit *Threshold) {
	if limit == nil {
		return
	}
	t.block(name, func() {
		t.number("count", limit.Count)
		t.number("interval_sec", limit.IntervalSec)
	})
}

// quoteHCL writes s as a string of HCL, in which "${" and "%{" would begin a template.
func quoteHCL(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case (c == '$' || c == '%') && strings.HasPrefix(s[i+1:], "{"):
			b.WriteRune(c)
			b.WriteRune(c)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
