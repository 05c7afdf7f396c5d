package agent

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

func TestClassify(t *testing.T) {
	const (
		browser = vocabulary.ClientBrowser
		bot     = vocabulary.ClientDeclaredBot
		tool    = vocabulary.ClientTool
		other   = vocabulary.ClientOther
	)
	cases := []struct {
		ua, family string
		class      vocabulary.ClientClass
	}{
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", "Chrome", browser},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge", browser},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox", browser},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Safari", browser},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 Mobile/15E148 Safari/604.1", "Chrome", browser},
		{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36", "Samsung Internet", browser},
		{"Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Mobile Safari/537.36", "Chrome", browser},
		{"Mozilla/5.0 (Linux; U; Android 2.3; en) AppleWebKit/533.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1", "Android Browser", browser},
		{"Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer", browser},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Instagram 330.0 (iPhone12,1)", "Instagram app", browser},
		{"Mozilla/5.0 (Windows NT 6.1) AppleWebKit/535.1 (KHTML, like Gecko) Chrome/14.0 Safari/535.1 SE 2.X MetaSr 1.0", "Sogou Browser", browser},
		{"Opera/9.80 (X11; Linux x86_64) Presto/2.12.388 Version/12.16", "Opera", browser},
		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot", bot},
		{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/126.0 Safari/537.36", "Googlebot", bot},
		{"Googlebot-Image/1.0", "Googlebot-Image", bot},
		{"AdsBot-Google (+http://www.google.com/adsbot.html)", "AdsBot-Google", bot},
		{"Mozilla/5.0 (Linux; Android) Chrome/1 (compatible; AdsBot-Google-Mobile; +http://www.google.com/mobile/adsbot.html)", "AdsBot-Google-Mobile", bot},
		{"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "bingbot", bot},
		{"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "YandexBot", bot},
		{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; GPTBot/1.2; +https://openai.com/gptbot", "GPTBot", bot},
		{"Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", "SemrushBot", bot},
		{"Mozilla/5.0 (compatible; NewThing-bot/1.0; +http://new.example/bot)", "other bot", bot},
		{"SomethingSpider", "other bot", bot},
		{"curl/8.5.0", "curl", tool},
		{"Wget/1.21", "Wget", tool},
		{"python-requests/2.31.0", "python-requests", tool},
		{"Go-http-client/1.1", "Go-http-client", tool},
		{"okhttp/4.9.0", "okhttp", tool},
		{"Java/17.0.1", "Java", tool},
		{"sqlmap/1.7#stable (https://sqlmap.org)", "sqlmap", tool},
		{"Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:map_codes)", "Nikto", tool},
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0 Safari/537.36", "HeadlessChrome", tool},
		{"Podcasts/1650.1 CFNetwork/1333 Darwin/21.5.0", "Apple app", other},
		{"Mozilla/5.0", "other", other},
		{"Chrome/126", "other", other},
		{"EvilCorp-Attack/1.0", "other", other},
		{"<script>alert(1)</script>", "other", other},
		{"", "", vocabulary.ClientEmpty},
		{"-", "", vocabulary.ClientEmpty},
		{"  \t", "", vocabulary.ClientEmpty},
	}
	c := New()
	for _, tc := range cases {
		want := Agent{Family: tc.family, Class: tc.class}
		if diff := cmp.Diff(want, c.Classify([]byte(tc.ua))); diff != "" {
			t.Errorf("Classify(%q) (-want +got):\n%s", tc.ua, diff)
		}
	}
}

//go:embed testdata/elastic-agents.tsv
var elasticAgents string

// eachElastic calls f for each agent of 10,000 real log lines, with the number of lines it stands in.
func eachElastic(t testing.TB, f func(lines int, ua []byte)) {
	t.Helper()
	for line := range strings.Lines(elasticAgents) {
		count, ua, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		n, err := strconv.Atoi(count)
		if !ok || err != nil {
			t.Fatalf("bad test data: %q", line)
		}
		f(n, []byte(ua))
	}
}

func TestRealAgentsAreKnown(t *testing.T) {
	c := New()
	total := 0
	classes, unknown := map[string]int{}, map[string]int{}
	eachElastic(t, func(lines int, ua []byte) {
		a := c.Classify(ua)
		total += lines
		classes[a.Class.String()] += lines
		if a.Family == familyOther || a.Family == "other bot" || a.Family == "other browser" {
			unknown[a.Family] += lines
		}
	})
	t.Logf("%d lines: %v; without a family: %v", total, classes, unknown)
	if total != 10_000 {
		t.Errorf("%d lines, want 10000", total)
	}
	if share := float64(unknown[familyOther]) / float64(total); share > 0.01 {
		t.Errorf("%.2f %% of lines are other, want at most 1 %%", 100*share)
	}
	if share := float64(unknown["other bot"]+unknown["other browser"]) / float64(total); share > 0.01 {
		t.Errorf("%.2f %% of lines are of an unknown bot or browser, want at most 1 %%", 100*share)
	}
}

// Whatever a client sends, the family is one of the list.
func TestFamiliesAreClosed(t *testing.T) {
	c := New()
	families := c.Families()
	if !slices.IsSorted(families) {
		t.Error("families are not sorted")
	}
	for _, f := range families {
		if strings.Trim(f, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-") != "" || len(f) > 60 ||
			strings.ContainsAny(f[:1], " ._-") {
			t.Errorf("family %q is not harmless", f)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom(families), rapid.SampledFrom([]string{"Mozilla/5.0 (", "Chrome/", "bot", "; ", " "})), 0, 12)
		ua := strings.Join(parts.Draw(t, "parts"), "")
		a := c.Classify([]byte(ua))
		if _, ok := slices.BinarySearch(families, a.Family); !ok && a.Class != vocabulary.ClientEmpty {
			t.Fatalf("Classify(%q) invents the family %q", ua, a.Family)
		}
		if a.Class == vocabulary.ClientNone || a.Class == vocabulary.ClientVerifiedBot || (a.Class == vocabulary.ClientEmpty) != (a.Family == "") {
			t.Fatalf("Classify(%q) = %+v", ua, a)
		}
	})
}

// The automaton finds the same terms as a search for each.
func TestMatcherEqualsSearch(t *testing.T) {
	c := New()
	rapid.Check(t, func(t *rapid.T) {
		lines := strings.Split(elasticAgents, "\n")
		ua := rapid.SampledFrom(lines).Draw(t, "a") + rapid.SampledFrom(lines).Draw(t, "b") + rapid.String().Draw(t, "c")
		if len(ua) > maxAgent {
			ua = ua[:maxAgent]
		}
		var want *term
		for i := range c.terms {
			term := &c.terms[i]
			if want != nil && term.weight < want.weight || term.onlyWeb && !strings.HasPrefix(ua, "Mozilla/") {
				continue
			}
			for end := len(term.literal); end <= len(ua); end++ {
				if strings.EqualFold(ua[end-len(term.literal):end], term.literal) && term.fits([]byte(ua), end) {
					want = term
				}
			}
		}
		if got := c.find([]byte(ua)); got != want {
			t.Fatalf("find(%q) = %v, want %v", ua, got, want)
		}
	})
}

func TestListMistakesAreExplained(t *testing.T) {
	for _, line := range []string{"bot\t\tX", "bot\t\t\tX", "bot\t\tX\t", "robot\t\tX\tX"} {
		if _, err := newClassifier(line); err == nil || !strings.Contains(err.Error(), "term 0") {
			t.Errorf("line %q: error %v", line, err)
		}
	}
}

func BenchmarkClassify(b *testing.B) {
	c := New()
	hostile := []byte("Mozilla/5.0 " + strings.Repeat("bot Chrome/ spider ", 430))
	for _, ua := range [][]byte{
		[]byte("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"),
		[]byte("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/126.0.0.0 Safari/537.36"),
		[]byte("curl/8.5.0"),
		hostile,
	} {
		b.Run(fmt.Sprintf("%d_bytes", len(ua)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Classify(ua)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := newClassifier(knownList, crawlerList); err != nil {
			b.Fatal(err)
		}
	}
}
