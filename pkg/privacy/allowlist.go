package privacy

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/floodgauge/floodgauge/pkg/agent"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// content is what the text of an output may be.
type content struct {
	about string
	fits  func(string) bool
}

// outputs names the content of every text (string or bytes field, or text key of a map) that leaves the pipeline, by its path from the
// message that is written. What is not named here must not be added to a message: TestEveryTextIsRegistered fails.
var outputs = map[string]content{
	"TrafficReport.host":                {"a host name, or the bucket of other hosts", isHost},
	"TrafficReport.level":               oneOf("minute", "hour", "day", "all"),
	"TrafficReport.status_class":        oneOf("1xx", "2xx", "3xx", "4xx", "5xx", "none", "other"),
	"TrafficReport.methods":             oneOf(names(vocabulary.MethodCount)...),
	"TrafficReport.protocols":           oneOf(names(vocabulary.ProtocolCount)...),
	"TrafficReport.enforced":            oneOf(names(vocabulary.ActionCount)...),
	"TrafficReport.preview":             oneOf(names(vocabulary.ActionCount)...),
	"TrafficReport.origin_errors":       oneOf(names(vocabulary.OriginErrorCount)...),
	"TrafficReport.clients":             oneOf(names(vocabulary.ClientClassCount)...),
	"TrafficReport.visitors_sketch":     {"an HLL++ sketch over keyed hashes", func(string) bool { return true }},
	"TrafficReport.top_paths.path":      {"a path template", isTemplate},
	"TrafficReport.top_countries.value": {"an ISO 3166 alpha-2 code", isCountry},
	"TrafficReport.top_referrers.value": {"what Referrer returns", isReferrer},
	"TrafficReport.top_agents.value":    {"a family of agents", isFamily},
	"TrafficReport.rest":                oneOf("top_paths", "top_countries", "top_networks", "top_referrers", "top_agents"),
	"TrafficReport.not_logged":          oneOf(names(vocabulary.FieldCount)...),
	"TrafficReport.partly_logged":       oneOf(names(vocabulary.FieldCount)...),
	"TrafficReport.clients_unavailable": oneOf("", "cdn"),
	"DeadLetter.source":                 {"the operator's name of a source", isOperatorText},
	"DeadLetter.reason":                 {"the name of a reason", isIdentifier},
}

func oneOf(words ...string) content {
	return content{about: "one of " + strings.Join(words, ", "), fits: func(s string) bool { return slices.Contains(words, s) }}
}

// names returns the names of a closed vocabulary of count values.
func names[T interface {
	~uint8
	String() string
}](count T) (all []string) {
	for v := T(0); v < count; v++ {
		all = append(all, v.String())
	}
	return all
}

const (
	lowerLetters = "abcdefghijklmnopqrstuvwxyz"
	digits       = "0123456789"
	alphabet     = lowerLetters + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + digits
)

// consistsOf tells whether a text has a length from 1 to most, and only characters of a set.
func consistsOf(s, set string, most int) bool {
	return s != "" && len(s) <= most && strings.Trim(s, set) == ""
}

func isHost(s string) bool {
	return s == vocabulary.OtherHosts || consistsOf(s, lowerLetters+digits+".-_", 253)
}

func isTemplate(s string) bool {
	return s == "*" || s == "{text}" || strings.HasPrefix(s, "/") && consistsOf(s, alphabet+"-._~:+(){}/", MaxTemplate)
}

func isCountry(s string) bool {
	return len(s) == 2 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func isReferrer(s string) bool {
	if s == ReferrerOwn || s == ReferrerAddress || s == ReferrerInvalid {
		return true
	}
	domain := strings.TrimSuffix(s, referrerApp)
	return strings.Contains(domain, ".") && len(domain) <= maxDomain && isDomain(domain) && domain == strings.ToLower(domain)
}

func isFamily(s string) bool {
	_, ok := slices.BinarySearch(agent.New().Families(), s)
	return ok
}

// isOperatorText accepts what an operator may call a file or a source: any text that no terminal obeys.
func isOperatorText(s string) bool {
	return s != "" && len(s) <= 4096 && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func isIdentifier(s string) bool { return consistsOf(s, lowerLetters+digits+"_", 40) }
