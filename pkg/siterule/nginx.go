package siterule

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const nginxTarget = "nginx"

// The headings of a snippet's parts.
const (
	nginxHTTP   = "# 1. In http { }, for example as a file of its own in /etc/nginx/conf.d:"
	nginxServer = "# 2. In the server { } of %s, before any rewrite:"
	nginxDo     = "# 3. What to do with it:"
)

// Nginx is the rule as a snippet in three parts: for http{}, for the server{} of the site, and in comments how to apply, verify and undo it. In preview
// nothing is refused and what would be is logged. nginx bans nobody: of a Ban, what is over the limit is refused, and a comment says so. The error is a CannotError where nginx cannot say the rule. Needs nginx 1.17.1 or newer.
func (r *Rule) Nginx(preview bool) (string, error) { return NginxOf([]*Rule{r}, preview) }

// NginxOf is one snippet of rules for one site, which have names of their own.
func NginxOf(rules []*Rule, preview bool) (string, error) {
	if err := checkTogether(rules); err != nil {
		return "", err
	}
	all := make([]*nginx, len(rules))
	var text strings.Builder
	for i, r := range rules {
		all[i] = &nginx{rule: throttled(r), bans: r.Action == Ban, preview: preview, name: strings.ReplaceAll(r.Name, "-", "_"), text: &text}
	}
	if err := writeNginx(&text, all); err != nil {
		return "", cannot(nginxTarget, err)
	}
	return text.String(), nil
}

// throttled is a rule whose ban is only a limit.
func throttled(r *Rule) *Rule {
	if r.Action != Ban {
		return r
	}
	limit := *r
	limit.Action, limit.BanSeconds = Throttle, 0
	return &limit
}

// checkTogether tells what is wrong with rules, each and as those of one site.
func checkTogether(rules []*Rule) error {
	if len(rules) == 0 {
		return errors.New("there is no rule to write")
	}
	names := map[string]bool{}
	for _, r := range rules {
		if err := r.Check(); err != nil {
			return err
		}
		if r.Host != rules[0].Host || names[r.Name] {
			return fmt.Errorf("rule %s: is of another site than the first, or there twice", r.Name)
		}
		names[r.Name] = true
	}
	return nil
}

// nginx writes a snippet.
type nginx struct {
	rule    *Rule
	bans    bool // the rule would, if nginx could
	preview bool
	name    string // the rule's, as a part of names of variables: fg_NAME is 1 where the rule holds
	text    *strings.Builder
}

func (n *nginx) line(format string, args ...any) { fmt.Fprintf(n.text, format+"\n", args...) }

// writeNginx writes the parts of the snippet, each with what it has of every rule.
func writeNginx(text *strings.Builder, all []*nginx) error {
	for _, n := range all {
		n.line("# %s", n.rule.inWords())
		if n.bans {
			n.line("# It is meant to ban such an address for a time. nginx bans nobody: it refuses what is over the limit.")
		}
	}
	if all[0].preview {
		text.WriteString("# Preview: nothing is refused. What would be is logged, see below; the same snippet without preview enforces.\n")
	} else {
		text.WriteString("# This refuses requests. Look first at whom it would meet, with the preview of the same rule, which only logs.\n")
	}
	text.WriteString("\n" + nginxHTTP + "\n")
	for _, n := range all {
		if err := n.http(); err != nil {
			return err
		}
	}
	all[0].line("\n"+nginxServer, all[0].rule.Host)
	for _, n := range all {
		n.server()
	}
	limits(text, all)
	text.WriteString("\n" + nginxDo + "\n")
	for _, n := range all {
		n.instructions()
	}
	return nil
}

// http writes what a rule has in http { }.
func (n *nginx) http() error {
	rate, err := n.rate()
	if err != nil {
		return err
	}
	if err := n.maps(); err != nil {
		return err
	}
	if rate != "" {
		n.line(`map $fg_%s $fgkey_%[1]s { default ""; 1 $binary_remote_addr; } # requests with an empty key are not counted`, n.name)
		n.line("limit_req_zone $fgkey_%s zone=fg_%[1]s:10m rate=%[2]s;", n.name, rate)
	}
	return nil
}

