package siterule

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
)

const (
	// MaxClients is how many ranges of addresses one rule has at most.
	MaxClients = 10
	// celRanges is how many ranges an expression of Cloud Armor can have beside the host, as the service takes five conditions.
	celRanges = 4
)

// ClientsOf are the ranges of a condition for Client.
func ClientsOf(value string) (all []netip.Prefix, err error) {
	words := strings.Fields(value)
	if len(words) == 0 || len(words) > MaxClients {
		return nil, fmt.Errorf("has %d ranges of client addresses: it must have 1 to %d", len(words), MaxClients)
	}
	for _, word := range words {
		p, err := netip.ParsePrefix(word)
		if err != nil || p != p.Masked() || p.Bits() == 0 {
			return nil, fmt.Errorf("%q is no range of addresses as 198.51.100.7/32 or 2001:db8::/64", word)
		}
		all = append(all, p)
	}
	return all, nil
}

// clientsWords say how many ranges there are, and name none.
func clientsWords(value string) string {
	if n := len(strings.Fields(value)); n > 1 {
		return fmt.Sprintf("one of %d client addresses", n)
	}
	return "one client address"
}

// celClients compares ranges with who connects to the load balancer. Where there are more ranges than the service takes conditions, IPv4 addresses, of which
// each has one spelling, are compared as texts.
func celClients(value string) (string, error) {
	ranges, err := ClientsOf(value)
	if err != nil {
		return "", err
	}
	var texts, all []string
	for _, p := range ranges {
		if len(ranges) > celRanges && p.Addr().Is4() && p.IsSingleIP() {
			texts = append(texts, regexp.QuoteMeta(p.Addr().String()))
			continue
		}
		all = append(all, "inIpRange(origin.ip, "+cloudarmor.Quote(p.String())+")")
	}
	if len(texts) > 0 {
		all = append(all, "origin.ip.matches("+cloudarmor.Quote("^(?:"+strings.Join(texts, "|")+")$")+")")
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return "(" + strings.Join(all, " || ") + ")", nil
}

func cloudflareClients(value string) (string, error) {
	ranges, err := ClientsOf(value)
	if err != nil {
		return "", err
	}
	var all []string
	for _, p := range ranges {
		text := p.String()
		if p.IsSingleIP() {
			text = p.Addr().String()
		}
		all = append(all, text)
	}
	return "ip.src in {" + strings.Join(all, " ") + "}", nil
}

// geo writes a variable that is 1 for the ranges: a map would compare texts.
func (n *nginx) geo(variable, value string) error {
	ranges, err := ClientsOf(value)
	if err != nil {
		return err
	}
	n.line("geo $%s { # of $remote_addr\n  default 0;", variable)
	for _, p := range ranges {
		n.line("  %s 1;", p)
	}
	n.line("}")
	return nil
}
