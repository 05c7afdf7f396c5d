package access

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"
)

// ErrTokenNeeded means that who asks has shown no token, and is not known to sit at this machine.
var ErrTokenNeeded = errors.New("a token is needed")

// ErrWrongKind means that the token is good for something else.
var ErrWrongKind = errors.New("the token is for sending lines, not for seeing sites")

// ErrMayNotJudge means that the token is good for seeing, and not for judging what it sees.
var ErrMayNotJudge = errors.New("the token is for seeing sites, not for judging their cases")

// Facts are what decides about a request.
type Facts struct {
	// Peer is the address of the other end of the connection.
	Peer netip.Addr
	// Forwarded: something in the request says that a proxy passed it on, so that Peer is not who asks.
	Forwarded bool
	// Bearer is the token that the request itself names. It narrows what a local request may see.
	Bearer string
	// Session is the token that the browser keeps from its sign-in.
	Session string
}

// Local tells whether the request comes from this machine itself.
func (f Facts) Local() bool { return f.Peer.Unmap().IsLoopback() && !f.Forwarded }

// Authorizer says which sites a request may see.
type Authorizer struct {
	tokens *Tokens
	now    func() time.Time
}

// NewAuthorizer returns an authoriser that knows the tokens.
func NewAuthorizer(tokens *Tokens, now func() time.Time) *Authorizer {
	return &Authorizer{tokens: tokens, now: now}
}

// Sites returns the sites that a request may see: everything for a local one, else those of its token. It fails with ErrTokenNeeded, ErrNoToken,
// ErrExpired or ErrWrongKind, or where the tokens cannot be read; then the set is nobody's.
func (a *Authorizer) Sites(f Facts) (SiteSet, error) {
	switch {
	case f.Bearer != "":
		return a.view(f.Bearer)
	case f.Local():
		return Everything(), nil
	case f.Session != "":
		return a.view(f.Session)
	}
	return SiteSet{}, ErrTokenNeeded
}

// Judge returns the sites of whose cases a request may say that they are no attacks, and who says so: all for a local one, else those of a token that may
// judge, or that is for all sites. It fails as Sites does, or with ErrMayNotJudge.
func (a *Authorizer) Judge(f Facts) (sites SiteSet, by string, err error) {
	secret := f.Bearer
	switch {
	case secret == "" && f.Local():
		return Everything(), "the machine itself", nil
	case secret == "":
		secret = f.Session
	}
	if secret == "" {
		return SiteSet{}, "", ErrTokenNeeded
	}
	token, err := a.viewToken(secret)
	switch {
	case err != nil:
		return SiteSet{}, "", err
	case !token.Judge && !token.All:
		return SiteSet{}, "", ErrMayNotJudge
	}
	return token.SiteSet(), "token " + token.Name, nil
}

func (a *Authorizer) view(secret string) (SiteSet, error) {
	token, err := a.viewToken(secret)
	return token.SiteSet(), err
}

func (a *Authorizer) viewToken(secret string) (Token, error) {
	token, err := a.tokens.Lookup(secret, a.now())
	if err == nil && token.Kind != View {
		err = ErrWrongKind
	}
	if err != nil {
		return Token{}, err
	}
	return token, nil
}

// CheckListen refuses an address that other machines can reach while there is no token to see anything with: whoever set it up so expects a page, and
// would find the way in shut, or open it by a proxy that says nothing.
func CheckListen(addr string, tokens *Tokens) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%q is not an address to listen on: give HOST:PORT, such as 127.0.0.1:8080: %w", addr, err)
	}
	if ip, err := netip.ParseAddr(host); strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback() {
		return nil
	}
	list, err := tokens.List()
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.Kind == View {
			return nil
		}
	}
	return fmt.Errorf("other machines can reach %s, and nobody has a token to see the page with: "+
		"make one by `floodgauge tokens add --site www.example.org` (or --all), or listen on 127.0.0.1", addr)
}
