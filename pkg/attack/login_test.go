package attack

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// posts are what some clients post in a minute, each so often.
type posts struct {
	clients, each int
	status        uint16
	login         report.Login
}

func mixed(n uint64) uint64 { return rand.New(rand.NewPCG(n, 7)).Uint64() }

// wordpress lets minutes of a site pass, with readers and with posts of some from a minute on, and returns what is found of the minutes from then on.
func wordpress(history, minutes int, of posts) (found []*schemas.Finding) {
	site := NewSite("a.example", always, anything)
	for minute := range history + minutes {
		sum := report.New(1)
		add := func(client uint64, r report.Request) {
			binary.BigEndian.PutUint64(r.Client[:], mixed(client))
			r.Time, r.LineID, r.Weight = monday.Add(time.Duration(minute)*time.Minute).UnixNano(), mixed(client+uint64(minute)<<32), 1e6
			r.Group, r.Visitor, r.Class, r.AgentHash = uint32(client)+1, client+1, vocabulary.ClientBrowser, 1
			for _, f := range []vocabulary.Field{vocabulary.FieldClient, vocabulary.FieldStatus, vocabulary.FieldMethod, vocabulary.FieldPath, vocabulary.FieldAgent} {
				r.Logged |= 1 << f
			}
			sum.Add(&r)
		}
		for reader := range uint64(60) {
			for page := range uint64(4) {
				add(1000*uint64(minute)+reader, report.Request{Status: 200, Method: vocabulary.MethodGet, Path: "/page", PathHash: uint32(page + 2), Static: page > 1})
			}
		}
		if minute >= history {
			for client := range uint64(of.clients) {
				for range of.each {
					hash := uint32(7)
					if of.login == report.LoginCalls {
						hash = report.CallsPath
					}
					add(1<<40+client, report.Request{Status: of.status, Method: vocabulary.MethodPost, Path: "/wp-login.php", PathHash: hash, Login: of.login})
				}
			}
		}
		at := monday.Add(time.Duration(minute) * time.Minute)
		f := site.Next(Observe(sum, sum.Report("a.example", at, "minute")))
		if minute >= history {
			found = append(found, f...)
		}
	}
	return found
}

// Passwords that are answered with the form again are tries like those that are answered by an error, of one and of many, and words say how they were answered.
func TestLoginsRefusedByTheFormAgain(t *testing.T) {
	for name, c := range map[string]struct {
		posts
		kind, words string
	}{
		"one client":            {posts{1, 20, 200, report.LoginForm}, "brute_force", "answered with the form again"},
		"many, few tries each":  {posts{60, 1, 200, report.LoginForm}, "credential_stuffing", "answered with the form again"},
		"by an error":           {posts{1, 20, 401, report.LoginNone}, "brute_force", "were refused"},
		"calls without a pause": {posts{1, 60, 200, report.LoginCalls}, "brute_force", "look alike for right and wrong passwords"},
	} {
		for _, history := range []int{0, 90} {
			found := wordpress(history, 5, c.posts)
			if len(found) == 0 || found[len(found)-1].Verdict < schemas.Verdict_VERDICT_SUSPECTED || found[len(found)-1].Kind != c.kind {
				t.Errorf("%s, %d minutes of history: %v", name, history, found)
				continue
			}
			words := ""
			for _, e := range found[len(found)-1].Evidence {
				words += e.Words + "\n"
			}
			if !strings.Contains(words, c.words) {
				t.Errorf("%s: nothing says %q: %s", name, c.words, words)
			}
		}
	}
}

// Who is let in is no guesser, nor is who mistypes now and then, nor a program that calls at a steady rate.
func TestLoginsThatAreNoTries(t *testing.T) {
	for name, of := range map[string]posts{
		"editors who are let in":               {200, 1, 302, report.LoginForm},
		"an office of editors, at one address": {1, 30, 302, report.LoginForm},
		"some who mistype":                     {8, 1, 200, report.LoginForm},
		"a program that calls steadily":        {1, 30, 200, report.LoginCalls},
		"apps that are opened":                 {12, 12, 200, report.LoginCalls},
		"sites that link here":                 {100, 1, 200, report.LoginCalls},
	} {
		for _, history := range []int{0, 90} {
			for _, f := range wordpress(history, 60, of) {
				if f.Verdict >= schemas.Verdict_VERDICT_SUSPECTED {
					t.Errorf("%s, %d minutes of history: %v", name, history, f)
					break
				}
			}
		}
	}
}
