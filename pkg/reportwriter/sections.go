package reportwriter

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/floodgauge/floodgauge/schemas"
)

// listRows is how many values of a list a page shows.
const listRows = 10

// sections are the lists of a page, in the order in which somebody in trouble asks. On a wide screen they stand in pairs.
func sections(r *schemas.TrafficReport, screen Screen) [][]line {
	width := screen.width()
	if width < twoColumns {
		blocks := [][]line{statusSection(r, screen, width), originSection(r, screen, width), defenceSection(r, screen, width), clientSection(r, screen, width)}
		blocks = append(blocks, pathSection(r, screen, width))
		blocks = append(blocks, valueSections(r, screen, width)...)
		return append(blocks, cacheSection(r, screen, width), wireSection(r, screen, width))
	}
	half := (width - columnGap) / 2
	blocks := pairs(half, statusSection(r, screen, half), clientSection(r, screen, half), defenceSection(r, screen, half), originSection(r, screen, half))
	blocks = append(blocks, pathSection(r, screen, width))
	blocks = append(blocks, pairs(half, valueSections(r, screen, half)...)...)
	return append(blocks, pairs(half, cacheSection(r, screen, half), wireSection(r, screen, half))...)
}

// pairs puts the blocks that are not empty side by side, two in a row.
func pairs(width int, blocks ...[]line) [][]line {
	blocks = slices.DeleteFunc(blocks, func(b []line) bool { return len(b) == 0 })
	var joined [][]line
	for pair := range slices.Chunk(blocks, 2) {
		if len(pair) == 1 {
			joined = append(joined, pair[0])
		} else {
			joined = append(joined, beside(pair[0], pair[1], width+columnGap))
		}
	}
	return joined
}

// statusSection shows the classes, and under the classes of errors their commonest codes.
func statusSection(r *schemas.TrafficReport, screen Screen, width int) []line {
	if len(r.StatusClass) == 0 {
		return nil
	}
	total := total(r.StatusClass)
	g := grid{title: "How requests ended", heads: []string{"requests", "share"}, bars: true, aligned: true}
	for _, class := range sortedKeys(r.StatusClass) {
		n := r.StatusClass[class]
		s := map[string]style{"5xx": red, "4xx": yellow}[class]
		g.add(s, n, wordFor(statusClassWords, class, screen.ASCII), count(n), percent(n, total))
		if class != "4xx" && class != "5xx" {
			continue
		}
		for _, code := range codesOf(r.Status, class)[:min(5, len(codesOf(r.Status, class)))] {
			g.add(normal, 0, "     "+statusWords(code), count(r.Status[code]), percent(r.Status[code], total))
		}
	}
	return g.render(screen, width)
}

// codesOf are the codes of a class, the commonest first.
func codesOf(status map[int32]int64, class string) []int32 {
	return slices.DeleteFunc(sortedByCount(status), func(code int32) bool { return int32(class[0]-'0') != code/100 })
}

func total(counts map[string]int64) int64 {
	var total int64
	for _, n := range counts {
		total += n
	}
	return total
}

// countSection is a list of a closed vocabulary.
func countSection(title string, counts map[string]int64, words map[string]string, whole int64, screen Screen, width int) []line {
	if total(counts) == 0 {
		return nil
	}
	g := grid{title: title, heads: []string{"requests", "share"}, bars: true, aligned: true}
	for _, name := range sortedByCount(counts) {
		if n := counts[name]; n > 0 {
			g.add(normal, n, wordFor(words, name, screen.ASCII), count(n), percent(n, whole))
		}
	}
	return g.render(screen, width)
}

func originSection(r *schemas.TrafficReport, screen Screen, width int) []line {
	return countSection("Why the origin failed", r.OriginErrors, originErrorWords, r.Requests, screen, width)
}

func clientSection(r *schemas.TrafficReport, screen Screen, width int) []line {
	return countSection("Who asked", r.Clients, clientWords, r.Requests, screen, width)
}

func defenceSection(r *schemas.TrafficReport, screen Screen, width int) []line {
	lines := countSection("What your defence did", r.Enforced, actionWords, r.Requests, screen, width)
	if n := stopped(r.Preview); n > 0 {
		if len(lines) == 0 {
			lines = []line{{{text: "What your defence did", style: bold}}}
		}
		text := fmt.Sprintf("Rules in preview, which only watch, would have stopped %s more (%s).", count(n), percent(n, r.Requests))
		lines = append(lines, indented(text, width, dim)...)
	}
	return lines
}

func cacheSection(r *schemas.TrafficReport, screen Screen, width int) []line {
	c := r.Cache
	if c == nil {
		return nil
	}
	whole := c.Hit + c.Validated + c.Miss + c.Uncached
	g := grid{title: "What the cache did", heads: []string{"requests", "share", "sent"}, bars: true, aligned: true}
	for _, part := range []struct {
		name         string
		count, bytes int64
	}{{"hit", c.Hit, c.HitBytes}, {"validated", c.Validated, c.ValidatedBytes}, {"miss", c.Miss, c.MissBytes}, {"uncached", c.Uncached, c.UncachedBytes}} {
		g.add(normal, part.count, cacheWords[part.name], count(part.count), percent(part.count, whole), byteCount(part.bytes))
	}
	return g.render(screen, width)
}

// wireSection shows methods and HTTP versions, of which people need the shares only.
func wireSection(r *schemas.TrafficReport, screen Screen, width int) []line {
	if total(r.Methods)+total(r.Protocols) == 0 {
		return nil
	}
	g := grid{title: "How they asked", heads: []string{"requests", "share"}, bars: true, aligned: true}
	for _, part := range []struct {
		counts map[string]int64
		words  map[string]string
	}{{r.Methods, methodWords}, {r.Protocols, protocolWords}} {
		for _, name := range sortedByCount(part.counts) {
			if n := part.counts[name]; n > 0 {
				g.add(normal, n, wordFor(part.words, name, screen.ASCII), count(n), percent(n, cmp.Or(total(part.counts), 1)))
			}
		}
	}
	return g.render(screen, width)
}
