package loggen

import (
	"strings"
	"testing"
	"time"
)

func made(t *testing.T, attacks ...Attack) (all []Request) {
	t.Helper()
	g, err := New(Config{Seed: 3, HostCount: 4, Rate: 20, Duration: 20 * time.Minute, Attacks: attacks})
	if err != nil {
		t.Fatal(err)
	}
	for {
		var r Request
		if !g.Next(&r) {
			return all
		}
		all = append(all, r)
	}
}

// An attack has the size and the time that were asked for, and leaves all other requests as they are.
func TestAttacks(t *testing.T) {
	calm := made(t)
	part := map[string]float64{AttackSlowRamp: 0.5, AttackPulse: 0.2}
	for _, kind := range AttackKinds() {
		if !kind.Hostile {
			continue
		}
		host := calm[0].Host
		all := made(t, Attack{Kind: kind.Name, Host: host, Clients: 30, PerMinute: 20, After: 5 * time.Minute, For: 10 * time.Minute})
		attack, clients, truly := added(t, kind.Name, calm, all), map[string]bool{}, KindAttacker
		if kind.Name == AttackSeeding {
			truly = KindSeeder
		}
		for _, r := range attack {
			clients[r.Client.String()] = true
			if at := time.Unix(0, r.Time).Sub(defaultStart); r.Kind != truly || r.Host != host || at < 5*time.Minute || at >= 15*time.Minute {
				t.Fatalf("%s: %s is attacked after %v by a %v", kind.Name, r.Host, at, r.Kind)
			}
		}
		want := 6000.0
		if p := part[kind.Name]; p > 0 {
			want *= p
		}
		if n := float64(len(attack)); n < 0.85*want || n > 1.15*want || len(clients) < 25 || len(clients) > 30 {
			t.Errorf("%s: %g requests of %d clients, want about %g of 30", kind.Name, n, len(clients), want)
		}
	}
}

// added gives the requests that came in addition, and fails where the others are not as they were.
func added(t *testing.T, kind string, calm, all []Request) (extra []Request) {
	t.Helper()
	others := 0
	for i := range all {
		r := all[i]
		r.site = nil
		if others < len(calm) {
			was := calm[others]
			if was.ID, was.site = r.ID, nil; r == was {
				others++
				continue
			}
		}
		extra = append(extra, r)
	}
	if others != len(calm) {
		t.Fatalf("%s: of %d other requests, %d are as they were", kind, len(calm), others)
	}
	return extra
}

func TestParseAttack(t *testing.T) {
	a, err := ParseAttack("login,clients=5,rate=0.5,after=90m,for=1h,host=www.example.org")
	if want := (Attack{AttackLogin, "www.example.org", 5, 0.5, 90 * time.Minute, time.Hour}); err != nil || a != want {
		t.Errorf("it is read as %+v, %v", a, err)
	}
	for text, want := range map[string]string{"": "no kind of attack", "ddos": "it is one of flood", "flood,size=3": `no "size"`, "flood,clients=many": "write a number"} {
		if _, err := ParseAttack(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want %q", text, err, want)
		}
	}
	_, err = New(Config{HostCount: 1, Attacks: []Attack{{Kind: "x", Host: "none.example", Clients: -1, PerMinute: -1, After: -1}}})
	if err == nil || strings.Count(err.Error(), "attack: ") != 5 {
		t.Errorf("the mistakes are %v", err)
	}
}

// What a kind has not cannot be asked for.
func TestAttacksHaveWhatTheirKindHas(t *testing.T) {
	for text, want := range map[string]string{
		"crowd,rate=5":     "attack: crowd has no rate, as its clients are visitors a minute",
		"deploy,clients=3": "attack: deploy has no clients",
		"outage,rate=101":  "attack: rate 101; take more than 0 and at most 100",
		"nat,clients=-1":   "attack: -1 clients; take 1 to 100000",
		"flood,rate=60001": "attack: rate 60001; take more than 0 and at most 60000",
	} {
		a, err := ParseAttack(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = New(Config{Attacks: []Attack{a}}); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	for _, k := range AttackKinds() {
		if _, err := New(Config{Attacks: []Attack{{Kind: k.Name}}}); err != nil {
			t.Errorf("%s: %v", k.Name, err)
		}
	}
}
