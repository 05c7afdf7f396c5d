package integration

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
	"github.com/floodgauge/floodgauge/schemas"
)

// mayDiffer are the fields in which two reports may differ whose logs differ only in personal fields of one line. Lists are not among them: what
// they show is compared with what the k rule says.
var mayDiffer = map[string]string{
	"visitors":        "it is the number of distinct clients, which the line may change; checked against the truth",
	"visitors_sketch": "it is made of keyed hashes of the clients; empty below k, which is checked",
	"line_xor":        "it is made of line ids, which hang on the file's first bytes or on an id that the proxy chose",
}

// shopper is one request in the words of this test: what a report may tell of it, and what it must not tell.
type shopper struct {
	site, page, referrer, family int // indices of the lists below
	minute                       int
	private
}

// private is what a report must not tell.
type private struct {
	class, client int // a client among those of its class
	tail          int // seed of the rest: version of the agent, query, numbers in the path, path of the referrer, user, cookies, ids
}

// clientClasses are addresses of which a report may tell the same.
var clientClasses = [][]string{
	{"91.0.0.%d", "91.0.1.%d"}, {"90.0.0.%d", "90.0.7.%d"}, {"2003:0:%d::1", "2003:0:%d:7:8::9"}, {"198.51.100.%d", "203.0.113.%d"},
}

// interferenceK is small, so that lists are often at the edge.
const interferenceK = 3

var (
	interferenceSites = []string{"one.example.org", "two.example.net"}
	pagesAndTemplates = [][2]string{{"/article/%d", "/article/{n}"}, {"/user/~u%d/photos", "/user/{user}/photos"}, {"/shop/cart", "/shop/cart"},
		{"/mail/m%d@example.com", "/mail/{email}"}}
	referringSites = [][2]string{{"https://x%d.wikipedia.org/wiki/%d", "wikipedia.org"}, {"https://www.google.com/search?q=%d&u=%d", "google.com"},
		{"https://u%d:p%d@198.51.100.9/", "(address)"}, {"", ""}}
	agentsAndFamilies = [][2]string{{"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36", "Chrome"},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%d.0", "Firefox"}, {"curl/8.%d", "curl"}}
)

func (p private) address() netip.Addr {
	forms := clientClasses[p.class]
	return netip.MustParseAddr(fmt.Sprintf(forms[p.client%len(forms)], 1+p.client/len(forms)))
}

func (s shopper) visit() visit {
	text := func(field string) string { return fmt.Sprintf("%s%d", field, s.tail) }
	fill := func(form string) string { return strings.ReplaceAll(form, "%d", strconv.Itoa(10+s.tail)) }
	return visit{
		at: noonOfLogs.Add(time.Duration(s.minute) * time.Minute), client: s.address().String(), forwarded: s.address().String(), host: interferenceSites[s.site],
		target: fill(pagesAndTemplates[s.page][0]) + "?session=" + text("session"), method: "GET", protocol: "HTTP/1.1", country: "",
		referrer: fill(referringSites[s.referrer][0]), agent: fill(agentsAndFamilies[s.family][0]), personal: text,
	}
}

// group is what counts as one client for the k rule.
func (s shopper) group() netip.Prefix { return household(s.address()) }

// visitor is what counts as one visitor.
func (s shopper) visitor() netip.Prefix {
	bits := 64
	if s.address().Is4() {
		bits = 32
	}
	return netip.PrefixFrom(s.address(), bits).Masked()
}

func drawPrivate(t *rapid.T) private {
	return private{class: rapid.IntRange(0, len(clientClasses)-1).Draw(t, "class"), client: rapid.IntRange(0, 5).Draw(t, "client"),
		tail: rapid.IntRange(0, 80).Draw(t, "tail")}
}

func drawShopper(t *rapid.T) shopper {
	index := func(n int, name string) int { return rapid.IntRange(0, n-1).Draw(t, name) }
	return shopper{site: index(len(interferenceSites), "site"), page: index(len(pagesAndTemplates), "page"), referrer: index(len(referringSites), "referrer"),
		family: index(len(agentsAndFamilies), "family"), minute: index(2, "minute"), private: drawPrivate(t)}
}

// TestPersonalFieldsDoNotInterfere: whatever the personal fields of a line are, the report differs in nothing but what mayDiffer says and what the
// k rule shows or hides.
func TestPersonalFieldsDoNotInterfere(t *testing.T) {
	parsers := map[string]*summarize.Summarizer{}
	for _, f := range logFormats {
		parsers[f.name] = interferenceParser(t, f)
	}
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom(logFormats).Draw(t, "format")
		one := rapid.SliceOfN(rapid.Custom(drawShopper), 1, 40).Draw(t, "requests")
		two := slices.Clone(one)
		changed := &two[rapid.IntRange(0, len(two)-1).Draw(t, "changed")]
		class := changed.class
		changed.private = drawPrivate(t)
		changed.class = class
		compareRows(t, f, one, two, rowsBy(t, parsers[f.name], f, one), rowsBy(t, parsers[f.name], f, two))
	})
}

