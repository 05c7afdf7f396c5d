package access

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestWhoSeesWhat(t *testing.T) {
	tokens, _ := open(t)
	a := add(t, tokens, Token{Name: "a", Sites: []string{"a.example"}})
	short := add(t, tokens, Token{Name: "short", Sites: []string{"a.example"}, Expires: noon.Add(time.Minute)})
	edge := add(t, tokens, Token{Name: "edge", Kind: Ingest, Source: "edge", Sites: []string{"a.example"}})
	home, away := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("192.0.2.7")
	later := func() time.Time { return noon.Add(time.Hour) }
	for _, c := range []struct {
		name  string
		facts Facts
		err   error
		all   bool
	}{
		{"from the machine", Facts{Peer: home}, nil, true},
		{"from the machine by IPv6", Facts{Peer: netip.MustParseAddr("::1")}, nil, true},
		{"from the machine as mapped", Facts{Peer: netip.MustParseAddr("::ffff:127.0.0.1")}, nil, true},
		{"passed on by a proxy", Facts{Peer: home, Forwarded: true}, ErrTokenNeeded, false},
		{"from elsewhere", Facts{Peer: away}, ErrTokenNeeded, false},
		{"nobody knows from where", Facts{}, ErrTokenNeeded, false},
		{"a token by header", Facts{Peer: away, Bearer: a}, nil, false},
		{"a token by session", Facts{Peer: away, Session: a}, nil, false},
		{"a token narrows", Facts{Peer: home, Bearer: a}, nil, false},
		{"a wrong token is refused at home, too", Facts{Peer: home, Bearer: "x"}, ErrNoToken, false},
		{"an old session does not lock out", Facts{Peer: home, Session: "x"}, nil, true},
		{"an expired token", Facts{Peer: away, Bearer: short}, ErrExpired, false},
		{"a token for lines", Facts{Peer: away, Bearer: edge}, ErrWrongKind, false},
	} {
		set, err := NewAuthorizer(tokens, later).Sites(c.facts)
		if !errors.Is(err, c.err) || set.All() != c.all {
			t.Errorf("%s: %v, all %v", c.name, err, set.All())
		}
		if want := err == nil; set.Has("a.example") != want {
			t.Errorf("%s: sees a.example: %v", c.name, !want)
		}
		if set.Has("b.example") != c.all {
			t.Errorf("%s: sees b.example: %v", c.name, !c.all)
		}
	}
}

// Who may only look does not judge, and nobody judges more than they see.
func TestWhoJudges(t *testing.T) {
	tokens, _ := open(t)
	viewer := add(t, tokens, Token{Name: "viewer", Sites: []string{"a.example"}})
	judge := add(t, tokens, Token{Name: "judge", Sites: []string{"a.example"}, Judge: true})
	all := add(t, tokens, Token{Name: "all", All: true})
	edge := add(t, tokens, Token{Name: "edge", Kind: Ingest, Source: "edge", All: true})
	home, away := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("192.0.2.7")
	for _, c := range []struct {
		name  string
		facts Facts
		err   error
		by    string
		all   bool
	}{
		{"from the machine", Facts{Peer: home}, nil, "the machine itself", true},
		{"from the machine with an old session", Facts{Peer: home, Session: "x"}, nil, "the machine itself", true},
		{"a token narrows", Facts{Peer: home, Bearer: viewer}, ErrMayNotJudge, "", false},
		{"without a token", Facts{Peer: away}, ErrTokenNeeded, "", false},
		{"passed on by a proxy", Facts{Peer: home, Forwarded: true}, ErrTokenNeeded, "", false},
		{"a token to look", Facts{Peer: away, Session: viewer}, ErrMayNotJudge, "", false},
		{"a token to judge", Facts{Peer: away, Session: judge}, nil, "token judge", false},
		{"a token for all sites", Facts{Peer: away, Bearer: all}, nil, "token all", true},
		{"a token for lines", Facts{Peer: away, Bearer: edge}, ErrWrongKind, "", false},
		{"a wrong token", Facts{Peer: away, Bearer: "x"}, ErrNoToken, "", false},
	} {
		set, by, err := NewAuthorizer(tokens, func() time.Time { return noon }).Judge(c.facts)
		if !errors.Is(err, c.err) || by != c.by || set.All() != c.all || set.Has("a.example") != (c.err == nil) || set.Has("b.example") != c.all {
			t.Errorf("%s: %v, %q, %v", c.name, err, by, set)
		}
	}
	if _, _, err := tokens.Add(Token{Kind: Ingest, Source: "x", All: true, Judge: true}, noon); err == nil {
		t.Error("a token for lines may judge")
	}
}

func TestCheckListen(t *testing.T) {
	tokens, _ := open(t)
	for _, addr := range []string{"127.0.0.1:8080", "localhost:0", "[::1]:8080", "127.4.5.6:1"} {
		if err := CheckListen(addr, tokens); err != nil {
			t.Errorf("%s: %v", addr, err)
		}
	}
	for _, addr := range []string{":8080", "0.0.0.0:8080", "[::]:8080", "192.0.2.1:80", "example.org:80"} {
		err := CheckListen(addr, tokens)
		if err == nil || !strings.Contains(err.Error(), "floodgauge tokens add --site www.example.org") {
			t.Errorf("%s without a token: %v", addr, err)
		}
	}
	add(t, tokens, Token{Name: "edge", Kind: Ingest, Source: "edge", All: true})
	if CheckListen(":8080", tokens) == nil {
		t.Error("a token for lines lets a page be served")
	}
	add(t, tokens, Token{Sites: []string{"www.example.org"}})
	if err := CheckListen(":8080", tokens); err != nil {
		t.Errorf("with a token: %v", err)
	}
	if CheckListen("8080", tokens) == nil {
		t.Error("an address without a port is taken")
	}
}
