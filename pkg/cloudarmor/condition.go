package cloudarmor

import (
	"regexp"
	"strings"
)

// HostCondition is true for every request that is counted for host, whatever the spelling of its Host header: in capitals, with a port, with a dot at
// the end, with what some clients put before an "@". host is normalised: lower case, no port. It is one subexpression.
func HostCondition(host string) string {
	return "request.headers['host'].lower().matches(" + Quote("^(?:.*@)?"+regexp.QuoteMeta(host)+`\.?(?::[0-9]*)?$`) + ")"
}

// What a template hides of a path: empty segments, those of a single dot, and matrix parameters (";x=1").
const (
	slash      = `/(?:\.?(?:;[^/]*)?/)*`
	parameters = `(?:;[^/]*)?`
	pathEnd    = `(?:` + slash + `\.?` + parameters + `)?(?:[?#].*)?$`
)

// PathCondition is true for every request whose path is counted under template. It has none, and ok is false, where the template stands for paths
// that share no literal: those with a placeholder, or cut. The condition may be true for other spellings of the same path, too (a slash at the
// end, twice encoded), as proxies and applications commonly take them for the same.
func PathCondition(template string) (condition string, ok bool) {
	if !literal(template) {
		return "", false
	}
	return pathMatches(pathStart(template) + pathEnd), true
}

// PathPrefixCondition is PathCondition for the template and everything below it.
func PathPrefixCondition(template string) (condition string, ok bool) {
	if !literal(template) || template == "/" {
		return "", false
	}
	return pathMatches(pathStart(template) + `(?:[/?#].*)?$`), true
}

// PathSegmentsCondition is PathCondition for paths whose segments, decoded, are like these regular expressions, one each, without anchors.
func PathSegmentsCondition(segments []string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString(slash + s + parameters)
	}
	return pathMatches(b.String() + pathEnd)
}

// literal tells whether the template is the path itself, up to its spelling. A "+" is left out: whether it stands for a space depends on who decodes.
func literal(template string) bool {
	return strings.HasPrefix(template, "/") && !strings.ContainsAny(template, "{}*+") && !strings.HasSuffix(template, "/...")
}

func pathMatches(pattern string) string {
	return "request.path.urlDecode().matches(" + Quote("(?s)^"+pattern) + ")"
}

func pathStart(template string) string {
	var b strings.Builder
	for segment := range strings.SplitSeq(strings.Trim(template, "/"), "/") {
		if segment != "" {
			b.WriteString(slash + regexp.QuoteMeta(segment) + parameters)
		}
	}
	if b.Len() == 0 {
		return slash + `\.?` + parameters
	}
	return b.String()
}