// limits writes once what holds for every limit_req of the server.
func limits(text *strings.Builder, all []*nginx) {
	if !slices.ContainsFunc(all, func(n *nginx) bool { return n.rule.Action == Throttle }) {
		return
	}
	text.WriteString("limit_req_status 429;\n")
	if all[0].preview {
		text.WriteString("limit_req_dry_run on;\n")
	}
}

// rate is the rule's limit as nginx says it: never stricter, as nginx counts by a bucket that leaks, and whole requests a second or minute.
func (n *nginx) rate() (string, error) {
	r := n.rule
	switch {
	case r.Action == Deny:
		return "", nil
	case r.Count%r.Seconds == 0:
		return fmt.Sprintf("%dr/s", r.Count/r.Seconds), nil
	case r.Count*60 < r.Seconds:
		return "", errors.New("it knows no rates below one request a minute")
	}
	return fmt.Sprintf("%dr/m", (r.Count*60+r.Seconds-1)/r.Seconds), nil
}

// maps writes a variable for each condition, and one that is 1 where all hold.
func (n *nginx) maps() error {
	var all, ones string
	variable := func(field string) string {
		name := "fgif_" + field + "_" + n.name
		all += "${" + name + "}"
		ones += "1"
		return name
	}
	add := func(field, source string, entries ...string) {
		n.line("map %s $%s {\n  default 0;\n  %s\n}", source, variable(field), strings.Join(entries, "\n  "))
	}
	add("host", "$host", yes(`~\A`+regexp.QuoteMeta(n.rule.Host)+`\z`)) // nginx has made it lower case, without port and dot
	for _, c := range n.rule.Conditions {
		if c.Field == Client {
			if err := n.geo(variable(string(Client)), c.Value); err != nil {
				return err
			}
			continue
		}
		source, entries, err := c.nginx()
		if err != nil {
			return err
		}
		add(string(c.Field), source, entries...)
	}
	n.line(`map "%s" $fg_%s { default 0; %s 1; }`, all, n.name, ones)
	return nil
}

// nginx is the condition as the source and the entries of a map. Entries are regular expressions of our own making, as a map's other texts are
// compared without regard to case.
func (c Condition) nginx() (source string, entries []string, err error) {
	switch c.Field {
	case Path:
		pattern, err := nginxPath(c.Value)
		return "$uri", []string{yes("~" + pattern)}, err
	case Query:
		if c.Value == QueryNone {
			return "$args", []string{`"" 1;`}, nil
		}
		return "$args", []string{yes("~.")}, nil
	case Method:
		return "$request_method", []string{yes(`~\A` + regexp.QuoteMeta(c.Value) + `\z`)}, nil
	case Agent:
		entries, err := nginxAgent(c.Value)
		return "$http_user_agent", entries, err
	case Referrer:
		if c.Value == NoReferrer {
			return "$http_referer", none, nil
		}
		return "$http_referer", []string{yes("~" + referrerPattern(c.Value))}, nil
	case Country:
		return "", nil, errors.New("it knows no countries. With ngx_http_geoip2_module and a database it does: " +
			"geoip2 /path/to/country.mmdb { $fg_country country iso_code; } in http { }, and a map of $fg_country")
	default:
		return "", nil, errors.New("it knows no networks. With ngx_http_geoip2_module and a database it does: " +
			"geoip2 /path/to/asn.mmdb { $fg_network autonomous_system_number; } in http { }, and a map of $fg_network")
	}
}

// none are the entries for a header that is not there, or the hyphen that logs write for that.
var none = []string{`"" 1;`, `"-" 1;`}

