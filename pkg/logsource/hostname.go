package logsource

import (
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// HostFromName returns the site that a log's path names: news.example.org.access.log, access_news.example.org.log.1.gz,
// news.example.org/access.log. It would rather find none than a wrong one: the name must end in a public suffix of the Internet.
func HostFromName(path string) (host string, ok bool) {
	path = filepath.ToSlash(path)
	parts := strings.Split(path, "/")
	file := strings.ToLower(parts[len(parts)-1])
	// A name without a log's words and with one dot is rather a file's: readme.md, run.sh, though Moldova and Saint Helena have these suffixes.
	if host := bareName(file); isSite(host) && (host != file || strings.Count(host, ".") > 1) {
		return host, true
	}
	// The folder, or the one above a folder "logs".
	for i := len(parts) - 2; i >= 0 && i >= len(parts)-3; i-- {
		folder := strings.ToLower(parts[i])
		if isSite(folder) {
			return folder, true
		}
		if folder != "log" && folder != "logs" {
			break
		}
	}
	return "", false
}

// logWords are what people put before and behind a site's name in the name of its log.
const (
	logWords = `access|ssl|tls|https?|logs?|nginx|apache2?|httpd|requests?|combined`
	endWords = logWords + `|json|jsonl|ndjson|txt|gz|zst|bz2|bak|old|[0-9]+`
)

var (
	wordBefore = regexp.MustCompile(`^(?:` + logWords + `|[0-9]{8})_`)
	wordBehind = regexp.MustCompile(`[._-]+(?:` + endWords + `)$`)
	// unclear is a word that may belong to the site's name: access-news.example.org, logs.example.org.
	unclear = regexp.MustCompile(`^(?:` + logWords + `|[0-9]{8})[.-]`)
)

// bareName takes the words of a log from both ends of a file's name in lower case. It is empty where it is unclear what belongs to the name.
func bareName(name string) string {
	for {
		bare := wordBefore.ReplaceAllString(wordBehind.ReplaceAllString(name, ""), "")
		if bare == name {
			break
		}
		name = bare
	}
	if unclear.MatchString(name) {
		return ""
	}
	return name
}

// roles are names of machines and environments: nginx.dev and app.live are no sites, though dev and live are public suffixes.
var roles = map[string]bool{
	"access": true, "apache": true, "api": true, "app": true, "backend": true, "cache": true, "cdn": true, "default": true, "edge": true, "error": true,
	"frontend": true, "gateway": true, "host": true, "http": true, "ingress": true, "lb": true, "local": true, "log": true, "main": true, "nginx": true,
	"prod": true, "proxy": true, "server": true, "site": true, "stage": true, "staging": true, "test": true, "web": true, "www": true,
}

// isSite tells whether a name in lower case is one that a web site can have.
func isSite(name string) bool {
	if len(name) > 253 || strings.Contains(name, "_") {
		return false
	}
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return false
		}
	}
	suffix, icann := publicsuffix.PublicSuffix(name)
	if !icann && !strings.Contains(suffix, ".") || suffix == name {
		return false
	}
	return len(labels) > 2 || !roles[labels[0]]
}

func isLabel(label string) bool {
	if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for _, c := range []byte(label) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
