package reportwriter

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/schemas"
)

// drawSites makes rows of one or two sites: a page's row each, and finer rows in order of time.
func drawSites(t *rapid.T) []*schemas.TrafficReport {
	var rows []*schemas.TrafficReport
	for range rapid.IntRange(1, 2).Draw(t, "sites") {
		all := drawReport(t)
		all.Level = "all"
		rows = append(rows, all)
		if rapid.Bool().Draw(t, "with minutes") {
			scale := rapid.Int64Range(0, 1e12).Draw(t, "scale")
			rows = append(rows, minuteRows(all.Host, scale)...)
		}
	}
	return append(rows, hostileRow())
}

func TestWriteTable_fitsAndHasNothingForATerminalToObey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		page := Page{
			Screen: Screen{Width: rapid.IntRange(1, 200).Draw(t, "width"), ASCII: rapid.Bool().Draw(t, "ascii")}, Steps: rapid.Bool().Draw(t, "steps"),
			Notes: []string{rapid.String().Draw(t, "note")}, ClientsHelp: hostileText, Sites: rapid.IntRange(0, 2).Draw(t, "pages"),
		}
		for text := range strings.Lines(string(tableOf(t, page, drawSites(t)...))) {
			text = strings.TrimSuffix(text, "\n")
			if n := utf8.RuneCountInString(text); n > page.Screen.Width {
				t.Fatalf("%d columns on a screen of %d: %s", n, page.Screen.Width, text)
			}
			if strings.IndexFunc(text, unicode.IsControl) >= 0 || !utf8.ValidString(text) || strings.TrimRight(text, " ") != text {
				t.Fatalf("line %q has a control character, broken UTF-8 or spaces at its end", text)
			}
			if page.Screen.ASCII && strings.IndexFunc(text, func(r rune) bool { return r > '~' }) >= 0 {
				t.Fatalf("line %q is not ASCII", text)
			}
		}
	})
}

// Colours add escape sequences of our own and change nothing else.
func TestWriteTable_colourOnlyColours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawSites(t)
		page := Page{Screen: Screen{Width: rapid.IntRange(20, 160).Draw(t, "width")}}
		want := tableOf(t, page, rows...)
		page.Screen.Color = true
		got := tableOf(t, page, rows...)
		for _, code := range append(styleCodes[1:], "\x1b[0m") {
			got = bytes.ReplaceAll(got, []byte(code), nil)
		}
		if !bytes.Equal(want, got) {
			t.Fatalf("with colours the page reads\n%s\nwithout\n%s", got, want)
		}
	})
}

func TestWriteTable_orderOfRowsDoesNotMatter(t *testing.T) {
	rows := manySites(30)
	want := tableOf(t, Page{}, rows...)
	slices.Reverse(rows)
	if got := tableOf(t, Page{}, rows...); !bytes.Equal(want, got) {
		t.Error("the order of the sites' rows changed the pages")
	}
}

func TestWriteTable_withoutARowOfLevelAll(t *testing.T) {
	err := WriteTable(new(bytes.Buffer), slices.Values(minuteRows("shop.example.com", 1)), Page{})
	if err == nil || !strings.Contains(err.Error(), "shop.example.com") {
		t.Errorf("error is %v, want one that names the site", err)
	}
}

// What the chart shows is what the steps hold, however many of them there are.
func TestTimeline_keepsTheSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		level := rapid.SampledFrom([]string{"minute", "hour", "day"}).Draw(t, "level")
		room := rapid.IntRange(2, 150).Draw(t, "room")
		var steps []step
		var want int64
		i := rapid.IntRange(0, 3000).Draw(t, "first")
		for range rapid.IntRange(2, 200).Draw(t, "steps") {
			s := step{start: evening.Truncate(levelLengths[level]), length: levelLengths[level], requests: rapid.Int64Range(0, 1e9).Draw(t, "n")}
			s.start = s.start.Add(s.length * time.Duration(i))
			i += rapid.IntRange(1, 5).Draw(t, "gap")
			want += s.requests
			steps = append(steps, s)
		}
		line, ok := newTimeline(steps, room)
		if !ok {
			return
		}
		var got int64
		for _, c := range line.columns {
			got += c.requests
		}
		if got != want || len(line.columns)*line.width > room {
			t.Fatalf("%d of %d requests in %d columns of %d cells, room %d", got, want, len(line.columns), line.width, room)
		}
	})
}

// What a list leaves out because the page is short is told apart from what the row leaves out.
func TestWriteTable_longListsEndInWords(t *testing.T) {
	r := &schemas.TrafficReport{Host: "a.example", Level: "all", Requests: 1000, SampleRate: 1, K: 10, Rest: map[string]*schemas.ListRest{"top_paths": {Requests: 100}}}
	for i := range 15 {
		r.TopPaths = append(r.TopPaths, &schemas.TopPath{Path: "/" + strings.Repeat("a", i), Requests: int64(67 - i)})
	}
	page := string(tableOf(t, Page{}, r))
	if n := strings.Count(page, "\n  /"); n != listRows {
		t.Errorf("%d paths are shown, want %d", n, listRows)
	}
	want := "  the next 5 paths (--by all --format csv lists them): 275 (27.5 %)\n  other paths: 100 (10.0 %)\n" // 57 + 56 + 55 + 54 + 53
	if !strings.Contains(page, want) {
		t.Errorf("%q is not in\n%s", want, page)
	}
}

func TestWriteTable_visitorsOfSeveralDays(t *testing.T) {
	r := blogRow()
	if page := string(tableOf(t, Page{}, r)); strings.Contains(page, "per day") {
		t.Errorf("one day:\n%s", page)
	}
	r.LastEvent = at(24 * 60)
	page := string(tableOf(t, Page{}, r))
	if want := "9 different addresses, counted per day and added"; !strings.Contains(page, want) {
		t.Errorf("%q is not in\n%s", want, page)
	}
}

// Nine years on one chart need more than a day and a month.
func TestWriteTable_longChartsNameTheYear(t *testing.T) {
	all := blogRow()
	rows := []*schemas.TrafficReport{all}
	for i := range 100 {
		row := blogRow()
		row.Level, row.Minute = "day", timestamppb.New(time.Date(2015, 5, 18+i*30, 0, 0, 0, 0, time.UTC))
		rows = append(rows, row)
	}
	page := string(tableOf(t, Page{}, rows...))
	for _, want := range []string{"2016", "2022", "each column is"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not in\n%s", want, page)
		}
	}
}
