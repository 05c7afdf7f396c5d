package cli

import (
	"fmt"
	"strings"
)

// bashCompletion offers nothing where a file may stand: bash then completes file names itself.
func bashCompletion(commands []completedCommand) string {
	var b strings.Builder
	b.WriteString(`# bash completion of floodgauge
_floodgauge() {
    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" words=""
    if [[ $cur == "=" ]]; then
        cur=""
    elif [[ $prev == "=" ]]; then
        prev="${COMP_WORDS[COMP_CWORD-2]}"
    fi
    COMPREPLY=()
    if [[ $COMP_CWORD -eq 1 ]]; then
`)
	fmt.Fprintf(&b, "        COMPREPLY=($(compgen -W %q -- \"$cur\"))\n        return\n", strings.Join(commandNames(commands), " ")+" --help")
	b.WriteString("    fi\n    case \"${COMP_WORDS[1]}\" in\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "    %s)\n        case \"$prev\" in\n", c.name)
		for _, f := range c.flags {
			if f.value != "" {
				fmt.Fprintf(&b, "        %s) words=%q ;;\n", strings.Join(f.spellings(), "|"), strings.Join(f.values, " "))
			}
		}
		fmt.Fprintf(&b, "        *) if [[ $cur == -* ]]; then words=%q; else words=%q; fi ;;\n        esac\n        ;;\n",
			strings.Join(allSpellings(c.flags), " "), strings.Join(c.args, " "))
	}
	b.WriteString("    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _floodgauge floodgauge\n")
	return b.String()
}

func zshCompletion(commands []completedCommand) string {
	var b strings.Builder
	b.WriteString("#compdef floodgauge\n# zsh completion of floodgauge\n_floodgauge() {\n  local -a commands=(\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "    %s\n", quoted(c.name+":"+c.help))
	}
	b.WriteString(`  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
`)
	for _, c := range commands {
		fmt.Fprintf(&b, "  %s)\n    _arguments", c.name)
		for _, f := range c.flags {
			for _, spelling := range f.spellings() {
				fmt.Fprintf(&b, " \\\n      %s", quoted(zshFlag(spelling, f)))
			}
		}
		switch {
		case c.files:
			b.WriteString(" \\\n      '*:file:_files'")
		case c.args != nil:
			fmt.Fprintf(&b, " \\\n      %s", quoted("1:value:("+strings.Join(c.args, " ")+")"))
		}
		b.WriteString("\n    ;;\n")
	}
	b.WriteString("  esac\n}\nif [[ $funcstack[1] == _floodgauge ]]; then\n  _floodgauge \"$@\"\nelse\n  compdef _floodgauge floodgauge\nfi\n")
	return b.String()
}

// zshFlag is the specification of a flag for zsh's _arguments. The star lets it be given more than once.
func zshFlag(spelling string, f completedFlag) string {
	help := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`).Replace(f.help)
	if f.value == "" {
		return fmt.Sprintf("%s[%s]", spelling, help)
	}
	if strings.HasPrefix(spelling, "--") {
		spelling += "="
	}
	action := " "
	switch {
	case f.file:
		action = "_files"
	case f.values != nil:
		action = "(" + strings.Join(f.values, " ") + ")"
	}
	return fmt.Sprintf("*%s[%s]:%s:%s", spelling, help, f.value, action)
}

func fishCompletion(commands []completedCommand) string {
	var b strings.Builder
	b.WriteString("# fish completion of floodgauge\ncomplete -c floodgauge -f\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "complete -c floodgauge -n __fish_use_subcommand -a %s -d %s\n", c.name, quoted(c.help))
		line := fmt.Sprintf("complete -c floodgauge -n '__fish_seen_subcommand_from %s'", c.name)
		for _, f := range c.flags {
			b.WriteString(line + " -l " + f.long)
			if f.short != "" {
				b.WriteString(" -s " + f.short)
			}
			switch {
			case f.file:
				b.WriteString(" -r -F")
			case f.values != nil:
				b.WriteString(" -x -a " + quoted(strings.Join(f.values, " ")))
			case f.value != "":
				b.WriteString(" -x")
			}
			fmt.Fprintf(&b, " -d %s\n", quoted(f.help))
		}
		switch {
		case c.files:
			b.WriteString(line + " -F\n")
		case c.args != nil:
			fmt.Fprintf(&b, "%s -a %s\n", line, quoted(strings.Join(c.args, " ")))
		}
	}
	return b.String()
}

func commandNames(commands []completedCommand) []string {
	var out []string
	for _, c := range commands {
		out = append(out, c.name)
	}
	return out
}

// spellings are the ways to write a flag, with their hyphens.
func (f *completedFlag) spellings() []string {
	if f.short == "" {
		return []string{"--" + f.long}
	}
	return []string{"--" + f.long, "-" + f.short}
}

func allSpellings(flags []completedFlag) []string {
	var out []string
	for i := range flags {
		out = append(out, flags[i].spellings()...)
	}
	return out
}

// quoted puts a text in single quotes for a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
