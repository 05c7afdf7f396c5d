package access

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func open(t *testing.T) (*Tokens, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tokens.json")
	tokens, err := OpenTokens(path)
	if err != nil {
		t.Fatal(err)
	}
	return tokens, path
}

func add(t *testing.T, tokens *Tokens, token Token) string {
	t.Helper()
	secret, _, err := tokens.Add(token, noon)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestSecretIsInNoFile(t *testing.T) {
	tokens, path := open(t)
	secret := add(t, tokens, Token{Sites: []string{"www.example.org"}})
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), secret) || strings.Contains(string(data), strings.TrimPrefix(secret, secretPrefix)) {
		t.Error("the file holds the secret")
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v", info.Mode().Perm())
	}
}

func TestLookup(t *testing.T) {
	tokens, _ := open(t)
	secret := add(t, tokens, Token{Sites: []string{"WWW.Example.org."}, Expires: noon.Add(time.Hour)})
	token, err := tokens.Lookup(secret, noon)
	if err != nil {
		t.Fatal(err)
	}
	if set := token.SiteSet(); !set.Has("www.example.org") || set.Has("example.org") || set.All() {
		t.Errorf("the token is for %v", set.Sites())
	}
	for _, wrong := range []string{"", secret + "x", secret[:len(secret)-1], strings.ToUpper(secret)} {
		if _, err := tokens.Lookup(wrong, noon); !errors.Is(err, ErrNoToken) {
			t.Errorf("a wrong secret gives %v", err)
		}
	}
	if _, err := tokens.Lookup(secret, noon.Add(time.Hour)); !errors.Is(err, ErrExpired) {
		t.Errorf("after its end the token gives %v", err)
	}
}

// A server runs while the operator adds and revokes tokens by another process.
func TestAnotherProcessChangesTokens(t *testing.T) {
	server, path := open(t)
	command, err := OpenTokens(path)
	if err != nil {
		t.Fatal(err)
	}
	secret := add(t, command, Token{Sites: []string{"www.example.org"}})
	if _, err := server.Lookup(secret, noon); err != nil {
		t.Errorf("a new token gives %v", err)
	}
	if err := command.Revoke("www.example.org"); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Lookup(secret, noon); !errors.Is(err, ErrNoToken) {
		t.Errorf("a revoked token gives %v", err)
	}
}

func TestNoTokenIsLostWhenManyAreAdded(t *testing.T) {
	_, path := open(t)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			tokens, err := OpenTokens(path)
			if err != nil {
				t.Error(err)
				return
			}
			for j := range 5 {
				if _, _, err := tokens.Add(Token{Name: string(rune('a'+i)) + string(rune('0'+j)), All: true}, noon); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	tokens, err := OpenTokens(path)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := tokens.List(); err != nil || len(list) != 40 {
		t.Errorf("%d of 40 tokens are there (%v)", len(list), err)
	}
}

func TestWrongTokensAreRefused(t *testing.T) {
	tokens, _ := open(t)
	add(t, tokens, Token{Name: "taken", All: true})
	for name, token := range map[string]Token{
		"no sites":            {},
		"sites and all":       {All: true, Sites: []string{"www.example.org"}},
		"no name of a site":   {Sites: []string{"http://www.example.org/"}},
		"pattern":             {Sites: []string{"*.example.org"}},
		"empty name":          {Sites: []string{""}},
		"name taken":          {Name: "taken", All: true},
		"over already":        {All: true, Expires: noon},
		"source for viewing":  {All: true, Source: "edge"},
		"ingest of no source": {Kind: Ingest, All: true},
		"other kind":          {Kind: "admin", All: true},
	} {
		if _, _, err := tokens.Add(token, noon); err == nil {
			t.Errorf("%s: it was made", name)
		}
	}
	if list, _ := tokens.List(); len(list) != 1 {
		t.Errorf("%d tokens are there", len(list))
	}
}

// What cannot be trusted opens nothing.
func TestBadFileShutsTheDoor(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"readable by others": func(path string) error { return os.Chmod(path, 0o644) },
		"damaged":            func(path string) error { return os.WriteFile(path, []byte(`{"version":1,"tokens":[`), 0o600) },
		"newer":              func(path string) error { return os.WriteFile(path, []byte(`{"version":2,"tokens":[]}`), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			tokens, path := open(t)
			secret := add(t, tokens, Token{All: true})
			if err := spoil(path); err != nil {
				t.Fatal(err)
			}
			// A file of the same size and time would not be read again: a reader that starts now reads it in any case.
			fresh, err := OpenTokens(path)
			if err == nil {
				t.Error("it was opened")
			}
			if _, err := fresh.Lookup(secret, noon); err == nil {
				t.Error("the token is good still")
			}
			if _, _, err := fresh.Add(Token{All: true, Name: "more"}, noon); err == nil {
				t.Error("a token was added to it")
			}
		})
	}
}

func TestRevokeNamesWhatIsMissing(t *testing.T) {
	tokens, _ := open(t)
	if err := tokens.Revoke("nobody"); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("it says %v", err)
	}
}
