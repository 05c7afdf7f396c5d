package reportwriter

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/schemas"
)

// statusClasses are the keys of TrafficReport.status_class.
var statusClasses = []string{"1xx", "2xx", "3xx", "4xx", "5xx", "none", "other"}

// namesFrom lists the names of a closed vocabulary from first on, up to end (excluded).
func namesFrom[T interface {
	~uint8
	String() string
}](first, end T) []string {
	var names []string
	for v := first; v < end; v++ {
		names = append(names, v.String())
	}
	return names
}

// csvClasses makes a column for each value of a closed vocabulary.
func csvClasses(column string, counts func(*schemas.TrafficReport) map[string]int64, values []string) []csvColumn {
	columns := make([]csvColumn, len(values))
	for i, value := range values {
		columns[i] = csvColumn{column + "_" + value, func(r *schemas.TrafficReport, m missing) string {
			if why := m.column(column, len(counts(r))); why != "" {
				return why
			}
			return csvInt(counts(r)[value])
		}}
	}
	return columns
}

func csvCacheColumns() []csvColumn {
	var columns []csvColumn
	add := func(name string, count func(*schemas.Cache) int64) {
		columns = append(columns, csvColumn{"cache_" + name, func(r *schemas.TrafficReport, _ missing) string {
			if r.Cache == nil {
				return notLogged
			}
			return csvInt(count(r.Cache))
		}})
	}
	add("hit", (*schemas.Cache).GetHit)
	add("validated", (*schemas.Cache).GetValidated)
	add("miss", (*schemas.Cache).GetMiss)
	add("uncached", (*schemas.Cache).GetUncached)
	add("hit_bytes", (*schemas.Cache).GetHitBytes)
	add("validated_bytes", (*schemas.Cache).GetValidatedBytes)
	add("miss_bytes", (*schemas.Cache).GetMissBytes)
	add("uncached_bytes", (*schemas.Cache).GetUncachedBytes)
	add("fill_bytes", (*schemas.Cache).GetFillBytes)
	return columns
}

func csvDistribution(name string, distribution func(*schemas.TrafficReport) *schemas.Distribution) []csvColumn {
	var columns []csvColumn
	add := func(part string, value func(*schemas.Distribution) float64) {
		columns = append(columns, csvColumn{name + "_" + part, func(r *schemas.TrafficReport, _ missing) string {
			if distribution(r) == nil {
				return notLogged
			}
			return csvFloat(value(distribution(r)))
		}})
	}
	add("p50", (*schemas.Distribution).GetP50)
	add("p95", (*schemas.Distribution).GetP95)
	add("p99", (*schemas.Distribution).GetP99)
	add("mean", (*schemas.Distribution).GetMean)
	return columns
}

func csvLists() []csvColumn {
	return []csvColumn{
		csvList("top_paths", (*schemas.TrafficReport).GetTopPaths, (*schemas.TopPath).GetPath),
		csvList("top_countries", (*schemas.TrafficReport).GetTopCountries, (*schemas.TopValue).GetValue),
		csvList("top_networks", (*schemas.TrafficReport).GetTopNetworks, func(n *schemas.TopNetwork) string { return fmt.Sprintf("AS%d", n.GetAsn()) }),
		csvList("top_referrers", (*schemas.TrafficReport).GetTopReferrers, (*schemas.TopValue).GetValue),
		csvList("top_agents", (*schemas.TrafficReport).GetTopAgents, (*schemas.TopValue).GetValue),
		{"not_listed", func(r *schemas.TrafficReport, _ missing) string { return csvRest(r, (*schemas.ListRest).GetRequests) }},
	}
}

// csvRest is a figure of what each list leaves out.
func csvRest(r *schemas.TrafficReport, figure func(*schemas.ListRest) int64) string {
	cells := make([]string, 0, len(r.GetRest()))
	for _, list := range sortedKeys(r.GetRest()) {
		cells = append(cells, csvPair(list, figure(r.GetRest()[list])))
	}
	return strings.Join(cells, "; ")
}

func csvList[T interface{ GetRequests() int64 }](name string, list func(*schemas.TrafficReport) []T, value func(T) string) csvColumn {
	return csvColumn{name, func(r *schemas.TrafficReport, m missing) string {
		if why := m.column(name, len(list(r))); why != "" {
			return why
		}
		cells := make([]string, len(list(r)))
		for i, item := range list(r) {
			cells[i] = csvPair(value(item), item.GetRequests())
		}
		return strings.Join(cells, "; ")
	}}
}

func csvMap[K cmp.Ordered](column string, counts map[K]int64, m missing) string {
	if why := m.column(column, len(counts)); why != "" {
		return why
	}
	cells := make([]string, 0, len(counts))
	for _, key := range sortedKeys(counts) {
		cells = append(cells, csvPair(fmt.Sprint(key), counts[key]))
	}
	return strings.Join(cells, "; ")
}

// csvPair is one item of a list in a cell. The semicolon, which separates items, is percent-encoded within a name.
func csvPair(name string, count int64) string {
	return strings.ReplaceAll(name, ";", "%3B") + "=" + csvInt(count)
}

func csvInt(v int64) string { return strconv.FormatInt(v, 10) }

func csvFloat(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func csvOptional(v *int64) string {
	if v == nil {
		return notLogged
	}
	return csvInt(*v)
}

func csvTime(t *timestamppb.Timestamp) string {
	if t == nil {
		return ""
	}
	return t.AsTime().Format(time.RFC3339Nano)
}

// SafeCell makes a text harmless in spreadsheets, which take a cell for a formula by its first character, whether quoted or not.
func SafeCell(s string) string {
	s = plain(s, false)
	if s != "" && strings.ContainsRune("=+-@|%", rune(s[0])) {
		return "'" + s
	}
	return s
}
