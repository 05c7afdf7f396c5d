package cloudarmor

import (
	"fmt"
	"slices"
	"strings"
)

// What the service accepts. Sources: compute.proto of googleapis, "Rate limiting overview", "Custom rules language", and where the documents and the
// API differ, what the API was seen to do (terraform-provider-google#21514: ban intervals below 60 s; firezone#7293: newlines).
const (
	maxSubexpressions  = 5
	maxExpression      = 2048
	maxSubexpression   = 1024
	maxSourceRanges    = 10
	maxRuleDescription = 64
	maxDescription     = 2048
	maxThrottleCount   = 1_000_000
	maxBanCount        = 10_000
	minBanInterval     = 60
	maxKeys            = 3
)

var (
	intervals    = []int64{10, 30, 60, 120, 180, 240, 300, 600, 900, 1200, 1800, 2700, 3600}
	banDurations = []int64{60, 120, 180, 240, 300, 600, 900, 1200, 1800, 2700, 3600}
	// denials are the answers of a plain deny; a rate rule's may be 429, too.
	denials     = []string{"deny(403)", "deny(404)", "deny(502)"}
	rateDenials = []string{"deny(403)", "deny(404)", "deny(429)", "deny(502)"}
	keyTypes    = []string{"ALL", "IP", "HTTP_HEADER", "XFF_IP", "HTTP_COOKIE", "HTTP_PATH", "SNI", "REGION_CODE", "TLS_JA3_FINGERPRINT", "TLS_JA4_FINGERPRINT", "USER_IP", "ASN"}
	redirects   = []string{"GOOGLE_RECAPTCHA", "EXTERNAL_302"}
)

// lintRate checks the options of throttle and rate_based_ban.
func (l *linter) lintRate(r *Rule) {
	o := r.RateLimitOptions
	if !r.counts() {
		if o != nil {
			l.add("has rateLimitOptions, which only throttle and rate_based_ban take")
		}
		return
	}
	if o == nil {
		l.add("needs rateLimitOptions: how many requests in how many seconds")
		return
	}
	most := int64(maxThrottleCount)
	if r.Action == rateBasedBan {
		most = maxBanCount
	}
	l.lintThreshold("rateLimitThreshold", o.RateLimitThreshold, most)
	if o.ConformAction != "allow" {
		l.add(fmt.Sprintf(`has conformAction %q: the service takes "allow" only`, o.ConformAction))
	}
	if !slices.Contains(rateDenials, o.ExceedAction) && (o.ExceedAction != "redirect" || l.edge) {
		l.add(fmt.Sprintf("has exceedAction %q: the service takes %s, or redirect", o.ExceedAction, strings.Join(rateDenials, ", ")))
	}
	if o.ExceedAction == "redirect" {
		l.lintRedirect("exceedRedirectOptions", o.ExceedRedirect)
	}
	l.lintKeys(o)
	l.lintBan(r)
}

func (l *linter) lintThreshold(name string, t Threshold, most int64) {
	if t.Count < 1 || t.Count > most {
		l.add(fmt.Sprintf("has %s.count %d: the service takes 1 to %d", name, t.Count, most))
	}
	if !slices.Contains(intervals, t.IntervalSec) {
		l.add(fmt.Sprintf("has %s.intervalSec %d: the service takes %s", name, t.IntervalSec, list(intervals)))
	}
}

func (l *linter) lintBan(r *Rule) {
	o := r.RateLimitOptions
	if r.Action == throttle {
		if o.BanDurationSec != 0 || o.BanThreshold != nil {
			l.add("is a throttle, which has no banDurationSec and no banThreshold; rate_based_ban has them")
		}
		return
	}
	if !slices.Contains(banDurations, o.BanDurationSec) {
		l.add(fmt.Sprintf("has banDurationSec %d: the service takes %s", o.BanDurationSec, list(banDurations)))
	}
	if o.BanThreshold == nil {
		return
	}
	l.lintThreshold("banThreshold", *o.BanThreshold, maxBanCount)
	if o.BanThreshold.IntervalSec < minBanInterval {
		l.add("has a banThreshold.intervalSec below 60, which the API refuses")
	}
}

func (l *linter) lintKeys(o *RateLimitOptions) {
	keys := []EnforceOnKeyConfig{{o.EnforceOnKey, o.EnforceOnKeyName}}
	if len(o.EnforceOnKeys) > 0 {
		if o.EnforceOnKey != "" {
			l.add("has enforceOnKey and enforceOnKeyConfigs: the service takes one of them")
		}
		keys = o.EnforceOnKeys
	} else if o.EnforceOnKey == "" {
		return // the service counts all requests together
	}
	if len(keys) > maxKeys {
		l.add(fmt.Sprintf("counts by %d keys: the service takes at most %d", len(keys), maxKeys))
	}
	seen := map[EnforceOnKeyConfig]bool{}
	for _, k := range keys {
		named := k.EnforceOnKeyType == "HTTP_HEADER" || k.EnforceOnKeyType == "HTTP_COOKIE"
		switch {
		case !slices.Contains(keyTypes, k.EnforceOnKeyType):
			l.add(fmt.Sprintf("counts by %q: the service knows %s", k.EnforceOnKeyType, strings.Join(keyTypes, ", ")))
		case named && k.EnforceOnKeyName == "":
			l.add(fmt.Sprintf("counts by %s and does not say by which", k.EnforceOnKeyType))
		case !named && k.EnforceOnKeyName != "":
			l.add(fmt.Sprintf("gives a name to %s, which has none", k.EnforceOnKeyType))
		case seen[k]:
			l.add(fmt.Sprintf("counts by %s twice", k.EnforceOnKeyType))
		}
		seen[k] = true
	}
}

func list(numbers []int64) string {
	s := make([]string, len(numbers))
	for i, n := range numbers {
		s[i] = fmt.Sprint(n)
	}
	return strings.Join(s[:len(s)-1], ", ") + " or " + s[len(s)-1]
}
