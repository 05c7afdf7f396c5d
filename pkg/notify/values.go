package notify

import (
	"cmp"
	"errors"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// CheckURL checks the address of a webhook. The error says what to write instead and quotes nothing, as the address may be a secret.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("write an address such as https://hooks.example.org/services/…")
	case u.Scheme != "https" && u.Scheme != "http":
		return errors.New("it begins with https:// (or http://, on the same machine)")
	case u.Hostname() == "" || u.Opaque != "":
		return errors.New("it names no host; write an address such as https://hooks.example.org/services/…")
	case u.Fragment != "":
		return errors.New("a part after '#' is never sent; leave it out")
	}
	return nil
}

// CheckServer checks the host and port of a mail server. The error says what to write instead.
func CheckServer(text string) error {
	host, port, err := net.SplitHostPort(text)
	number, wrong := strconv.ParseUint(port, 10, 16)
	if err != nil || wrong != nil || number == 0 || host == "" || strings.ContainsAny(host, "/@ ") {
		return errors.New("write host and port, such as smtp.example.org:587")
	}
	return nil
}

// CheckMailbox checks a mail address, with or without a name before it. The error says what to write instead.
func CheckMailbox(text string) error {
	a, err := mail.ParseAddress(text)
	if err != nil || strings.ContainsFunc(text, unicode.IsControl) || domainOf(a) == "" {
		return errors.New("write an address such as ops@example.org, or \"Operators <ops@example.org>\"")
	}
	return nil
}

func domainOf(a *mail.Address) string { return a.Address[strings.LastIndexByte(a.Address, '@')+1:] }

// hostOf is what messages call a webhook: the host and nothing else of its address.
func hostOf(address Secret) string {
	u, err := url.Parse(string(address))
	if err != nil {
		return "(no address)"
	}
	return cmp.Or(u.Host, "(no address)")
}

const (
	maxAnswer  = 200 // characters that are kept of a server's answer
	maxText    = 500 // characters of a title, a reason or a name
	maxReasons = 20
	maxLink    = 2000 // bytes of a link; a longer one is left out
)

// printable cuts a text to a number of characters, and replaces what ends a header or what a terminal might obey.
func printable(s string, limit int) string {
	out := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
	if runes := []rune(out); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return out
}
