package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// The kinds of tokens. A token is good for one of them alone.
const (
	View   = "view"   // to see sites on the page and through the API
	Ingest = "ingest" // to send log lines
)

// What can be wrong with a token.
var (
	// ErrNoToken: nobody gave this secret out, or it was revoked.
	ErrNoToken = errors.New("the token is unknown or was revoked")
	// ErrExpired: the token was good once.
	ErrExpired = errors.New("the token has expired")
)

// Token says what the holder of a secret may do. The secret itself is kept nowhere.
type Token struct {
	Name string `json:"name"` // by which it is listed and revoked
	Kind string `json:"kind"` // View or Ingest
	// Sites are the sites that it may see, or speak for; All stands for every one.
	Sites []string `json:"sites,omitempty"`
	All   bool     `json:"all,omitempty"`
	// Judge: a View token may also say of its sites' cases that they are no attacks. One for all sites may without it.
	Judge bool `json:"judge,omitempty"`
	// Source is the source that an ingest token may send lines to.
	Source  string    `json:"source,omitempty"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
}

// SiteSet returns the sites that the token covers: for a View token those to see, for an Ingest token those to speak for.
func (t Token) SiteSet() SiteSet {
	if t.All {
		return Everything()
	}
	return only(t.Sites)
}

// Tokens is the file of tokens in the data folder. It holds hashes only, is readable by its owner only, and may be changed by another process
// while this one runs. Its methods may be called at the same time.
type Tokens struct {
	path string

	mu     sync.Mutex
	read   os.FileInfo // of the file as it was read; nil before, and where there is none
	tokens []stored
}

// stored is a token as the file keeps it.
type stored struct {
	Token
	SHA256 string `json:"sha256"` // of the secret, in hexadecimal digits
}

// OpenTokens reads the tokens at path; a file that is not there is an empty one.
func OpenTokens(path string) (*Tokens, error) {
	t := &Tokens{path: path}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t, t.refresh()
}

// secretPrefix lets scanners for leaked secrets know one when they see it.
const secretPrefix = "floodgauge_"

// Add makes a new token and returns its secret, which cannot be had again. Name, Created and Kind are set where they are empty: the name to the
// sites or the source, the kind to View.
func (t *Tokens) Add(token Token, now time.Time) (secret string, added Token, err error) {
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return "", Token{}, fmt.Errorf("making a token: %w", err)
	}
	secret = secretPrefix + base64.RawURLEncoding.EncodeToString(random)
	hash := sha256.Sum256([]byte(secret))
	err = t.change(func(tokens []stored) ([]stored, error) {
		added, err = completed(token, now)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(tokens, func(s stored) bool { return s.Name == added.Name }) {
			return nil, fmt.Errorf("a token named %q exists: revoke it first, or give another --name", added.Name)
		}
		return append(tokens, stored{Token: added, SHA256: hex.EncodeToString(hash[:])}), nil
	})
	if err != nil {
		return "", Token{}, err
	}
	return secret, added, nil
}

// completed checks a new token and fills in what may be left out.
func completed(t Token, now time.Time) (Token, error) {
	if t.Kind == "" {
		t.Kind = View
	}
	t.Sites = slices.Clone(t.Sites)
	for i, site := range t.Sites {
		t.Sites[i] = strings.ToLower(strings.TrimSuffix(site, "."))
		if site == "" || strings.ContainsFunc(site, func(r rune) bool { return r <= ' ' || r == '/' || r == '*' || r == 0x7f }) {
			return Token{}, fmt.Errorf("%q is not the name of a site: give it as the log has it, such as www.example.org", site)
		}
	}
	slices.Sort(t.Sites)
	t.Sites = slices.Compact(t.Sites)
	switch {
	case t.Kind != View && t.Kind != Ingest:
		return Token{}, fmt.Errorf("a token of kind %q: there are %q and %q", t.Kind, View, Ingest)
	case t.All == (len(t.Sites) > 0):
		return Token{}, errors.New("a token needs the sites that it is for (--site www.example.org), or all of them (--all), and not both")
	case (t.Kind == Ingest) != (t.Source != ""):
		return Token{}, errors.New("a token to send lines needs the source that it is for, and one to see sites has none")
	case t.Kind == Ingest && t.Judge:
		return Token{}, errors.New("a token to send lines does not judge cases: make one to see the sites for that")
	case !t.Expires.IsZero() && !t.Expires.After(now):
		return Token{}, errors.New("the token would have expired already: give a time to come")
	}
	if t.Name == "" {
		t.Name = defaultName(t)
	}
	t.Created = now.UTC().Truncate(time.Second)
	return t, nil
}

func defaultName(t Token) string {
	switch {
	case t.Source != "":
		return t.Source
	case t.All:
		return "all"
	}
	return strings.Join(t.Sites, "+")
}

// List returns the tokens in the order in which they were made.
func (t *Tokens) List() ([]Token, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.refresh(); err != nil {
		return nil, err
	}
	list := make([]Token, len(t.tokens))
	for i, s := range t.tokens {
		list[i] = s.Token
	}
	return list, nil
}

// Revoke takes away the token of a name.
func (t *Tokens) Revoke(name string) error {
	return t.change(func(tokens []stored) ([]stored, error) {
		left := slices.DeleteFunc(slices.Clone(tokens), func(s stored) bool { return s.Name == name })
		if len(left) == len(tokens) {
			return nil, fmt.Errorf("there is no token named %q: `floodgauge tokens list` shows them", name)
		}
		return left, nil
	})
}

// Lookup returns the token of a secret. It fails with ErrNoToken or ErrExpired, or where the file cannot be read. How long it takes does not depend
// on how much of the secret is right.
func (t *Tokens) Lookup(secret string, now time.Time) (Token, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.refresh(); err != nil {
		return Token{}, err
	}
	sum := sha256.Sum256([]byte(secret))
	given := []byte(hex.EncodeToString(sum[:]))
	found := -1
	for i := range t.tokens {
		if subtle.ConstantTimeCompare(given, []byte(t.tokens[i].SHA256)) == 1 {
			found = i
		}
	}
	if found < 0 {
		return Token{}, ErrNoToken
	}
	token := t.tokens[found].Token
	if !token.Expires.IsZero() && !now.Before(token.Expires) {
		return Token{}, ErrExpired
	}
	return token, nil
}
