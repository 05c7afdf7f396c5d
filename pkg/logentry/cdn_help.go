package logentry

import (
	"fmt"
	"strings"
)

// clientHeaders name the request header in which a network gives the visitor's address. Those that are lists need real_ip_recursive.
var clientHeaders = map[string]string{
	"cloudflare": "CF-Connecting-IP",
	"cloudfront": "X-Forwarded-For",
	"fastly":     "Fastly-Client-IP",
	"google":     "X-Forwarded-For",
	"akamai":     "True-Client-IP",
	"imperva":    "Incap-Client-IP",
}

// longRangeList is from how many prefixes on the help says where to get them in place of listing them.
const longRangeList = 40

// RealIPHelp gives the lines to add to nginx or Apache so that the log has the visitor's address in place of the network's, and what can be done
// without. cdn is a name that CDNOf gave, or a key such as "cloudflare"; for another name the help is general. format is the log's.
func RealIPHelp(cdn, format string) string {
	n, ok := cdnByName(cdn)
	if !ok {
		return generalHelp
	}
	var b strings.Builder
	fmt.Fprintf(&b, "The addresses in this log are those of %s, not of your visitors. %s, add to nginx (http block):\n\n", n.name, whereToLog(n, format))
	writeNginxHelp(&b, n)
	writeApacheHelp(&b, n)
	if n.key == "akamai" {
		fmt.Fprintln(&b, "\nAkamai sends this header where the property's behaviour \"True Client IP\" is on.")
	}
	if !isLoadBalancerLog(format) {
		fmt.Fprintf(&b, "\nIf the lines have the header X-Forwarded-For already, read them with --trusted-proxy %s.\n", n.key)
	}
	fmt.Fprintf(&b, "\nRanges as of %s; the current ones: %s\n", n.date, n.source)
	return b.String()
}

// isLoadBalancerLog tells whether a format is that of Google's load balancers, which log who connected and nothing else.
func isLoadBalancerLog(format string) bool { return format == "gcp" || format == "gcp-bigquery" }

func whereToLog(n *cdn, format string) string {
	if !isLoadBalancerLog(format) {
		return "To log your visitors' addresses"
	}
	own := ""
	if n.key == "cloudflare" {
		own = " (Logpush)"
	}
	return fmt.Sprintf("Google's load balancer logs only who connects to it: read the log of %s itself%s, or that of the servers behind. To let those log your visitors' addresses",
		n.name, own)
}

func writeNginxHelp(b *strings.Builder, n *cdn) {
	header := clientHeaders[n.key]
	for _, line := range rangeLines(n, "    set_real_ip_from %s;") {
		fmt.Fprintln(b, line)
	}
	if n.key == "google" {
		fmt.Fprintln(b, "    # the load balancer appends its own address to the header")
		fmt.Fprintln(b, "    set_real_ip_from ADDRESS-OF-YOUR-LOAD-BALANCER;")
	}
	fmt.Fprintf(b, "    real_ip_header %s;\n", header)
	if header == "X-Forwarded-For" {
		fmt.Fprintln(b, "    real_ip_recursive on;")
	}
}

func writeApacheHelp(b *strings.Builder, n *cdn) {
	fmt.Fprintf(b, "\nor to Apache (with mod_remoteip; its LogFormat needs %%a in place of %%h):\n\n    RemoteIPHeader %s\n", clientHeaders[n.key])
	for _, line := range rangeLines(n, "    RemoteIPTrustedProxy %s") {
		fmt.Fprintln(b, line)
	}
	if n.key == "google" {
		fmt.Fprintln(b, "    RemoteIPTrustedProxy ADDRESS-OF-YOUR-LOAD-BALANCER")
	}
}

func rangeLines(n *cdn, format string) []string {
	if len(n.prefixes) > longRangeList {
		return []string{
			fmt.Sprintf("    # one line like the next for each of the %d prefixes at %s", len(n.prefixes), n.source),
			fmt.Sprintf(format, "PREFIX"),
		}
	}
	lines := make([]string, len(n.prefixes))
	for i, p := range n.prefixes {
		lines[i] = fmt.Sprintf(format, p)
	}
	return lines
}

const generalHelp = `The addresses in this log are those of a proxy, not of your visitors. To log your visitors' addresses, add to nginx (http block):

    set_real_ip_from PREFIX-OF-THE-PROXY;
    real_ip_header X-Forwarded-For;
    real_ip_recursive on;

or to Apache (with mod_remoteip; its LogFormat needs %a in place of %h):

    RemoteIPHeader X-Forwarded-For
    RemoteIPTrustedProxy PREFIX-OF-THE-PROXY
`
