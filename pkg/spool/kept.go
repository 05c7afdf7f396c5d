package spool

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/segment"
)

// Kept is a segment that a spool still has, as another process sees it.
type Kept struct {
	Source string
	Range  logsource.Range // of the whole records, without its Source
	First  time.Time       // when its first record arrived
	// Later tells that the source had segments before this one that are gone.
	Later bool
}

// Segments lists what the spool in a folder has, by source and age, without changing it: another process may write to it.
func Segments(dir string) (all []Kept, err error) {
	folders, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, trouble("the spool's folder cannot be read", dir, err)
	}
	for _, folder := range folders {
		name, ok := sourceName(folder.Name())
		if !ok || !folder.IsDir() {
			continue
		}
		kept, err := segmentsOf(name, filepath.Join(dir, folder.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, kept...)
	}
	return all, nil
}

func segmentsOf(source, dir string) (all []Kept, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, trouble("the folder of source "+source+" cannot be read", dir, err)
	}
	for _, entry := range entries {
		text, ok := strings.CutSuffix(entry.Name(), segmentEnd)
		number, err := strconv.ParseUint(text, 10, 64)
		if !ok || err != nil || number == math.MaxUint64 {
			continue
		}
		k, err := look(source, filepath.Join(dir, entry.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was read and deleted this moment
		}
		if err != nil {
			return nil, err
		}
		if k.Range.To > segment.HeaderBytes {
			k.Later = len(all) == 0 && number > 0
			all = append(all, k)
		}
	}
	return all, nil
}

// look reads over the whole records of a segment.
func look(source, path string) (k Kept, err error) {
	f, err := os.Open(path)
	if err != nil {
		return k, err
	}
	defer f.Close()
	k = Kept{Source: source, Range: logsource.Range{Path: path, Spooled: true}}
	in, identity, err := segment.NewReader(f)
	if errors.Is(err, segment.ErrTorn) {
		return k, nil
	}
	if err != nil {
		return k, trouble("a segment cannot be read", path, err)
	}
	k.Range.Identity = identity
	for {
		record, err := in.Next(0)
		if errors.Is(err, io.EOF) || errors.Is(err, segment.ErrTorn) {
			return k, nil
		}
		if err != nil {
			return k, trouble("a segment cannot be read", path, err)
		}
		if k.Range.To == 0 {
			k.First = arrivalTime(record.Arrival)
		}
		k.Range.To, k.Range.Size = record.End, record.End
	}
}
