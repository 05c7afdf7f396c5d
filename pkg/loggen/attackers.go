package loggen

import (
	"slices"
	"strconv"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// attackers are the clients of one attack, each with requests of its own at uneven intervals.
type attackers struct {
	agenda[attacker]
	dice  *dice
	kind  string
	site  *site
	what  resource
	pause int64 // mean of one client
	end   int64
}

type attacker struct {
	person
	session uint64
}

var (
	oldAgent  = browser{"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)", 9, h11}
	scanAgent = browser{"Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:Port Check)", 9, h11}
	// scanPaths are what scanners look for everywhere.
	scanPaths = []string{"/.env", "/.git/config", "/wp-login.php", "/xmlrpc.php", "/phpmyadmin/index.php", "/admin/config.php", "/server-status", "/backup.sql",
		"/cgi-bin/test.cgi", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "/actuator/env", "/console", "/owa/auth/logon.aspx", "/solr/admin/info/system",
		"/.aws/credentials", "/config.json.bak", "/manager/html", "/HNAP1/", "/boaform/admin/formLogin", "/wp-content/plugins/file-manager/readme.txt"}
)

// newAttackers makes the clients of the n-th attack. Attacks are independent of each other and of all other traffic.
func newAttackers(w *world, a *Attack, n int) *attackers {
	s := &attackers{dice: newDice(w.seed, purposeAttackers, uint64(n)), kind: a.Kind, site: w.siteOf(slices.Index(w.hosts, a.Host)),
		pause: int64(float64(minute) / a.PerMinute)}
	start := w.start + int64(a.After)
	s.end = start + int64(a.For)
	s.what = s.site.pages[0]
	if a.Kind == AttackLogin {
		s.what = s.site.resource("/login", "", 900)
	}
	for range a.Clients {
		c := &attacker{person: serverOf(s.dice), session: s.dice.bits()}
		c.browser = s.agent()
		if at := start + s.dice.exponential(s.pause); at < s.end {
			s.add(at, c)
		}
	}
	return s
}

func (s *attackers) agent() *browser {
	switch s.kind {
	case AttackCacheBusting:
		return anyBrowser(s.dice)
	case AttackLogin:
		return &toolAgents[2]
	case AttackScan:
		return &scanAgent
	}
	return &oldAgent
}

func (s *attackers) take(r *Request) {
	r.Time = s.when()
	c, _ := s.due()
	r.Client, r.Kind, r.Session, r.Country, r.ASN = c.client, KindAttacker, c.session, c.network.country, c.network.asn
	r.Agent, r.tls, r.Protocol, r.Referrer = c.browser.agent, c.browser.tls, c.browser.protocol, ""
	s.act(r)
	if next := r.Time + microsecond + s.dice.exponential(s.pause); next < s.end {
		s.stay(next)
	} else {
		s.leave()
	}
}

// act fills in what is asked for, and the answer.
func (s *attackers) act(r *Request) {
	switch s.kind {
	case AttackCacheBusting:
		what := s.what
		what.query = "r=" + strconv.FormatUint(s.dice.bits()>>24, 10)
		ask(r, s.site, &what, vocabulary.MethodGet)
		answerOrigin(s.dice, r, what.bytes, s.site.latency)
	case AttackLogin:
		ask(r, s.site, &s.what, vocabulary.MethodPost)
		answerOrigin(s.dice, r, s.what.bytes, s.site.latency)
		r.Status = 401
	case AttackScan:
		what := s.site.resource(scanPaths[s.dice.below(len(scanPaths))], "", 600)
		ask(r, s.site, &what, vocabulary.MethodGet)
		answerOrigin(s.dice, r, what.bytes, s.site.latency)
		r.Status = 404
	default:
		ask(r, s.site, &s.what, vocabulary.MethodGet)
		answerPage(s.dice, r, &s.what)
	}
}
