package cli

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// explain turns an error of the parser, whose texts are for programmers, into a sentence that says what to do.
func explain(err error, args []string) error {
	var own usageError
	var parse *kong.ParseError
	if errors.As(err, &own) || !errors.As(err, &parse) {
		return usageError{err.Error()}
	}
	node := parse.Context.Selected()
	if node == nil {
		node = parse.Context.Model.Node
	}
	message := err.Error()
	if flag, ok := strings.CutPrefix(message, "unknown flag "); ok {
		flag, _, _ = strings.Cut(flag, ", did you mean")
		return unknownFlag(flag, node)
	}
	if strings.HasPrefix(message, "unexpected argument ") {
		return unexpectedArgument(args, node)
	}
	if strings.HasPrefix(message, "expected ") && len(node.Children) > 0 {
		return usagef("%s needs to know what to do: %s; \"%s --help\" shows how", node.Name, alternatives(commandNamesOf(node)), commandLine(node))
	}
	flag, rest, _ := strings.Cut(message, ": ")
	switch {
	case strings.HasPrefix(rest, "expected ") && (strings.Contains(rest, "<EOL>") || strings.Contains(rest, " flag)")):
		return usagef("%s needs a value; \"%s --help\" shows which", flag, commandLine(node))
	case strings.HasPrefix(rest, "bool value"):
		return usagef("%s takes no value; leave out what follows it", flag)
	}
	return usagef("%s; \"%s --help\" shows what there is", message, commandLine(node))
}

// unknownFlag also knows flags that stand before their command.
func unknownFlag(flag string, node *kong.Node) error {
	for _, command := range node.Children {
		if slices.Contains(flagNames(command), flag) {
			return usagef("the flag %s comes after a command, as in \"%s %s\"", flag, commandLine(command), flag)
		}
	}
	if near, ok := spelling.Nearest(flag, flagNames(node)); ok {
		return usagef("there is no flag %s; did you mean \"%s\"?", flag, near)
	}
	return usagef("there is no flag %s; \"%s --help\" lists the flags", flag, commandLine(node))
}

func flagNames(node *kong.Node) (names []string) {
	for _, flags := range node.AllFlags(true) {
		for _, flag := range flags {
			names = append(names, "--"+flag.Name)
		}
	}
	return names
}

// unexpectedArgument answers a wrong command, or an argument to a command that takes no more.
func unexpectedArgument(args []string, node *kong.Node) error {
	commands := commandNamesOf(node)
	if node.Type != kong.ApplicationNode {
		if len(commands) > 0 {
			return usagef("%s takes one of %s; \"%s --help\" shows how", node.Name, strings.Join(commands, ", "), commandLine(node))
		}
		return usagef("%s takes no further argument; \"%s --help\" shows what it takes", node.Name, commandLine(node))
	}
	word := args[0]
	if near, ok := spelling.Nearest(word, commands); ok {
		return usagef("there is no command %q; did you mean %q?", word, near)
	}
	if _, err := os.Stat(word); err == nil {
		return usagef("%q is no command; to report on what is in it, write \"%s report %s\"", word, name, word)
	}
	return usagef("there is no command %q; the commands are %s", word, strings.Join(commands, ", "))
}

func commandLine(node *kong.Node) string {
	if node.Type == kong.ApplicationNode {
		return name
	}
	return node.FullPath()
}

func commandNamesOf(node *kong.Node) (names []string) {
	for _, command := range node.Children {
		names = append(names, command.Name)
	}
	return names
}

// alternatives lists words with "or" before the last.
func alternatives(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// checkValues checks the flags whose tag lists the values that they take.
func checkValues(parsed *kong.Context) error {
	for _, flag := range parsed.Selected().Flags {
		known := flagValues(flag)
		if known == nil || flag.Target.Kind() != reflect.String {
			continue
		}
		if value := flag.Target.String(); value != "" && !slices.Contains(known, value) {
			return usagef("--%s cannot be %q; %s", flag.Name, value, suggest(value, known))
		}
	}
	return nil
}

// flagValues lists what a flag with a closed set of values takes, as its "values" tag has it.
func flagValues(flag *kong.Flag) []string {
	if list := flag.Tag.Get("values"); list != "" {
		return strings.Split(list, ",")
	}
	return nil
}

// suggest says which known value was meant, or lists them all.
func suggest(word string, known []string) string {
	if near, ok := spelling.Nearest(word, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "it is one of " + strings.Join(known, ", ")
}
