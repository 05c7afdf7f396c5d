package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
)

// tokensCmd is the command line of "tokens".
type tokensCmd struct {
	Add    tokensAddCmd    `cmd:"" help:"Make a token and print its secret, which is shown this once."`
	List   tokensListCmd   `cmd:"" help:"List the tokens."`
	Revoke tokensRevokeCmd `cmd:"" help:"Take a token away."`
}

// Help is shown above the commands.
func (c *tokensCmd) Help() string {
	return examples(
		"tokens add --site www.example.org", "a token to see one site on the page",
		"tokens add --source shop --site shop.example.org", "a token to send lines of one source",
		"tokens list", "who has which",
	)
}

// tokensAddCmd is the command line of "tokens add".
type tokensAddCmd struct {
	Site     []string `group:"show" placeholder:"NAME" help:"A site that the token is for; can be repeated."`
	All      bool     `group:"show" help:"The token is for all sites."`
	Source   string   `group:"show" placeholder:"NAME" help:"Make a token to send lines of this source, instead of one to see sites."`
	MayJudge bool     `group:"show" help:"The token may also say on the page that a case is no attack. One for all sites may without it."`
	Name     string   `group:"show" placeholder:"NAME" help:"Name by which the token is listed and revoked. Default: its source or sites."`
	Expires  string   `group:"show" placeholder:"TIME" help:"When it ends: a date (the end of that day), 'YYYY-MM-DD HH:MM' in UTC, or RFC 3339. Default: never."`
	dataFlag
}

// Help is shown above the flags.
func (c *tokensAddCmd) Help() string {
	return "The secret is all that standard output gets; who has it may do what the token says. A running \"up\" knows it at once.\n\n" + examples(
		"tokens add --site www.example.org --expires 2027-12-31", "to see one site, until then",
		"tokens add --site www.example.org --may-judge", "to see it, and to say what is no attack there",
		"tokens add --all --name operator", "to see every site",
		"tokens add --source shop --site shop.example.org > shop.token", "to send the lines of one source",
	)
}

// Run makes a token.
func (c *tokensAddCmd) Run(env *environment) error {
	if c.All == (len(c.Site) > 0) {
		return usagef("tokens add needs the sites that the token is for: either --site www.example.org, which can be repeated, or --all")
	}
	expires, isDate, err := parseTime("--expires", c.Expires, time.UTC)
	if err != nil {
		return err
	}
	if isDate {
		expires = expires.AddDate(0, 0, 1)
	}
	token := access.Token{Name: c.Name, Sites: c.Site, All: c.All, Source: c.Source, Judge: c.MayJudge, Expires: expires}
	if c.Source != "" {
		token.Kind = access.Ingest
	}
	tokens, err := openTokens(c.dataDir())
	if err != nil {
		return err
	}
	secret, added, err := tokens.Add(token, time.Now())
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(env.stdout, secret); err != nil {
		return err
	}
	fmt.Fprintf(env.stderr, "%s: the token %s is %s, %s; its secret is shown this once\n", name, printable(added.Name), tokenPurpose(added), tokenEnd(added))
	return nil
}

func openTokens(data string) (*access.Tokens, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, createError("--data", data, err)
	}
	return access.OpenTokens(filepath.Join(data, "tokens.json"))
}

func tokenPurpose(t access.Token) string {
	sites := "all sites"
	if !t.All {
		sites = strings.Join(t.Sites, ", ")
	}
	if t.Kind == access.Ingest {
		return "to send lines of source " + t.Source + " about " + sites
	}
	if t.Judge {
		return "to see " + sites + " and to judge cases"
	}
	return "to see " + sites
}

func tokenEnd(t access.Token) string {
	if t.Expires.IsZero() {
		return "without an end"
	}
	return "until " + utcMinute(t.Expires)
}

// tokensListCmd is the command line of "tokens list".
type tokensListCmd struct {
	dataFlag
}

// Help is shown above the flags.
func (c *tokensListCmd) Help() string {
	return examples("tokens list", "names, purposes and ends; secrets are kept nowhere")
}

// Run lists tokens.
func (c *tokensListCmd) Run(env *environment) error {
	tokens, err := openTokens(c.dataDir())
	if err != nil {
		return err
	}
	list, err := tokens.List()
	if err != nil {
		return err
	}
	rows := [][]string{{"NAME", "PURPOSE", "MADE", "ENDS"}}
	for _, t := range list {
		end := tokenEnd(t)
		if !t.Expires.IsZero() && !t.Expires.After(time.Now()) {
			end = "ended " + utcMinute(t.Expires)
		}
		rows = append(rows, []string{t.Name, tokenPurpose(t), utcMinute(t.Created), end})
	}
	return writeTextTable(env.stdout, rows)
}

// tokensRevokeCmd is the command line of "tokens revoke".
type tokensRevokeCmd struct {
	Name string `arg:"" optional:"" name:"name" help:"The token's name."`
	dataFlag
}

// Help is shown above the flags.
func (c *tokensRevokeCmd) Help() string {
	return examples("tokens revoke www.example.org", "from the next request on it is worth nothing")
}

// Run takes a token away.
func (c *tokensRevokeCmd) Run(env *environment) error {
	if c.Name == "" {
		return usagef("tokens revoke needs the name of a token, as \"%s tokens list\" shows it", name)
	}
	tokens, err := openTokens(c.dataDir())
	if err != nil {
		return err
	}
	if err := tokens.Revoke(c.Name); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "revoked %s\n", printable(c.Name))
	return err
}
