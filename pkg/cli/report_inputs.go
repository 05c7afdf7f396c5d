package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/spelling"
)

// inputs are the files of a run with how each is read.
type inputs struct {
	files   []logsource.File
	sources []logentry.Source // by the file's index
	stdin   *logsource.Stdin  // nil where it is not read
	size    int64             // bytes on disk; 0 where not known
	seen    glimpse           // what the ends of the files show
	refused []error           // files that cannot be read, or that the user named and are no access logs

	names  fileNames
	begins map[string]string // the first file that begins with so many bytes
	other  []string          // files in folders that are no access logs
}

// openInputs finds the files and out of each how it is read. Files that are no access logs are trouble where the user named them, and only left
// out, with a note, where they lie in a folder. It is an error if nothing is left.
func openInputs(env *environment, o *reportOptions) (*inputs, error) {
	files, notes, err := logsource.Expand(o.Inputs)
	if err != nil {
		return nil, err
	}
	in := &inputs{names: namesOf(files, o), begins: map[string]string{}}
	for _, f := range files {
		if f.Path == logsource.StdinPath {
			in.stdin = logsource.NewStdin(env.stdin)
		}
		note, err := in.take(o, f)
		if err != nil {
			in.refused = append(in.refused, err)
		}
		if note != "" {
			notes = append(notes, note)
		}
	}
	if len(in.other) > 0 {
		notes = append(notes, notAccessLogs(in.other))
	}
	for _, n := range notes {
		fmt.Fprintf(env.stderr, "%s: note: %s\n", name, n)
	}
	return in, in.complain(env, o)
}

// complain tells of the files that are refused. It is an error if nothing is left.
func (in *inputs) complain(env *environment, o *reportOptions) error {
	switch {
	case len(in.files) == 0 && len(in.refused) > 0:
		return errors.Join(in.refused...)
	case len(in.files) == 0:
		return fmt.Errorf("there is no access log in %s", spelling.Paths(o.Inputs))
	}
	for _, err := range in.refused {
		fmt.Fprintf(env.stderr, "%s: %s\n", name, err)
	}
	return nil
}

// take adds a file to those that are read. The note says what people should know of it.
func (in *inputs) take(o *reportOptions, f logsource.File) (note string, err error) {
	src, begin, err := in.open(o, f)
	var unknown *logentry.UnknownFormatError
	switch named := slices.Contains(o.Inputs, f.Path); {
	case errors.As(err, &unknown) && !named:
		in.other = append(in.other, f.Path)
		return "", nil
	case errors.Is(err, errEmpty) && !named:
		return fmt.Sprintf("%s is left out: it is empty", src.Name), nil
	case err != nil:
		return "", err
	}
	if len(begin) >= leastBegin {
		if first := in.begins[string(begin)]; first != "" {
			note = fmt.Sprintf("%s begins like %s; if one is a copy of the other, its requests count twice", src.Name, first)
		} else {
			in.begins[string(begin)] = src.Name
		}
	}
	in.files, in.sources = append(in.files, f), append(in.sources, src)
	in.size += max(f.Size, 0)
	return note, nil
}

// leastBegin is from how many equal bytes on two files may be copies: short ones are alike by chance, such as those of a monitor.
const leastBegin = 1 << 10

// namesShown is how many files a note names.
const namesShown = 5

// notAccessLogs says what was left out of a folder.
func notAccessLogs(paths []string) string {
	if len(paths) == 1 {
		return fmt.Sprintf("%s is left out: it is no access log in a format that is known (--log-format names another one)", spelling.Path(paths[0]))
	}
	which := spelling.Paths(paths[:min(len(paths), namesShown)])
	if more := len(paths) - namesShown; more > 0 {
		which += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%d files are left out: they are no access logs in a format that is known (--log-format names another one): %s", len(paths), which)
}
