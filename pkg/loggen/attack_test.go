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
	for _, kind := range attackKinds {
		host := calm[0].Host
		all := made(t, Attack{Kind: kind, Host: host, Clients: 30, PerMinute: 20, After: 5 * time.Minute, For: 10 * time.Minute})
		others, attackers, clients := 0, 0, map[string]bool{}
		for i := range all {
			r := &all[i]
			if r.Kind != KindAttacker {
				was := calm[others]
				was.ID, was.site, r.site = r.ID, nil, nil
				if *r != was {
					t.Fatalf("%s: request %d is %+v, without the attack %+v", kind, i, r, was)
				}
				others++
				continue
			}
			attackers++
			clients[r.Client.String()] = true
			if at := time.Unix(0, r.Time).Sub(defaultStart); r.Host != host || at < 5*time.Minute || at >= 15*time.Minute {
				t.Fatalf("%s: %s is attacked after %v", kind, r.Host, at)
			}
		}
		if others != len(calm) || attackers < 5400 || attackers > 6600 || len(clients) < 25 {
			t.Errorf("%s: %d requests of %d clients, want about 6,000 of 30, beside %d others of %d", kind, attackers, len(clients), others, len(calm))
		}
	}
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
