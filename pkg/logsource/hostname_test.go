package logsource

import "testing"

func TestHostFromName(t *testing.T) {
	for path, want := range map[string]string{
		"news.example.org.access.log":                            "news.example.org",
		"access_news.example.org.log.1.gz":                       "news.example.org",
		"/var/log/nginx/news.example.org/access.log":             "news.example.org",
		"/var/www/vhosts/system/example.org/logs/access_ssl_log": "example.org",
		"/var/log/nginx/example.co.uk.access.log-20260504.gz":    "example.co.uk",
		"/etc/apache2/logs/domlogs/example.org-ssl_log":          "example.org",
		"Example.ORG_access.log.2.zst":                           "example.org",
		"24-7.example.org.log":                                   "24-7.example.org",
		"xn--mnchen-3ya.de.log":                                  "xn--mnchen-3ya.de",
		"20260504_news.example.org.json":                         "news.example.org",
		"someone.github.io.log":                                  "someone.github.io",
		"/usr/local/apache/domlogs/news.example.org":             "news.example.org",
		"README.md":                   "",
		"run.sh":                      "",
		"access.log":                  "",
		"other_vhosts_access.log":     "",
		"/var/log/nginx/access.log.1": "",
		"access-news.example.org.log": "", // the site may be access-news
		"logs.example.org.log":        "",
		"example.org.error.log":       "",
		"nginx.dev.log":               "",
		"web.app.log":                 "",
		"api.prod.log":                "",
		"198.51.100.7.log":            "",
		"build.local.log":             "",
		"co.uk.log":                   "",
		"/backup/server.example.org/var/log/nginx/access.log": "",
		"-":                        "",
		"":                         "",
		"<script>.example.org.log": "",
		"a..example.org.log":       "",
		"gs-export/2026/05/04/12:00:00_12:59:59_S0.json": "",
		"/srv/shop.example.net/log/requests.jsonl.gz":    "shop.example.net",
	} {
		got, ok := HostFromName(path)
		if got != want || ok != (want != "") {
			t.Errorf("HostFromName(%q) = %q, %v, want %q", path, got, ok, want)
		}
	}
}
