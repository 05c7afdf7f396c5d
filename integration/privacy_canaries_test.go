package integration

import (
	"slices"
	"strings"
	"time"
)

// visit is one request as proxies log it. Every text of it may be a canary.
type visit struct {
	at        time.Time
	atText    string // in place of at
	client    string
	forwarded string // X-Forwarded-For as the proxy in front received it
	host      string
	login     string // user and password in the URL
	target    string // path and query
	method    string
	protocol  string
	referrer  string
	agent     string
	country   string
	network   int
	// personal is a function from what a field is to its text: for fields that no parser reads, or that only some formats have.
	personal func(field string) string
}

// proxyAddress is the proxy that all visits come through, where a format logs it.
const proxyAddress = "203.0.113.78"

// secret makes the canary of a field: no word, so that it cannot stay in a template, and found in either case.
func secret(field string) string { return "Zq7x" + field + "4w9" }

// plain is what everybody's requests have in the fields that would be a canary in others.
func plain(string) string { return "-" }

// Canaries that must never come out, whatever the options, beside those that secret makes of secretFields.
var (
	secretFields = []string{
		"user", "mail", "path", "session", "query", "fragment", "login", "password", "agent", "method", "protocol", "country", "refpath",
		"refquery", "reflogin", "refsub", "cookie", "id", "trace", "span", "label", "matched", "key", "ja3", "ja4", "extra", "cache", "action",
		"detail", "proxystatus", "badhost", "free", "time", "type", "nested",
	}
	secretAddresses = []string{
		"203.0.113.77", proxyAddress, "203.0.113.79", "203.0.113.80", "203.0.113.81", "203.0.113.82", "203.0.113.83", "203.0.113.84",
		"2001:db8:ca11:ab1e:77::9", "2001:db8:ca11:cafe::80",
	}
	secretNumbers = []string{"49170555019283", "0f8fad5b-d9cb-469f-a165-70867728950e"}
)

// Canaries that may come out where k visitors share them: names of sites, words of paths, other sites, the number of a network.
var (
	sharedSites  = []canary{{"host", "marshwiggle"}, {"host made up by a client", "zq7xhost4w9"}, {"host with an address", "203-0-113-85"}}
	sharedValues = []canary{
		{"word of the path", "lanternfish"}, {"referrer", "lamplighterhollow"}, {"referring app", "tinkerwhistle"}, {"network", "4200012345"},
	}
	sharedOnly = slices.Concat(sharedSites, sharedValues)
)

// neverOut are the canaries that no output and no shuffled byte may have.
func neverOut() (all []canary) {
	for _, f := range secretFields {
		all = append(all, canary{f, secret(f)})
	}
	for _, a := range secretAddresses {
		all = append(all, canary{"address", a})
	}
	for _, n := range secretNumbers {
		all = append(all, canary{"number", n})
	}
	for i := range crowd {
		all = append(all, canary{"address of a visitor", crowdAddress(i)})
	}
	return all
}

// canaryVisits are requests full of what must not come out, to a site of the format's own and to others.
func canaryVisits(site string) []visit {
	v := visit{
		at: noonOfLogs, client: "203.0.113.77", forwarded: "203.0.113.79, 2001:db8:ca11:cafe::80, 203.0.113.77", host: site,
		login: secret("login") + ":" + secret("password") + "@", method: secret("method"), protocol: secret("protocol"),
		target: "/lanternfish/~" + secret("user") + "/" + secret("mail") + "%40example.com/" + secret("path") + ";jsessionid=" + secret("session") +
			"/49170555019283/203.0.113.80/0f8fad5b-d9cb-469f-a165-70867728950e?q=" + secret("query") + "&ip=203.0.113.81#" + secret("fragment"),
		referrer: "https://" + secret("reflogin") + "@" + secret("refsub") + ".lamplighterhollow.com/" + secret("refpath") + "?" + secret("refquery"),
		agent:    "Mozilla/5.0 (X11; Linux x86_64; " + secret("agent") + " 203.0.113.83) Chrome/126.0.0.0 Safari/537.36", country: secret("country"),
		network: 4200012345, personal: secret,
	}
	usual := v
	usual.method, usual.protocol, usual.country = "GET", "HTTP/1.1", "KP"
	ipv6 := usual
	ipv6.client, ipv6.forwarded, ipv6.agent = "2001:db8:ca11:ab1e:77::9", "2001:db8:ca11:ab1e:77::9", secret("agent")+"/1.0 (bot; "+secret("mail")+"@example.com)"
	ipv6.referrer = "android-app://com.tinkerwhistle." + secret("refsub")
	visits := []visit{v, usual, ipv6}
	for _, host := range []string{"marshwiggle.example.org", "zq7xhost4w9.example.org", "203-0-113-85.dyn.example.net", "203.0.113.82",
		"[2001:db8:ca11:cafe::80]:443", "<" + secret("badhost") + ">"} {
		other := usual
		other.host = host
		visits = append(visits, other)
	}
	return visits
}

// crowd is how many visitors share what may be shown: more than k.
const crowd = 12

func crowdAddress(i int) string {
	return "198.51.100." + string(rune('1'+i/10)) + string(rune('0'+i%10))
}

var noonOfLogs = time.Date(2024, 5, 4, 12, 0, 7, 0, time.UTC)

// crowdVisits are what enough visitors do alike.
func crowdVisits(site string) (all []visit) {
	for i := range crowd {
		for _, target := range []string{"/shared/article", "/shared/picture.png?size=" + string(rune('a'+i))} {
			all = append(all, visit{
				at: noonOfLogs.Add(time.Duration(i) * time.Second), client: crowdAddress(i), forwarded: crowdAddress(i), host: site, target: target,
				method: "GET", protocol: "HTTP/2.0", referrer: "https://www.google.com/search?q=" + secret("refquery"), country: "BE", network: 5432,
				agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", personal: plain,
			})
		}
	}
	return all
}

// spoiltVisits cannot be read, each for another reason.
func spoiltVisits(site string) []visit {
	v := canaryVisits(site)[1]
	badTime, noTime, future, past, long := v, v, v, v, v
	badTime.atText = secret("time")
	noTime.atText = "-"
	future.at = time.Date(2123, 1, 1, 0, 0, 0, 0, time.UTC)
	past.at = time.Unix(7, 0).UTC()
	long.agent = strings.Repeat(secret("agent")+" 203.0.113.84 ", 45_000)
	return []visit{badTime, noTime, future, past, long}
}