func interferenceParser(t *testing.T, f logFormat) *summarize.Summarizer {
	t.Helper()
	s, err := summarize.New(&summarize.Config{K: interferenceK, Keys: testKeys(), Now: noonOfLogs.Add(time.Hour), AcrossDays: true,
		Sources: []logentry.Source{{Name: f.name, Format: f.logFormat(), TrustedProxies: []string{proxyAddress}, Host: interferenceSites[0]}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// rowsBy are the rows of each site and minute, and of each site, by their name.
func rowsBy(t *rapid.T, s *summarize.Summarizer, f logFormat, requests []shopper) map[string]*schemas.TrafficReport {
	var log []byte
	for _, r := range requests {
		log = append(append(log, f.line(r.visit())...), '\n')
	}
	identity := logentry.FileIdentity(logentry.NewKey([16]byte{7}), log)
	s.Add(&logentry.Block{Data: log, File: identity}, func(d logentry.DeadLetter) { t.Fatalf("%s: %s", f.name, d.Reason) })
	rows, whole := map[string]*schemas.TrafficReport{}, map[string]*report.Summary{}
	s.Flush(func(host string, minute int64, sum *report.Summary) {
		start := time.Unix(60*minute, 0).UTC()
		rows[fmt.Sprintf("%s minute %d", host, minute-noonOfLogs.Unix()/60)] = sum.Report(host, start, "minute")
		if whole[host] == nil {
			whole[host] = report.New(interferenceK)
		}
		whole[host].Merge(sum)
	})
	for host, sum := range whole {
		rows[host+" all"] = sum.Report(host, time.Time{}, "all")
	}
	return rows
}

// compareRows compares what is the same for both, and each side with what the k rule says of it.
func compareRows(t *rapid.T, f logFormat, one, two []shopper, before, after map[string]*schemas.TrafficReport) {
	if len(before) == 0 || len(before) != len(after) {
		t.Fatalf("%d rows before, %d after", len(before), len(after))
	}
	for name, row := range before {
		other := after[name]
		checkTruth(t, row, inRow(f, one, name))
		checkTruth(t, other, inRow(f, two, name))
		takeLists(t, row, other)
		for _, r := range []*schemas.TrafficReport{row, other} {
			for field := range mayDiffer {
				r.ProtoReflect().Clear(r.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(field)))
			}
		}
		if diff := cmp.Diff(row, other, protocmp.Transform()); diff != "" {
			t.Fatalf("%s, %s: (-before +after)\n%s", f.name, name, diff)
		}
	}
}

// inRow are the requests of a row.
func inRow(f logFormat, requests []shopper, name string) (in []shopper) {
	for _, r := range requests {
		host := interferenceSites[r.site]
		if f.noHost {
			host = interferenceSites[0]
		}
		if name == host+" all" || name == fmt.Sprintf("%s minute %d", host, r.minute) {
			in = append(in, r)
		}
	}
	return in
}
