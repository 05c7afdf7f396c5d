// Package cli is the command line: commands, flags, help and messages. Each command turns its flags into a plain struct, calls the package
// that does the work and prints what it says. It reads no logs and counts nothing itself.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/floodgauge/floodgauge/pkg/config"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // the run failed, or its input is bad
	exitUsage  = 2 // the command line is wrong
)

const name = "floodgauge"

// grammar is the command line as kong reads it.
type grammar struct {
	Up          upCmd          `cmd:"" help:"Follow logs and show the traffic of their sites on a page."`
	Report      reportCmd      `cmd:"" help:"Read access logs and print a traffic report per site."`
	Replay      replayCmd      `cmd:"" help:"Read logs again into the store: lines that never arrived, or whole hours anew."`
	Audit       auditCmd       `cmd:"" help:"Compare logs with the store, minute by minute: no line is lost, none counts twice."`
	Attacks     attacksCmd     `cmd:"" help:"Say what stood out in the traffic of sites, why, and what would stop it."`
	Alerts      alertsCmd      `cmd:"" help:"Try whether alerts of attacks reach whom they are for."`
	Query       queryCmd       `cmd:"" help:"Ask the store in SQL."`
	Deadletters deadlettersCmd `cmd:"" help:"List lines that could not be read, and try again what was set aside."`
	Forget      forgetCmd      `cmd:"" help:"Delete all reports of a site, for good."`
	Tokens      tokensCmd      `cmd:"" help:"Make, list and revoke tokens to see sites or to send lines."`
	Rules       rulesCmd       `cmd:"" help:"List and write the rules that are recommended; check rules of Cloud Armor and test them on logs."`
	CheckConfig checkConfigCmd `cmd:"" help:"Check a configuration file and list every mistake with its line."`
	Loggen      loggenCmd      `cmd:"" help:"Write logs of made-up traffic whose truth is known, for tests and trials."`
	Completion  completionCmd  `cmd:"" help:"Print the completion script of a shell."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

// environment is what a command may use of its process.
type environment struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
}

// usageError is a mistake in the command line. Its text says what to do.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// Run runs the command line without the program's name and returns the exit code: 0 for success, 1 for a failed run or bad input, 2 for a
// wrong command line. Messages are one sentence each on stderr.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	helped := false
	parser, err := newParser(&grammar{}, stdout, stderr, func(int) { helped = true })
	if err != nil {
		return fail(stderr, err)
	}
	if len(args) == 0 {
		return printUsage(parser, stderr)
	}
	args = negative(usual(args))
	parsed, err := parser.Parse(args)
	if helped {
		return exitOK
	}
	if err != nil && !cannotPrint(err) {
		err = explain(err, args)
	}
	if err != nil {
		return fail(stderr, err)
	}
	if err := checkValues(parsed); err != nil {
		return fail(stderr, err)
	}
	if c, ok := parsed.Selected().Target.Addr().Interface().(interface{ dataDir() string }); ok {
		if err := checkOwner(c.dataDir()); err != nil {
			return fail(stderr, err)
		}
	}
	return fail(stderr, parsed.Run(&environment{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr}))
}

// usual takes what people type out of habit: "help report" and "--version".
func usual(args []string) []string {
	switch args[0] {
	case "help":
		return append(slices.Clone(args[1:]), "--help")
	case "--version":
		return []string{"version"}
	}
	return args
}

var negativeNumber = regexp.MustCompile(`^-[0-9.]+[a-z]*$`)

// negative joins a flag and a negative number behind it, which the parser takes for another flag: the value is wrong then, and not missing.
func negative(args []string) (joined []string) {
	for i, arg := range args {
		last := len(joined) - 1
		if i > 0 && negativeNumber.MatchString(arg) && strings.HasPrefix(args[i-1], "--") && args[i-1] != "--" && !strings.Contains(args[i-1], "=") {
			joined[last] += "=" + arg
			continue
		}
		joined = append(joined, arg)
	}
	return joined
}

func newParser(g *grammar, stdout, stderr io.Writer, exit func(int)) (*kong.Kong, error) {
	return kong.New(g,
		kong.Name(name),
		kong.Description("The traffic of web sites, from the access logs of their reverse proxies, without naming a visitor."),
		kong.Writers(stdout, stderr),
		kong.Exit(exit),
		kong.Help(printHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.ExplicitGroups(flagGroups),
	)
}

// printUsage answers a command line without any word.
func printUsage(parser *kong.Kong, stderr io.Writer) int {
	parser.Stdout = stderr
	_, _ = parser.Parse([]string{"--help"})
	return exitUsage
}

// fail prints what went wrong and returns the exit code for it.
func fail(stderr io.Writer, err error) int {
	var usage usageError
	var mistakes config.Mistakes
	if cannotPrint(err) {
		err = writeMessage("standard output", err)
	}
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "%s: %s\n", name, usage.message)
		return exitUsage
	case errors.As(err, &mistakes): // each of its lines says where
		fmt.Fprintln(stderr, mistakes.Error())
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(stderr, "%s: stopped before the end\n", name)
	default:
		for _, err := range parts(err) {
			fmt.Fprintf(stderr, "%s: %s\n", name, err)
		}
	}
	return exitFailed
}

// parts takes joined errors apart, and those that are joined of joined ones.
func parts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, err := range joined.Unwrap() {
		all = append(all, parts(err)...)
	}
	return all
}

// isTerminal tells whether people look at what a stream shows, or type what it gives.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
