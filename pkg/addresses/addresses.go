// Package addresses finds in raw logs the addresses of clients that a rule knows by their tokens only. No address is kept anywhere: they are in the logs of
// those who may read them, and in what they make of them. It reads the logs in this process, with the parsers, the key and the shortening of addresses by
// which the tokens were made.
package addresses

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/logsource"
	"github.com/floodgauge/floodgauge/pkg/privacy"
)

// Client is a client of a day (since 1970), by the beginning of its token.
type Client struct {
	Day   int64
	Token uint32
}

var errClients = errors.New("what is kept of the rule's clients cannot be read")

// Clients reads what is kept of a rule's clients: the day and the beginnings of their tokens, as in "20577 0a1b2c3d 11223344".
func Clients(kept string) (all []Client, err error) {
	words := strings.Fields(kept)
	if len(words) < 2 {
		return nil, errClients
	}
	day, err := strconv.ParseInt(words[0], 10, 32)
	if err != nil {
		return nil, errClients
	}
	for _, word := range words[1:] {
		token, err := strconv.ParseUint(word, 16, 32)
		if err != nil {
			return nil, errClients
		}
		all = append(all, Client{day, uint32(token)})
	}
	return all, nil
}

// Address is what logs tell of a client.
type Address struct {
	Range     netip.Prefix // an IPv4 address or an IPv6 /64
	Ambiguous bool         // another address of the logs has a token that begins alike
	Network   bool         // it is a content delivery network's, in place of its visitors'
	Proxied   bool         // another address connected for it
}

// Job is what to look for, and in which logs.
type Job struct {
	Clients []Client
	Keys    map[int64]*privacy.DayKey // of the clients' days
	Sources []logentry.Source
	Ranges  []logsource.Range
	Stdin   io.Reader // what a range of standard input is read from
	// Progress is told how many bytes on disk are read. Optional.
	Progress func(bytes int64)
}

// Find reads the logs and returns the addresses of the clients that are in them. problems are what could not be read to its end.
func Find(ctx context.Context, j *Job) (found map[Client]Address, problems []error, err error) {
	f := &finder{job: j, found: map[Client]Address{}}
	for _, c := range j.Clients {
		f.found[c] = Address{}
	}
	for i := range j.Sources {
		p, err := logentry.NewParser(&j.Sources[i])
		if err != nil {
			return nil, nil, fmt.Errorf("source %s: %w", j.Sources[i].Name, err)
		}
		f.parsers = append(f.parsers, p)
	}
	bytes := int64(0)
	progress := func(n int64) {
		if bytes += n; j.Progress != nil {
			j.Progress(bytes)
		}
	}
	for _, piece := range j.Ranges {
		err := logsource.ReadRange(ctx, piece, logsource.Options{Stdin: j.Stdin, Progress: progress}, f.add)
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err != nil {
			problems = append(problems, err)
		}
	}
	for c, a := range f.found {
		if !a.Range.IsValid() {
			delete(f.found, c)
		}
	}
	return f.found, problems, nil
}

type finder struct {
	job     *Job
	parsers []*logentry.Parser // by source
	entry   logentry.Entry
	found   map[Client]Address
}

// Format implements fmt.Formatter for every verb: a finder holds addresses.
func (*finder) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// add takes in the lines of a block. Those that are no entries tell of nobody.
func (f *finder) add(b *logentry.Block) error {
	p := f.parsers[b.Source]
	for rest := b.Data; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte{'\n'})
		if !p.Header(line) && p.Parse(line, &f.entry) == logentry.OK {
			f.take(&f.entry)
		}
	}
	return nil
}

const nanosPerDay = 24 * 60 * 60e9

func (f *finder) take(e *logentry.Entry) {
	day := e.Time / nanosPerDay
	key := f.job.Keys[day]
	if key == nil || !e.Client.IsValid() {
		return
	}
	token, _ := key.Client(e.Client)
	c := Client{day, binary.BigEndian.Uint32(token[:])}
	a, wanted := f.found[c]
	if !wanted {
		return
	}
	r := key.Address(token)
	a.Ambiguous = a.Ambiguous || a.Range.IsValid() && a.Range != r
	a.Range = r
	_, network := logentry.CDNOf(e.Client)
	a.Network = a.Network || network && !e.ClientTrusted
	a.Proxied = a.Proxied || e.Peer.IsValid() && e.Peer != e.Client
	f.found[c] = a
}
