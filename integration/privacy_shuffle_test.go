package integration

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/attack"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// messageID is a canary as well: a transport's ids lead to the line.
const messageID = "Zq7xmessage4w9"

// shuffled is every byte that a runner may keep between the graph's steps, by what it is.
type shuffled struct {
	t    *testing.T
	all  map[string][]byte
	sums map[string]*report.Summary
}

func (s *shuffled) add(what string, data []byte) {
	s.all[what] = append(append(s.all[what], data...), '\n')
}

// encode writes an element as Beam hands it to a runner.
func (s *shuffled) encode(what string, element any) {
	s.t.Helper()
	var b bytes.Buffer
	if err := beam.NewElementEncoder(reflect.TypeOf(element)).Encode(element, &b); err != nil {
		s.t.Fatal(err)
	}
	s.add(what, b.Bytes())
}

func (s *shuffled) summary(host string, _ int64, sum *report.Summary) {
	s.encode("key of "+host, host)
	s.encode("summary of "+host, sum)
	s.encode("clients of "+host, sum.ClientSet())
	s.add("plain encoding of "+host, sum.AppendBinary(nil))
	if s.sums[host] == nil {
		s.sums[host] = report.New(10)
	}
	s.sums[host].Merge(sum)
}

func (s *shuffled) deadLetter(d logentry.DeadLetter) {
	s.encode("dead letters", d)
	b, err := json.Marshal(d)
	if err != nil {
		s.t.Fatal(err)
	}
	s.add("dead letters", b)
}

// shuffledBy puts a format's log through the graph's first step.
func shuffledBy(t *testing.T, f logFormat, cfg summarize.Config, blocks []logentry.Block) *shuffled {
	t.Helper()
	cfg.K, cfg.Keys, cfg.Now = 10, testKeys(), noonOfLogs.Add(time.Hour)
	cfg.Sources = []logentry.Source{{Name: f.name + ".log", Format: f.logFormat(), TrustedProxies: []string{proxyAddress}}}
	if f.noHost {
		cfg.Sources[0].Host = f.site()
	}
	parse, err := summarize.New(&cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := &shuffled{t: t, all: map[string][]byte{}, sums: map[string]*report.Summary{}}
	for i := range blocks {
		parse.Add(&blocks[i], s.deadLetter)
		if i == len(blocks)/2 {
			parse.Flush(s.summary)
		}
	}
	parse.Flush(s.summary)
	for host, sum := range s.sums {
		s.add("merged summary of "+host, sum.AppendBinary(nil))
		observation, err := proto.Marshal(attack.Observe(sum, sum.Report(host, noonOfLogs, "minute")))
		if err != nil {
			t.Fatal(err)
		}
		s.add("observation of "+host, observation)
	}
	return s
}

func (f logFormat) logFormat() string {
	if f.format != "" {
		return f.format
	}
	return f.name
}

// messages makes a block of each line, as Pub/Sub gives them; one block stands for a file.
func messages(log []byte, arrival time.Time) (blocks []logentry.Block) {
	for line := range bytes.Lines(log) {
		blocks = append(blocks, logentry.Block{Data: line, ID: messageID, Arrival: arrival.UnixNano()})
	}
	return append(blocks, logentry.Block{Data: []byte(messageID), ID: messageID, Broken: true}, logentry.Block{TooLong: 2 << 20, ID: messageID})
}

// TestNoCanaryIsShuffled: what a runner keeps between steps holds templates, families, hosts, tokens and hashes, and none of the texts and
// addresses that they were made of. With a list of sites it does not even hold the names of other hosts.
func TestNoCanaryIsShuffled(t *testing.T) {
	templates := newScanner(append(neverOut(), canary{"message", messageID})...)
	sites := newScanner(sharedSites...)
	for _, f := range logFormats {
		file := logentry.Block{Data: f.log(), File: 7}
		live := summarize.Config{SitesOnly: true, Sites: map[string]string{f.site(): f.site()}, MaxLateness: time.Hour}
		runs := map[string]*shuffled{
			"file":     shuffledBy(t, f, summarize.Config{}, []logentry.Block{file}),
			"run":      shuffledBy(t, f, summarize.Config{AcrossDays: true}, []logentry.Block{file, file}),
			"messages": shuffledBy(t, f, live, messages(f.log(), noonOfLogs.Add(time.Minute))),
		}
		for kind, s := range runs {
			sum := s.sums[f.site()]
			if sum == nil || sum.Clients() < 10 || !bytes.Contains(s.all["merged summary of "+f.site()], []byte("/shared/article")) || len(s.all["dead letters"]) == 0 {
				t.Fatalf("%s of %s: there is nothing to look at", kind, f.name)
			}
			for what, data := range s.all {
				for _, n := range templates.find(data) {
					t.Errorf("%s of %s: %s hold %s", kind, f.name, what, n)
				}
				if kind != "messages" {
					continue
				}
				for _, n := range sites.find(data) {
					t.Errorf("%s of %s: %s hold %s", kind, f.name, what, n)
				}
			}
		}
	}
}
