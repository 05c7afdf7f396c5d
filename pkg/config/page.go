package config

import (
	"errors"
	"net/url"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// page returns the address at which people open the page, without a slash at its end.
func (r *reader) page(n *yaml.Node) string {
	keys := r.keys(n, "page", "address: https://logs.example.org", "address")
	address := keys["address"]
	if address == nil {
		return ""
	}
	return strings.TrimSuffix(r.checked(address, "the address of the page", checkPage), "/")
}

// checkPage checks the page's public address. The page's links begin at the root of its host.
func checkPage(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		return errors.New("write what people type into their browser, such as https://logs.example.org")
	case u.User != nil:
		return errors.New("it is sent to many: leave out user name and password")
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r > unicode.MaxASCII }):
		return errors.New("write the host as browsers send it, which begins with xn--")
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.ForceQuery, strings.Contains(text, "#"):
		return errors.New("the page has a name of its own: leave out what follows the host, as in https://logs.example.org")
	}
	return nil
}