func nginxPath(value string) (string, error) {
	t, err := parseTemplate(value)
	if err != nil {
		return "", err
	}
	patterns, err := t.patterns()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, p := range patterns {
		b.WriteString("/+" + p + "(?:;[^/]*)?") // matrix parameters are not in templates
	}
	switch {
	case t.operators():
		b.WriteString("/*")
	case t.slash:
		b.WriteString("/+")
	}
	return `\A` + b.String() + `\z`, nil
}

func nginxAgent(family string) (entries []string, err error) {
	if family == "" {
		return none, nil
	}
	literals, err := literalsOf(family)
	for _, l := range literals { // the first that matches counts, here as there
		entry := yes("~" + l.Pattern())
		if !l.Own {
			entry = quoteNginx("~"+l.Pattern()) + " 0;"
		}
		entries = append(entries, entry)
	}
	return entries, err
}

func yes(key string) string { return quoteNginx(key) + " 1;" }

// quoteNginx writes s as one parameter of a directive that takes no variables.
func quoteNginx(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func (n *nginx) server() {
	deny := n.rule.Action == Deny
	if deny && !n.preview {
		n.line("if ($fg_%s) { return 403; }", n.name)
		return
	}
	n.line("set $fgseen_%s $fg_%[1]s; # decides now, while the path is still as the client asked", n.name)
	if deny {
		return
	}
	burst := ""
	if n.rule.Count > 1 {
		burst = fmt.Sprintf(" burst=%d nodelay", n.rule.Count-1)
	}
	n.line("limit_req zone=fg_%s%s;", n.name, burst)
}

func (n *nginx) instructions() {
	r := n.rule
	if r.Action == Deny && n.preview {
		n.line("# Log:    add  fg_%s=$fg_%[1]s  to the log_format of the site: it is 1 where the rule would refuse.", n.name)
	}
	if r.asks(Client) || r.Action != Deny {
		n.line("# Beware: an address is $remote_addr, which behind another proxy is the client's only with set_real_ip_from and real_ip_header.")
	}
	if r.Action != Deny {
		n.line("# Beware: a limit_req of http { } no longer holds in a server { } that has one: repeat it. A location { } that has one needs this one, too.")
		if n.preview {
			n.line("#         limit_req_dry_run is for every limit_req beside it.")
		}
	}
	n.line("# Apply:  nginx -t && nginx -s reload")
	n.line("# Verify: %s", n.verify())
	n.line("# Undo:   take out both parts, then  nginx -t && nginx -s reload")
	if !r.Expires.IsZero() {
		n.line("# Expiry: %s. nginx does not know it: undo it then.", r.Expires.UTC().Format("2006-01-02 15:04 UTC"))
	}
}

func (n *nginx) verify() string {
	if n.rule.asks(Client) {
		return n.verifyClients()
	}
	switch curl := n.rule.curl(); {
	case n.rule.Action == Deny && n.preview:
		return fmt.Sprintf("%s  and the last line of the log has fg_%s=1", curl, n.name)
	case n.rule.Action == Deny:
		return curl + "  prints 403"
	case n.preview:
		return fmt.Sprintf(`after %d of  %s  at once,  grep 'dry run.*zone "fg_%s"' /var/log/nginx/error.log  finds a line`, n.rule.Count+1, curl, n.name)
	default:
		return fmt.Sprintf("the last of %d of  %s  at once prints 429", n.rule.Count+1, curl)
	}
}

// verifyClients says what is seen of a rule that only certain addresses meet.
func (n *nginx) verifyClients() string {
	switch {
	case n.rule.Action == Deny && n.preview:
		return fmt.Sprintf("lines of these addresses in the log have fg_%s=1", n.name)
	case n.rule.Action == Deny:
		return "lines of these addresses in the log have the status 403"
	case n.preview:
		return fmt.Sprintf(`while they ask too often,  grep 'dry run.*zone "fg_%s"' /var/log/nginx/error.log  finds lines`, n.name)
	default:
		return "while these addresses ask too often, lines of theirs in the log have the status 429"
	}
}
