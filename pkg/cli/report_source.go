package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/spelling"
)

var errEmpty = errors.New("is empty: there is nothing to report")

// open finds out how one file is read. begin is the beginning of its text.
func (in *inputs) open(o *reportOptions, f logsource.File) (src logentry.Source, begin []byte, err error) {
	src = o.source(f.Path)
	src.Name = spelling.Path(f.Path)
	if f.Path == logsource.StdinPath {
		src.Name = "standard input"
	}
	sample, begin, err := logsource.Head(f, in.stdin)
	if err != nil {
		return src, nil, err
	}
	if len(bytes.TrimSpace(sample)) == 0 && len(bytes.TrimSpace(begin)) == 0 {
		return src, nil, fmt.Errorf("%s %w", src.Name, errEmpty)
	}
	if src.Format == "" {
		if src.Format, sample, err = in.detect(f, sample); err != nil {
			return src, nil, fmt.Errorf("%s: %w", src.Name, err)
		}
	}
	if host := in.names.hosts[f.Path]; host != "" && (src.Host == "" || src.HostFrom == "option" && in.names.tell) {
		src.Host, src.HostFrom = host, "file name"
	}
	p, err := logentry.NewParser(&src)
	if err != nil {
		return src, nil, fmt.Errorf("%s: %w", src.Name, err)
	}
	in.seen.look(p, src.Format, sample)
	in.seen.look(p, src.Format, lastLines(f))
	return src, begin, nil
}

// detect finds a file's format by its beginning, or, where that is no log, by what comes further on. It returns the sample that told.
func (in *inputs) detect(f logsource.File, begin []byte) (format string, sample []byte, err error) {
	found, err := logentry.Detect(begin)
	if err == nil {
		return found.Format, begin, nil
	}
	for sample := range logsource.Further(f, in.stdin) {
		if found, err := logentry.Detect(sample); err == nil {
			return found.Format, sample, nil
		}
	}
	return "", nil, err
}

// fileNames are the sites that the names of files tell.
type fileNames struct {
	hosts map[string]string // by path
	tell  bool              // they tell one site from another, so --host chooses among them
}

// namesOf reads the names. A single site that they all tell gives way to one that --host names, as it may be misread.
func namesOf(files []logsource.File, o *reportOptions) fileNames {
	n := fileNames{hosts: map[string]string{}}
	different := map[string]bool{}
	sites := o.Config.SiteNames()
	for _, f := range files {
		host, ok := logsource.HostFromName(f.Path)
		if !ok {
			continue
		}
		if site := sites[host]; site != "" {
			host = site
		}
		n.hosts[f.Path] = host
		different[host] = true
	}
	n.tell = len(different) > 1 || different[o.host]
	return n
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
