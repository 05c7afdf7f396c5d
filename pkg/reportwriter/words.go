package reportwriter

import (
	_ "embed"
	"net/http"
	"strconv"
	"strings"
)

// countries.tsv names each ISO 3166-1 alpha-2 code, and the codes that databases use besides, in plain ASCII English.
//
//go:embed countries.tsv
var countriesFile string

var countryNames = func() map[string]string {
	names := map[string]string{}
	for row := range strings.Lines(countriesFile) {
		if code, name, ok := strings.Cut(strings.TrimSuffix(row, "\n"), "\t"); ok {
			names[code] = name
		}
	}
	return names
}()

// wordFor translates a name of the vocabulary. What is not in words is shown as it is.
func wordFor(words map[string]string, name string, ascii bool) string {
	if word, ok := words[name]; ok {
		return word
	}
	return plain(strings.ReplaceAll(name, "_", " "), ascii)
}

var statusClassWords = map[string]string{
	"1xx":   "1xx  in between",
	"2xx":   "2xx  success",
	"3xx":   "3xx  redirect or unchanged",
	"4xx":   "4xx  refused or not found",
	"5xx":   "5xx  server failed",
	"none":  "no answer was sent",
	"other": "other",
}

// statusWords names a status code. Codes that only some proxies use come first, because they say most about trouble.
func statusWords(code int32) string {
	switch code {
	case 0:
		return "no answer was sent"
	case 444:
		return "444 closed without an answer"
	case 499:
		return "499 visitor left early"
	case 520, 521, 522, 523, 524:
		return strconv.Itoa(int(code)) + " origin not reached"
	}
	text := strconv.Itoa(int(code))
	if name := http.StatusText(int(code)); name != "" {
		text += " " + strings.ToLower(name)
	}
	return text
}

var clientWords = map[string]string{
	"browser":      "browsers",
	"declared_bot": "bots, not verified",
	"verified_bot": "bots, address verified",
	"tool":         "tools and scripts",
	"empty":        "gave no name",
	"other":        "other",
	"none":         "not logged",
}

var actionWords = map[string]string{
	"allowed":    "let through",
	"denied":     "denied",
	"throttled":  "stopped by a rate limit",
	"banned":     "banned for a time",
	"challenged": "challenged (captcha)",
	"redirected": "redirected",
	"other":      "other",
}

var originErrorWords = map[string]string{
	"timeout":            "origin too slow",
	"connect":            "could not connect",
	"no_backend":         "no healthy server",
	"closed":             "origin hung up",
	"status_5xx":         "origin answered 5xx",
	"client_left":        "visitor left early",
	"client_left_midway": "visitor left midway",
	"other":              "other",
}

var methodWords = map[string]string{"other": "other methods", "none": "no method"}

var protocolWords = map[string]string{"other": "other versions", "none": "no version"}

var cacheWords = map[string]string{
	"hit":       "from cache",
	"validated": "from cache, checked",
	"miss":      "from the origin",
	"uncached":  "not for the cache",
}

var fieldWords = map[string]string{
	"client":         "visitors' addresses",
	"status":         "status codes",
	"request_bytes":  "bytes received",
	"response_bytes": "bytes sent",
	"method":         "methods",
	"protocol":       "HTTP versions",
	"cache":          "what the cache did",
	"defence":        "what the defence did",
	"origin_errors":  "why the origin failed",
	"agent":          "browsers and bots",
	"referrer":       "referrers",
	"path":           "paths",
	"latency":        "how long answers took",
	"country":        "countries",
	"network":        "networks",
	"host":           "the site's name",
}

func fieldList(fields []string, ascii bool) string {
	words := make([]string, len(fields))
	for i, f := range fields {
		words[i] = wordFor(fieldWords, f, ascii)
	}
	return strings.Join(words, ", ")
}
