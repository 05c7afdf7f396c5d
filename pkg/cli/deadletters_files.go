package cli

import (
	"fmt"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/privacy"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/pkg/spelling"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// knownFiles tell the paths of files by their identity. No path is kept with dead letters: it may name a customer, and a rotation changes it.
type knownFiles map[uint64]string

// of is what a dead letter's file is called: by its path where it is known, else by its identity.
func (n knownFiles) of(d *reportstore.DeadLetter) string {
	id := d.Letter.GetFile()
	if path, known := n[id]; known {
		return path
	}
	return fmt.Sprintf("%x", id)
}

// nameFiles learns the identities that each file has or had: it has one for each length that its beginning, up to 4 KiB, had when it was read.
func nameFiles(files []string, data string) (knownFiles, error) {
	names := knownFiles{}
	if len(files) == 0 {
		return names, nil
	}
	spec, err := dataKeys(data)
	if err != nil {
		return nil, err
	}
	keys, err := privacy.NewKeys(spec)
	if err != nil {
		return nil, err
	}
	found, _, err := logsource.Expand(files)
	if err != nil {
		return nil, err
	}
	key := summarize.LineKey(keys)
	for _, f := range found {
		_, first, err := logsource.Head(f, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", spelling.Path(f.Path), err)
		}
		for n := 1; n <= len(first); n++ {
			names[logentry.FileIdentity(key, first[:n])] = spelling.Path(f.Path)
		}
	}
	return names, nil
}
