package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/floodgauge/floodgauge/pkg/config"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/spool"
)

// openSpool finds what the data folder's spool has. first is from when on it has all lines; zero: from its beginning.
func openSpool(cfg *config.Config, data string) (a *archive, ranges [][]logsource.Range, first time.Time, err error) {
	kept, err := spool.Segments(filepath.Join(data, "spool"))
	if err != nil {
		return nil, nil, first, err
	}
	if len(kept) == 0 {
		return nil, nil, first, fmt.Errorf("the spool in %s is empty: name the logs to compare", data)
	}
	a = &archive{inputs: &inputs{}, config: cfg}
	ranges = make([][]logsource.Range, branches)
	index := map[string]int{}
	for i, k := range kept {
		if _, known := index[k.Source]; !known {
			src, err := spooledSource(cfg, &kept[i])
			if err != nil {
				return nil, nil, first, err
			}
			index[k.Source] = len(a.sources)
			a.sources = append(a.sources, src)
		}
		if begins := k.First.Truncate(time.Minute).Add(time.Minute); k.Later && begins.After(first) {
			first = begins // older segments are gone
		}
		k.Range.Source = index[k.Source]
		a.size += k.Range.Size
		ranges[i%branches] = append(ranges[i%branches], k.Range)
	}
	a.keys, err = dataKeys(data)
	return a, ranges, first, err
}

// spooledSource says how the lines of a source are read: as the configuration has it, else as its beginning looks.
func spooledSource(cfg *config.Config, k *spool.Kept) (logentry.Source, error) {
	src := cfg.SourceFor(logsource.StdinPath)
	src.Name = k.Source
	for i := range cfg.Sources {
		if c := &cfg.Sources[i]; c.HTTP == k.Source || c.PubSub == k.Source {
			src = cfg.Reading(c, k.Source)
		}
	}
	if src.Format != "" {
		return src, nil
	}
	var sample []byte
	err := logsource.ReadRange(context.Background(), k.Range, logsource.Options{}, func(b *logentry.Block) error {
		if sample = append(sample, b.Data...); len(sample) >= spoolSample {
			return errSampled
		}
		return nil
	})
	if err != nil && !errors.Is(err, errSampled) {
		return src, err
	}
	found, err := logentry.Detect(sample)
	if err != nil {
		return src, fmt.Errorf("source %s: %w", k.Source, err)
	}
	src.Format = found.Format
	return src, nil
}

// spoolSample is how much is looked at to tell a source's format.
const spoolSample = 256 << 10

var errSampled = errors.New("enough was read")
