package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // time zones must be known on machines that have no zone files, such as a bare container

	"golang.org/x/net/idna"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/report"
)

// ParseHost returns a DNS name in lower case without a trailing dot. The error says what to write instead.
func ParseHost(text string) (string, error) {
	name := strings.ToLower(strings.TrimSuffix(text, "."))
	switch {
	case strings.ContainsAny(name, "/"):
		return "", errors.New("write the bare name, without \"https://\" and without a path")
	case isAddress(name):
		return "", errors.New("an address is no host name; write the DNS name that visitors use")
	case strings.Contains(name, ":"):
		return "", errors.New("write the name without a port")
	case strings.Contains(name, "*"):
		return "", errors.New("wildcards are not understood; list the names one by one")
	case !isASCII(name):
		return "", foreignName(name)
	case len(name) > 253:
		return "", errors.New("a host name has at most 253 characters")
	}
	for label := range strings.SplitSeq(name, ".") {
		if !isLabel(label) {
			return "", errors.New("a host name is made of letters, digits and hyphens between dots, such as www.example.org")
		}
	}
	return name, nil
}

func foreignName(name string) error {
	if ascii, err := idna.Lookup.ToASCII(name); err == nil {
		return fmt.Errorf("logs hold it in its ASCII form; write %s", ascii)
	}
	return errors.New("write it in its ASCII form, which starts with xn--")
}

// isAddress also takes what browsers read as an IPv4 address: a name whose last label is a number, decimal or hexadecimal.
func isAddress(s string) bool {
	if _, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return true
	}
	if _, err := netip.ParseAddrPort(s); err == nil {
		return true
	}
	last := s[strings.LastIndexByte(s, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c >= 0x80 }) < 0
}

// isLabel takes an underscore for good because proxies and browsers do.
func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// ParseProxy returns the prefix that an address or a prefix in CIDR notation stands for, or the key of a content delivery network whose ranges are
// known, such as "cloudflare". The error says what to write instead.
func ParseProxy(text string) (string, error) {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()).String(), nil
	}
	if key, ok := logentry.CDNKey(text); ok {
		return key, nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return "", fmt.Errorf("write an address such as 10.0.0.5, a range such as 10.0.0.0/8, or one of %s", strings.Join(logentry.CDNKeys(), ", "))
	}
	if p != p.Masked() {
		return "", fmt.Errorf("the range starts at another address; write %s, or the address alone", p.Masked())
	}
	return p.String(), nil
}

// ParseZone checks an IANA time zone name. The error says what to write instead.
func ParseZone(text string) (*time.Location, error) {
	zone, err := time.LoadLocation(text)
	if err != nil || text == "" || text == "Local" {
		return nil, errors.New("write a name of the IANA time zone database, such as Europe/Berlin or UTC")
	}
	return zone, nil
}

// ParseK reads how many distinct clients must share a value. The error says what to write instead.
func ParseK(text string) (int, error) {
	k, err := strconv.Atoi(text)
	if err != nil || k < 1 || k > report.MaxK {
		return 0, fmt.Errorf("write a whole number from 1 to %d, such as %d", report.MaxK, DefaultK)
	}
	return k, nil
}

// CheckRate checks a sample rate. The error says what to write instead.
func CheckRate(rate float64) error {
	if rate > 0 && rate <= 1 {
		return nil
	}
	return errors.New("the share of requests that is logged is above 0 and at most 1, such as 0.1 for one in ten")
}
