package attack

import (
	"fmt"
	"math"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/schemas"
)

func count(x float64) string { return reportwriter.Count(int64(math.Round(x))) }

// percent writes a share. Nothing is ever said to be 0 %: what was not seen may be there.
func percent(x float64) string {
	if x < 0.0005 {
		return "hardly any"
	}
	return reportwriter.Percent(int64(math.Round(x*1e6)), 1e6)
}

func timesUsual(v *volume) string {
	if v.normal < 1 {
		return fmt.Sprintf("%s requests in the minute; usually there is hardly one", count(v.requests))
	}
	return fmt.Sprintf("%s times the usual %s requests a minute", times(v.requests/v.normal), count(v.normal))
}

func times(x float64) string {
	if x < 10 {
		return fmt.Sprintf("%.1f", x)
	}
	return count(x)
}

func rampWords(v *volume) string { return "growing without a pause, to " + timesUsual(v) }

func usualHourWords(usual float64) string {
	return fmt.Sprintf("at this hour of the week about %s requests a minute are usual", count(usual))
}

func stoppedWords(v *volume, minutes int32) string {
	return fmt.Sprintf("%s in each of the last %d minutes, where %s a minute are usual", requestsWords(v.requests), minutes, count(v.normal))
}

func requestsWords(n float64) string {
	if n == 0 {
		return "no request"
	}
	return "at most " + reportwriter.Plural(int64(n), "request")
}

func quantityWords(signal string, x, mean float64) string {
	switch signal {
	case "static":
		return fmt.Sprintf("%s of requests were for style sheets, scripts and images, usually %s", percent(x), percent(mean))
	case "client_errors":
		return fmt.Sprintf("%s of requests were answered by an error of the client's (4xx), usually %s", percent(x), percent(mean))
	case "server_errors":
		return fmt.Sprintf("%s of requests were answered by an error of the server's (5xx), usually %s", percent(x), percent(mean))
	case "cache_misses":
		return fmt.Sprintf("%s of requests went past the cache, usually %s", percent(x), percent(mean))
	case "tools":
		return fmt.Sprintf("%s of requests came from tools or without an agent, usually %s", percent(x), percent(mean))
	}
	return fmt.Sprintf("%s requests for each client, usually %s", times(x), times(mean))
}

var listWords = map[string]string{"top_agents": "browsers and programs", "top_paths": "paths", "top_networks": "networks", "top_countries": "countries",
	"top_referrers": "referrers"}

// mixWords say which value stands out, or that none does.
func mixWords(list string, standing []*schemas.Standout) string {
	if len(standing) == 0 {
		return "the mix of " + listWords[list] + " is not the usual one"
	}
	s := standing[0]
	switch s.Value {
	case others:
		return fmt.Sprintf("%s of requests have %s that few visitors share, usually %s", percent(s.Share), listWords[list], percent(s.NormalShare))
	case none:
		return fmt.Sprintf("%s of requests have none of the %s that are known, usually %s", percent(s.Share), listWords[list], percent(s.NormalShare))
	}
	return fmt.Sprintf("%s of requests %s %s, usually %s", percent(s.Share), valueWords[list], s.Value, percent(s.NormalShare))
}

// valueWords say what requests have to do with a value.
var valueWords = map[string]string{"top_agents": "come with the agent", "top_paths": "ask for", "top_networks": "come from the network", "top_countries": "come from",
	"top_referrers": "are referred by"}

func dismissedWords(until time.Time) string {
	return "somebody said of such a case that it is no attack, which holds until " + until.UTC().Format("2 January 2006")
}

func plural(n int64, what string) string { return reportwriter.Plural(n, what) }

func scannerWords(g *schemas.ClientGroup) string {
	return fmt.Sprintf("%s asked for %d or more paths each that are not there, in %s", plural(g.Clients, "client"), leastProbes, plural(g.Requests, "request"))
}

func guesserWords(g *schemas.ClientGroup, o *schemas.Observation) string {
	answer := "were refused"
	switch {
	case g.Requests > 2*o.RefusedPosts:
		answer = "got answers that look alike for right and wrong passwords, far more than programs of a site's owner ask for"
	case formAgain(o):
		answer = "were answered with the form again, as wrong passwords are there"
	}
	return fmt.Sprintf("%s sent forms to one path again and again and %s, in %s", plural(g.Clients, "client"), answer, plural(g.Requests, "request"))
}

func failedLoginWords(o *schemas.Observation, usual float64) string {
	answer := "were refused, as wrong passwords are"
	if formAgain(o) {
		answer = "were answered with the form again, as wrong passwords are there"
	}
	return fmt.Sprintf("%s requests that posted something %s, usually %s", reportwriter.Count(o.RefusedPosts), answer, count(usual))
}

// formAgain tells that most refused posts were answered by a login page and not by an error, as there are not as many errors.
func formAgain(o *schemas.Observation) bool { return 2*o.Row.StatusClass["4xx"] < o.RefusedPosts }

func automatedWords(g *schemas.ClientGroup, requests int64) string {
	return fmt.Sprintf("%s of requests come from %s that behave as programs do: quick, without the files of pages, always the same or never twice the same",
		percent(float64(g.Requests)/float64(max(requests, 1))), plural(g.Clients, "client"))
}

func fastWords(clients, requests int64, person float64) string {
	return fmt.Sprintf("%s sent %s, each several times as many as the fastest of a hundred visitors usually sends (up to %s a minute)", plural(clients, "client"),
		plural(requests, "request"), count(person))
}

func crawlerWords(n, usual float64) string {
	return fmt.Sprintf("%s requests of programs that say that they are crawlers, usually %s", count(n), count(usual))
}
