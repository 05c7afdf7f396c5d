package cli

import (
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// completionCmd is the command line of "completion".
type completionCmd struct {
	Shell string `arg:"" optional:"" name:"shell" values:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is shown above the flags.
func (c *completionCmd) Help() string {
	return examples(
		"completion bash > ~/.local/share/bash-completion/completions/floodgauge", "bash: for every new shell",
		"completion zsh > ~/.zfunc/_floodgauge", "zsh: into a directory of $fpath",
		"completion fish > ~/.config/fish/completions/floodgauge.fish", "fish: for every new shell",
	)
}

// Run prints the script, which is made from the very flags that the parser knows.
func (c *completionCmd) Run(parser *kong.Kong, env *environment) error {
	script := map[string]func([]completedCommand) string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.Shell]
	if script == nil {
		if c.Shell == "" {
			return usagef("completion needs the name of a shell, as in \"%s completion bash\"", name)
		}
		return usagef("there is no completion for %q; %s", c.Shell, suggest(c.Shell, []string{"bash", "zsh", "fish"}))
	}
	_, err := io.WriteString(env.stdout, script(completedCommands(parser.Model)))
	return err
}

// completedCommand is what a shell has to know of a command.
type completedCommand struct {
	name, help string
	flags      []completedFlag
	args       []string // values of its argument, where they are a closed set
	files      bool     // its arguments are files
}

// completedFlag is what a shell has to know of a flag.
type completedFlag struct {
	long, short string // without hyphens; short may be empty
	help        string
	value       string // what the value is called; empty where the flag takes none
	values      []string
	file        bool // the value is a file
}

func completedCommands(model *kong.Application) []completedCommand {
	var out []completedCommand
	for _, node := range model.Children {
		c := completedCommand{name: node.Name, help: firstSentence(node.Help)}
		c.addFlags(append(model.Flags, node.Flags...))
		for _, child := range node.Children {
			c.args = append(c.args, child.Name)
			c.addFlags(child.Flags)
		}
		for _, arg := range node.Positional {
			c.files = c.files || arg.Name == "file"
			if values := arg.Tag.Get("values"); values != "" {
				c.args = strings.Split(values, ",")
			}
		}
		out = append(out, c)
	}
	return out
}

// addFlags adds flags that are not known yet: commands of a command share some.
func (c *completedCommand) addFlags(flags []*kong.Flag) {
	for _, flag := range flags {
		if !slices.ContainsFunc(c.flags, func(f completedFlag) bool { return f.long == flag.Name }) {
			c.flags = append(c.flags, completeFlag(flag))
		}
	}
}

func completeFlag(flag *kong.Flag) completedFlag {
	f := completedFlag{long: flag.Name, help: firstSentence(flag.Help), values: completedValues(flag)}
	if flag.Short != 0 {
		f.short = string(flag.Short)
	}
	if !flag.IsBool() {
		f.value, f.file = strings.ToLower(flag.FormatPlaceHolder()), flag.PlaceHolder == "FILE"
	}
	return f
}

func firstSentence(s string) string {
	first, _, _ := strings.Cut(s, ". ")
	return strings.TrimSuffix(first, ".")
}

// completedValues are the values to offer for a flag: all that it takes, or those that have a name.
func completedValues(flag *kong.Flag) []string {
	switch flag.Name {
	case "log-format":
		return config.FormatNames()
	case "trusted-proxy":
		return logentry.CDNKeys()
	}
	return flagValues(flag)
}
