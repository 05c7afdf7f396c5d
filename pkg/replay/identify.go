package replay

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
)

// identify returns the batch's id, which is the same for the same mode, range and texts of files, however they are named, ordered and compressed. A
// forced rebuild is always new. Files whose lines were added before are left out; parts are the ids of the others.
func (o *Options) identify(ctx context.Context, store *known) (id string, parts []string, err error) {
	if o.Rebuild && o.Force {
		return uuid.NewString(), nil, nil
	}
	hashes := make([]string, len(o.Files))
	for i, f := range o.Files {
		sum, err := logsource.TextHash(ctx, f)
		if err != nil {
			return "", nil, err
		}
		hashes[i] = fmt.Sprintf("%x", sum)
	}
	id = o.idOf("batch", slices.Sorted(slices.Values(hashes)))
	if o.Rebuild || o.Force {
		return id, nil, nil
	}
	parts, err = o.leaveOut(ctx, store, hashes)
	return id, parts, err
}

func (o *Options) idOf(what string, hashes []string) string {
	name := fmt.Sprintf("floodgauge replay\n%s\n%t %t\n%s %s\n%s", what, o.Rebuild, o.Force, o.From.UTC().Format(time.RFC3339Nano),
		o.To.UTC().Format(time.RFC3339Nano), strings.Join(hashes, "\n"))
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(name)).String()
}

// leaveOut leaves out files that were replayed before or are there twice, and returns the ids of the others.
func (o *Options) leaveOut(ctx context.Context, store *known, hashes []string) (parts []string, err error) {
	var files []logsource.File
	var sources []logentry.Source
	for i, f := range o.Files {
		part := o.idOf("file", hashes[i:i+1])
		before, err := store.published(ctx, part)
		if err != nil {
			return nil, err
		}
		if before || slices.Contains(parts, part) {
			o.Note("%s is left out: its lines were added before", f.Path)
			continue
		}
		parts, files, sources = append(parts, part), append(files, f), append(sources, o.Summarize.Sources[i])
	}
	o.Files, o.Summarize.Sources = files, sources
	return parts, nil
}
