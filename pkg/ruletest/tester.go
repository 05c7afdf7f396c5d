package ruletest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/floodgauge/floodgauge/pkg/agent"
	"github.com/floodgauge/floodgauge/pkg/cloudarmor"
	"github.com/floodgauge/floodgauge/pkg/geo"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// tester counts the lines of one branch. It is not safe for concurrent use.
type tester struct {
	job       *Job
	parsers   []*logentry.Parser // by source
	queries   []bool             // by source: its format has the query
	agents    *agent.Classifier
	from, to  int64
	hosts     map[string]bool // nil: all
	questions []question
	line      line
	entry     logentry.Entry

	facts    []byte // scratch: what a line answers to the questions
	ends     []int  // where each answer ends
	tells    []known
	request  cloudarmor.Request
	seed     maphash.Seed
	verdicts []verdict

	counts                         summarize.Counts
	classes                        [vocabulary.ClientClassCount]Class
	missing                        []int64 // by question
	elsewhere, noAddress, networks int64
	addresses                      *addresses
}

// verdict is what the rule said of facts. Facts are told apart by their hash alone, which is seeded anew in every process: most requests are like one
// that came before, and a rule takes microseconds.
type verdict struct {
	hash   uint64 // 0: empty
	answer cloudarmor.Answer
}

// verdictSlots is a power of two.
const verdictSlots = 1 << 16

// Format implements fmt.Formatter for every verb: a tester holds parts of the last line.
func (*tester) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

func newTester(j *Job, db *geo.DB, a *addresses) (*tester, error) {
	t := &tester{job: j, agents: agent.New(), questions: questionsOf(j.Rule), line: line{geo: db}, seed: maphash.MakeSeed(),
		verdicts: make([]verdict, verdictSlots), addresses: a, from: -1 << 63, to: 1<<63 - 1}
	t.ends, t.tells, t.missing = make([]int, len(t.questions)), make([]known, len(t.questions)), make([]int64, len(t.questions))
	t.request = cloudarmor.Request{Attributes: map[string]any{}, Headers: map[string]string{}}
	t.line.Entry = &t.entry
	for i := range j.Sources {
		p, err := logentry.NewParser(&j.Sources[i])
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", j.Sources[i].Name, err)
		}
		t.parsers, t.queries = append(t.parsers, p), append(t.queries, p.LogsQuery())
	}
	if !j.From.IsZero() {
		t.from = j.From.UnixNano()
	}
	if !j.To.IsZero() {
		t.to = j.To.UnixNano()
	}
	if len(j.Hosts) > 0 {
		t.hosts = map[string]bool{}
		for _, h := range j.Hosts {
			t.hosts[h] = true
		}
	}
	return t, nil
}

// add takes in every line of a block.
func (t *tester) add(b *logentry.Block) {
	if b.TooLong > 0 {
		t.counts.Lines++
		t.counts.Bytes += b.TooLong
		t.counts.Dead[logentry.ReasonTooLong]++
		return
	}
	t.counts.Bytes += int64(len(b.Data))
	p := t.parsers[b.Source]
	t.line.logsQuery = t.queries[b.Source]
	for rest := b.Data; len(rest) > 0; {
		text, next, _ := bytes.Cut(rest, []byte{'\n'})
		rest = next
		if len(bytes.Trim(text, " \t\r")) == 0 || p.Header(text) {
			continue
		}
		t.counts.Lines++
		reason := logentry.ReasonTruncated
		if !b.Broken || len(rest) > 0 {
			reason = t.take(p, text)
		}
		if reason != logentry.OK {
			t.counts.Dead[reason]++
		}
	}
}

// take counts one line.
func (t *tester) take(p *logentry.Parser, text []byte) logentry.Reason {
	e := &t.entry
	if reason := p.Parse(text, e); reason != logentry.OK {
		return reason
	}
	if e.Time > t.job.Now.Add(summarize.MaxFuture).UnixNano() {
		return logentry.ReasonFuture
	}
	t.counts.Entries++
	switch {
	case e.Time < t.from || e.Time >= t.to:
		t.counts.OutsideRange++
	case t.hosts != nil && !t.hosts[t.site()]:
		t.counts.OtherHost++
	default:
		t.judge()
	}
	return logentry.OK
}

// site is the name by which a site is chosen.
func (t *tester) site() string {
	if site := t.job.Sites[string(t.entry.Host)]; site != "" {
		return site
	}
	return string(t.entry.Host)
}

// judge counts the request by its class and by what the rule says of it.
func (t *tester) judge() {
	class := t.class()
	c := &t.classes[class]
	c.Requests++
	switch t.ask() {
	case cloudarmor.Matches:
		c.Met++
		switch {
		case !t.entry.Client.IsValid():
			t.noAddress++
			return
		case t.line.network():
			t.networks++
		}
		t.addresses.add(t.entry.Client, class)
	case cloudarmor.Unknown:
		c.Undecided++
		t.blame()
	}
}

// class is what the agent and the address say, as in the reports.
func (t *tester) class() vocabulary.ClientClass {
	if !t.entry.Logged.Has(vocabulary.FieldAgent) {
		return vocabulary.ClientNone
	}
	a := t.agents.Classify(t.entry.UserAgent)
	if a.Class == vocabulary.ClientDeclaredBot && agent.Verified(t.line.visitor(), a.Family) {
		return vocabulary.ClientVerifiedBot
	}
	return a.Class
}

// ask puts the questions of the rule to the line, and the answers to the rule, unless it had the same before.
func (t *tester) ask() cloudarmor.Answer {
	t.facts = t.facts[:0]
	for i := range t.questions {
		t.facts, t.tells[i] = t.questions[i].answer(&t.line, t.facts)
		t.ends[i] = len(t.facts)
	}
	n := len(t.facts)
	for i, end := range t.ends {
		t.facts = append(binary.LittleEndian.AppendUint32(t.facts, uint32(end)), byte(t.tells[i]))
	}
	hash := max(maphash.Bytes(t.seed, t.facts), 1)
	t.facts = t.facts[:n]
	v := &t.verdicts[hash&(verdictSlots-1)]
	if v.hash != hash {
		v.hash, v.answer = hash, t.evaluate()
	}
	return v.answer
}

func (t *tester) evaluate() cloudarmor.Answer {
	r, from := &t.request, 0
	clear(r.Attributes)
	clear(r.Headers)
	r.Absent = r.Absent[:0]
	for i := range t.questions {
		q, value := &t.questions[i], t.facts[from:t.ends[i]]
		from = t.ends[i]
		switch {
		case t.tells[i] == unknown:
		case t.tells[i] == absent:
			r.Absent = append(r.Absent, q.header)
		case q.header != "":
			r.Headers[q.header] = latin1(value)
		case q.name == asn:
			number, _ := strconv.ParseInt(string(value), 10, 64)
			r.Attributes[q.name] = number
		default:
			r.Attributes[q.name] = latin1(value)
		}
	}
	answer, err := t.job.Rule.Evaluate(r)
	if err != nil {
		return cloudarmor.Unknown
	}
	return answer
}

// latin1 is what bytes are to the language: a character each.
func latin1(b []byte) string {
	if !slices.ContainsFunc(b, func(c byte) bool { return c >= utf8.RuneSelf }) {
		return string(b)
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// blame counts what an undecided request does not tell.
func (t *tester) blame() {
	told := true
	for i, k := range t.tells {
		if k == unknown {
			t.missing[i]++
			told = false
		}
	}
	if told {
		t.elsewhere++
	}
}
