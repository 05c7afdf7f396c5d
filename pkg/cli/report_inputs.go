package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
)

// inputs are the files of a run with how each is read.
type inputs struct {
	files   []logsource.File
	sources []logentry.Source // by the file's index
	stdin   *logsource.Stdin  // nil where it is not read
	size    int64             // bytes on disk; 0 where not known
	seen    glimpse           // what the ends of the files show
}

// openInputs finds the files and out of each how it is read. Files that are no access logs are an error where the user named them, and only
// left out, with a note, where they lie in a folder.
func openInputs(env *environment, o *reportOptions) (*inputs, error) {
	files, notes, err := logsource.Expand(o.Inputs)
	if err != nil {
		return nil, err
	}
	in := &inputs{}
	var errs []error
	for _, f := range files {
		if f.Path == logsource.StdinPath {
			in.stdin = logsource.NewStdin(env.stdin)
		}
		src, err := in.open(o, f)
		switch {
		case err == nil:
			in.add(f, src)
		case slices.Contains(o.Inputs, f.Path):
			errs = append(errs, err)
		default:
			notes = append(notes, fmt.Sprintf("%s; it is left out", err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, n := range notes {
		fmt.Fprintf(env.stderr, "%s: note: %s\n", name, n)
	}
	if len(in.files) == 0 {
		return nil, fmt.Errorf("no access log among the %d files found in %s", len(files), strings.Join(o.Inputs, ", "))
	}
	return in, nil
}

func (in *inputs) add(f logsource.File, src logentry.Source) {
	in.files, in.sources = append(in.files, f), append(in.sources, src)
	if f.Size > 0 {
		in.size += f.Size
	}
}

// open finds out how one file is read.
func (in *inputs) open(o *reportOptions, f logsource.File) (logentry.Source, error) {
	src := o.source(f.Path)
	src.Name = f.Path
	if f.Path == logsource.StdinPath {
		src.Name = "standard input"
	}
	sample, _, err := logsource.Head(f, in.stdin)
	if err != nil {
		return src, err
	}
	if len(bytes.TrimSpace(sample)) == 0 && f.Size <= int64(len(sample)) {
		return src, fmt.Errorf("%s is empty: there is nothing to report", src.Name)
	}
	if src.Format == "" {
		found, err := logentry.Detect(sample)
		if err != nil {
			return src, fmt.Errorf("%s: %w", src.Name, err)
		}
		src.Format = found.Format
	}
	if host, ok := logsource.HostFromName(f.Path); ok && src.Host == "" {
		src.Host, src.HostFrom = host, "file name"
	}
	p, err := logentry.NewParser(&src)
	if err != nil {
		return src, fmt.Errorf("%s: %w", src.Name, err)
	}
	in.seen.look(p, sample)
	in.seen.look(p, lastLines(f))
	return src, nil
}

// tailBytes is how much of a plain file's end is looked at for its last time.
const tailBytes = 16 << 10

// lastLines returns whole lines from the end of a plain file, or nothing.
func lastLines(f logsource.File) []byte {
	if f.Compression != logsource.None || f.Framing != logsource.Lines || f.Path == logsource.StdinPath {
		return nil
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return nil
	}
	defer file.Close()
	from := max(0, f.Size-tailBytes)
	text, err := io.ReadAll(io.NewSectionReader(file, from, tailBytes))
	if err != nil {
		return nil
	}
	if i := bytes.IndexByte(text, '\n'); from > 0 && i >= 0 {
		text = text[i+1:]
	}
	return text
}

// glimpse is what the entries that were looked at say of the whole.
type glimpse struct {
	first, last int64          // event times, Unix nanoseconds
	cdn         map[string]int // entries by the content delivery network that their address belongs to
}

func (g *glimpse) look(p *logentry.Parser, lines []byte) {
	var e logentry.Entry
	for line := range bytes.Lines(lines) {
		if p.Parse(bytes.TrimRight(line, "\n"), &e) != logentry.OK {
			continue
		}
		if g.first == 0 || e.Time < g.first {
			g.first = e.Time
		}
		g.last = max(g.last, e.Time)
		if network, ok := logentry.CDNOf(e.Client); ok && !e.ClientTrusted {
			if g.cdn == nil {
				g.cdn = map[string]int{}
			}
			g.cdn[network]++
		}
	}
}

// span is about how long a time the files cover.
func (g *glimpse) span() time.Duration { return time.Duration(g.last - g.first) }

// clientsHelp shows what to add to the proxy where the addresses are mostly one network's.
func (g *glimpse) clientsHelp() string {
	most := ""
	for _, network := range slices.Sorted(maps.Keys(g.cdn)) {
		if most == "" || g.cdn[network] > g.cdn[most] {
			most = network
		}
	}
	if most == "" {
		return ""
	}
	return logentry.RealIPHelp(most, "combined")
}
