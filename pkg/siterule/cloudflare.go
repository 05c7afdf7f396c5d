package siterule

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/agent"
)

const cloudflareTarget = "Cloudflare's rules language"

// Sources, of developers.cloudflare.com: ruleset-engine/rules-language (operators, values, functions, fields), waf/custom-rules,
// waf/rate-limiting-rules and rules/normalization/how-it-works.
const (
	maxCloudflare = 4096 // characters of an expression
	// A path is compared after the zone's URL normalisation.
	cloudflareHost, cloudflarePath, cloudflareAgent = "http.host", "http.request.uri.path", "http.user_agent"
	cloudflareQuery                                 = "http.request.uri.query" // without the "?", empty where there is none
)

// cloudflarePeriods are the seconds that a rate limiting rule may count and act for. Plans below Enterprise have the shorter ones only.
var cloudflarePeriods = []int{10, 15, 20, 30, 40, 45, 60, 90, 120, 180, 240, 300, 480, 600, 900, 1200, 1800, 2400, 3600, 65535, 86400}

// Cloudflare is the rule's condition in Cloudflare's rules language, for a custom rule or a rate limiting rule; CloudflareSteps says what to do with
// it. It does without regular expressions, which are for the Business plan and above. The error is a CannotError where that cannot say it.
func (r *Rule) Cloudflare() (expression string, err error) {
	if err := r.Check(); err != nil {
		return "", err
	}
	conditions := []string{cloudflareHosts(r.Host)}
	for _, c := range r.Conditions {
		condition, err := c.cloudflare()
		if err != nil {
			return "", cannot(cloudflareTarget, err)
		}
		conditions = append(conditions, condition)
	}
	expression = strings.Join(conditions, " and ")
	if len(expression) > maxCloudflare {
		return "", &CannotError{cloudflareTarget, fmt.Sprintf("the expression has %d characters and the service takes %d", len(expression), maxCloudflare)}
	}
	return expression, nil
}

// cloudflareHosts is true for every spelling of the host. http.host is the Host header as the client sent it: the documents promise no lower case, and
// rules in use look for ports in it.
func cloudflareHosts(host string) string {
	const field = "lower(" + cloudflareHost + ")"
	begins := func(text string) string { return " or starts_with(" + field + ", " + quoteCloudflare(text) + ")" }
	return "(" + field + " in {" + quoteCloudflare(host) + " " + quoteCloudflare(host+".") + "}" + begins(host+":") + begins(host+".:") + ")"
}

func (c Condition) cloudflare() (string, error) {
	switch c.Field {
	case Path:
		return cloudflarePaths(c.Value)
	case Query:
		if c.Value == QueryNone {
			return cloudflareQuery + ` eq ""`, nil
		}
		return cloudflareQuery + ` ne ""`, nil
	case Method:
		return "http.request.method eq " + quoteCloudflare(c.Value), nil
	case Agent:
		return cloudflareAgents(c.Value)
	case Country:
		return "ip.src.country eq " + quoteCloudflare(c.Value), nil
	case Client:
		return cloudflareClients(c.Value)
	case Network:
		return "ip.src.asnum eq " + strings.TrimPrefix(c.Value, "AS"), nil
	default:
		if c.Value == NoReferrer {
			return `http.referer in {"" "-"}`, nil
		}
		return "", errors.New("the host of a referrer needs regular expressions, which are for the Business plan and above")
	}
}

// cloudflarePaths compares the whole path. A placeholder of an operator's template, which is any segment, is a "*" that holds no slash.
func cloudflarePaths(value string) (string, error) {
	t, err := parseTemplate(value)
	if err != nil {
		return "", err
	}
	if path, ok := t.literal(); ok {
		return cloudflarePath + " eq " + quoteCloudflare(path), nil
	}
	if _, err := t.patterns(); err != nil {
		return "", err
	}
	wild, anywhere := "", 0
	for _, parts := range t.segments {
		wild += "/"
		for _, p := range parts {
			switch {
			case !p.placeholder:
				wild += p.text
			case shapes[p.text] != "":
				return "", fmt.Errorf("the shape of {%s} needs regular expressions, which are for the Business plan and above", p.text)
			case strings.HasSuffix(p.text, "..."):
				return "", errors.New("a template with {name...} is not written for it") // wildcards would take no segment for one
			default:
				wild += "*"
				anywhere++
			}
		}
	}
	if anywhere > 1 {
		return "", errors.New("a path with two placeholders needs regular expressions, which are for the Business plan and above")
	}
	// One segment: not two, and not none.
	like := func(pattern string) string { return cloudflarePath + " strict wildcard " + quoteCloudflare(pattern) }
	return fmt.Sprintf("(%s and not %s and not %s)", like(wild), like(strings.Replace(wild, "*", "*/*", 1)), like(strings.Replace(wild, "*", "", 1))), nil
}

