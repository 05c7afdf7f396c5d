package cloudarmor

import (
	"encoding/json"
	"fmt"
	"strings"
)

// RefusedError is why a policy is not exported: what the service would refuse is not written down.
type RefusedError struct{ Problems []Problem }

// Error is one problem a line.
func (e *RefusedError) Error() string {
	lines := make([]string, len(e.Problems))
	for i := range e.Problems {
		lines[i] = e.Problems[i].String()
	}
	return strings.Join(lines, "\n")
}

func refusal(p *Policy) error {
	var e RefusedError
	for _, problem := range Lint(p) {
		if problem.Refused {
			e.Problems = append(e.Problems, problem)
		}
	}
	if len(e.Problems) == 0 {
		return nil
	}
	return &e
}

// REST writes the policy as the body of a request to the Compute API.
func REST(p *Policy) ([]byte, error) {
	if err := refusal(p); err != nil {
		return nil, err
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // expressions hold "&&"
	enc.SetIndent("", "  ")
	if err := enc.Encode(p); err != nil {
		return nil, fmt.Errorf("writing the policy: %w", err)
	}
	return []byte(b.String()), nil
}

// Gcloud writes a shell command for each rule of the policy. The policy itself must be there, and so is its default rule then.
func Gcloud(p *Policy) ([]byte, error) {
	if err := refusal(p); err != nil {
		return nil, err
	}
	var b strings.Builder
	for i := range p.Rules {
		if r := &p.Rules[i]; r.Priority != DefaultPriority {
			b.WriteString("gcloud compute security-policies rules create " + strings.Join(gcloudFlags(p.Name, r), " \\\n  ") + "\n")
		}
	}
	return []byte(b.String()), nil
}

func gcloudFlags(policy string, r *Rule) []string {
	flags := []string{fmt.Sprint(r.Priority), "--security-policy=" + shell(policy)}
	if r.Match.Expr != nil {
		flags = append(flags, "--expression="+shell(r.Match.Expr.Expression))
	} else {
		flags = append(flags, "--src-ip-ranges="+shell(strings.Join(r.Match.Config.SrcIPRanges, ",")))
	}
	flags = append(flags, "--action="+gcloudAction(r.Action))
	if r.RateLimitOptions != nil {
		flags = append(flags, gcloudRate(r.RateLimitOptions)...)
	}
	flags = append(flags, gcloudRedirect("redirect", r.RedirectOptions)...)
	if r.Preview {
		flags = append(flags, "--preview")
	}
	if r.Description != "" {
		flags = append(flags, "--description="+shell(r.Description))
	}
	return flags
}

func gcloudRate(o *RateLimitOptions) []string {
	flags := []string{
		fmt.Sprintf("--rate-limit-threshold-count=%d", o.RateLimitThreshold.Count),
		fmt.Sprintf("--rate-limit-threshold-interval-sec=%d", o.RateLimitThreshold.IntervalSec),
		"--conform-action=allow",
		"--exceed-action=" + gcloudAction(o.ExceedAction),
	}
	flags = append(flags, gcloudRedirect("exceed-redirect", o.ExceedRedirect)...)
	if o.EnforceOnKey != "" {
		flags = append(flags, "--enforce-on-key="+gcloudWord(o.EnforceOnKey))
		if o.EnforceOnKeyName != "" {
			flags = append(flags, "--enforce-on-key-name="+shell(o.EnforceOnKeyName))
		}
	}
	if len(o.EnforceOnKeys) > 0 {
		var keys []string
		for _, k := range o.EnforceOnKeys {
			keys = append(keys, strings.TrimSuffix(gcloudWord(k.EnforceOnKeyType)+"="+k.EnforceOnKeyName, "="))
		}
		flags = append(flags, "--enforce-on-key-configs="+shell(strings.Join(keys, ",")))
	}
	if o.BanThreshold != nil {
		flags = append(flags, fmt.Sprintf("--ban-threshold-count=%d", o.BanThreshold.Count), fmt.Sprintf("--ban-threshold-interval-sec=%d", o.BanThreshold.IntervalSec))
	}
	if o.BanDurationSec != 0 {
		flags = append(flags, fmt.Sprintf("--ban-duration-sec=%d", o.BanDurationSec))
	}
	return flags
}

func gcloudRedirect(name string, o *RedirectOptions) (flags []string) {
	if o != nil {
		flags = append(flags, "--"+name+"-type="+gcloudWord(o.Type))
		if o.Target != "" {
			flags = append(flags, "--"+name+"-target="+shell(o.Target))
		}
	}
	return flags
}

// gcloudAction is an action in gcloud's spelling: "deny(403)" is "deny-403".
func gcloudAction(action string) string {
	return gcloudWord(strings.TrimSuffix(strings.ReplaceAll(action, "(", "-"), ")"))
}

func gcloudWord(word string) string { return strings.ReplaceAll(strings.ToLower(word), "_", "-") }

// shell quotes s for a POSIX shell. Nothing inside single quotes means anything but the quote itself.
func shell(s string) string {
	plain := s != ""
	for _, c := range []byte(s) {
		plain = plain && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_./:,", c) >= 0)
	}
	if plain {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