func cloudflareAgents(family string) (string, error) {
	if family == "" {
		return cloudflareAgent + ` in {"" "-"}`, nil
	}
	texts, err := textsOf(family)
	if err != nil {
		return "", err
	}
	var groups [3]string
	for i, literals := range [][]agent.Literal{texts.first, texts.own, texts.others} {
		if groups[i], err = cloudflareTexts(literals); err != nil {
			return "", err
		}
	}
	switch first, own, others := groups[0], groups[1], groups[2]; {
	case own == "":
		return first, nil
	case first == "":
		return own + " and not " + others, nil
	default:
		return "(" + first + " or " + own + " and not " + others + ")", nil
	}
}

// cloudflareTexts is true for agents with one of the texts, "" for none.
func cloudflareTexts(literals []agent.Literal) (string, error) {
	if len(literals) == 0 {
		return "", nil
	}
	var conditions []string
	for _, l := range literals {
		field, text := cloudflareAgent, l.Text
		if l.AnyCase {
			field, text = "lower("+field+")", strings.ToLower(text)
		}
		switch {
		case l.WordBegin, l.WordEnd, l.AtBegin && l.AtEnd:
			return "", fmt.Errorf("that %q is a word of its own needs regular expressions, which are for the Business plan and above", l.Text)
		case l.AtBegin:
			conditions = append(conditions, fmt.Sprintf("starts_with(%s, %s)", field, quoteCloudflare(text)))
		case l.AtEnd:
			conditions = append(conditions, fmt.Sprintf("ends_with(%s, %s)", field, quoteCloudflare(text)))
		default:
			conditions = append(conditions, field+" contains "+quoteCloudflare(text))
		}
	}
	return "(" + strings.Join(conditions, " or ") + ")", nil
}

// quoteCloudflare writes s as a quoted string of the language, in which nothing but the quote and the backslash is special.
func quoteCloudflare(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// CloudflareSteps says, a line each, which kind of rule to make of the expression, with what settings, and how to look at it first.
func (r *Rule) CloudflareSteps() (string, error) {
	if _, err := r.Cloudflare(); err != nil {
		return "", err
	}
	steps := []string{r.inWords()}
	if r.Action == Deny {
		steps = append(steps, "Kind: a custom rule (Security, WAF, Custom rules). Action: Block.",
			"First: action Log, which only Enterprise has. On other plans look at the same expression in Security, Analytics, or take Managed Challenge.")
	} else {
		timeout, err := r.cloudflareTimeout()
		if err != nil {
			return "", err
		}
		steps = append(steps, fmt.Sprintf("Kind: a rate limiting rule (Security, WAF, Rate limiting rules). Characteristics: IP. Requests: %d. Period: %d seconds. Action: Block, for %d seconds.",
			r.Count, r.Seconds, timeout),
			"Beware: periods and fields depend on the plan: Free has the path and 10 seconds, Pro hosts and a minute, Business methods, agents and ten minutes, Enterprise all.",
			"First: action Log, which only Enterprise has.")
	}
	steps = append(steps, "Beware: paths are compared after the zone's URL normalisation, which must be on (Rules, Settings); choose Cloudflare's kind, which also merges slashes.",
		"Undo: switch the rule off, or delete it.")
	if !r.Expires.IsZero() {
		steps = append(steps, "Expiry: "+r.Expires.UTC().Format("2006-01-02 15:04 UTC")+". Cloudflare does not know it: undo it then.")
	}
	return strings.Join(steps, "\n") + "\n", nil
}

// cloudflareTimeout is for how long a rate limiting rule refuses: for a throttle as short as every plan has.
func (r *Rule) cloudflareTimeout() (int, error) {
	timeout := cloudflarePeriods[0]
	if r.Action == Ban {
		timeout = r.BanSeconds
	}
	for _, seconds := range []int{r.Seconds, timeout} {
		if !slices.Contains(cloudflarePeriods, seconds) {
			return 0, &CannotError{cloudflareTarget, fmt.Sprintf("a rate limiting rule has no period of %d seconds", seconds)}
		}
	}
	return timeout, nil
}
