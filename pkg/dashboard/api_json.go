package dashboard

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// The shapes of the JSON interface; static/openapi.json says what they mean. null stands for "not logged" or "there is none".

type sitesJSON struct {
	From   time.Time  `json:"from"`
	To     time.Time  `json:"to"`
	Step   string     `json:"step"`
	Total  int        `json:"total"`
	Offset int        `json:"offset"`
	Limit  int        `json:"limit"`
	Sites  []siteJSON `json:"sites"`
}

type siteJSON struct {
	Host          string      `json:"host"`
	Requests      int64       `json:"requests"`
	ResponseBytes int64       `json:"response_bytes"`
	Errors        int64       `json:"errors"`
	Last          *time.Time  `json:"last"`
	Points        []countJSON `json:"points"`
}

type countJSON struct {
	Start       time.Time `json:"start"`
	Requests    int64     `json:"requests"`
	Provisional bool      `json:"provisional"`
}

func sitesAnswer(list *siteList) sitesJSON {
	answer := sitesJSON{From: list.From, To: list.To, Step: list.Level, Total: list.Total, Offset: list.Offset, Limit: list.Limit, Sites: []siteJSON{}}
	for _, site := range list.Sites {
		s := siteJSON{Host: site.Host, Requests: site.Requests, ResponseBytes: site.ResponseBytes, Errors: site.Errors, Last: optionalTime(site.Last),
			Points: []countJSON{}}
		for _, p := range site.Points {
			s.Points = append(s.Points, countJSON{p.Start.UTC(), p.Requests, p.Provisional})
		}
		answer.Sites = append(answer.Sites, s)
	}
	return answer
}

type seriesJSON struct {
	Host        string      `json:"host"`
	Step        string      `json:"step"`
	StepSeconds int         `json:"step_seconds"`
	From        time.Time   `json:"from"`
	To          time.Time   `json:"to"`
	Now         time.Time   `json:"now"`
	DataTo      *time.Time  `json:"data_to"`
	KnownTo     *time.Time  `json:"known_to"`
	State       string      `json:"state"`
	Points      []pointJSON `json:"points"`
}

type pointJSON struct {
	Start         time.Time        `json:"start"`
	Requests      int64            `json:"requests"`
	ResponseBytes *int64           `json:"response_bytes"`
	StatusClass   map[string]int64 `json:"status_class"`
	CacheHits     *int64           `json:"cache_hits"`
	CacheHitBytes *int64           `json:"cache_hit_bytes"`
	Visitors      *int64           `json:"visitors"`
	P50           *float64         `json:"p50"`
	P95           *float64         `json:"p95"`
	P99           *float64         `json:"p99"`
	LateLines     int64            `json:"late_lines"`
	Lines         int64            `json:"lines"`
	Provisional   bool             `json:"provisional"`
	Incomplete    bool             `json:"incomplete"`
}

func seriesAnswer(host string, p period, points []reportstore.Point, fresh freshness, now time.Time) seriesJSON {
	answer := seriesJSON{Host: host, Step: p.Level, StepSeconds: int(p.step().Seconds()), From: p.From, To: p.To, Now: now,
		DataTo: optionalTime(fresh.DataTo), KnownTo: optionalTime(fresh.KnownTo), State: fresh.State, Points: make([]pointJSON, 0, len(points))}
	for _, p := range points {
		j := pointJSON(p)
		j.Start = p.Start.UTC()
		j.P50, j.P95, j.P99 = rounded(p.P50), rounded(p.P95), rounded(p.P99)
		answer.Points = append(answer.Points, j)
	}
	return answer
}

// rounded leaves four digits of a percentile, which is within one per cent of the truth: the others would make up most of an answer.
func rounded(v *float64) *float64 {
	if v == nil {
		return nil
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(*v, 'g', 4, 64), 64)
	if err != nil {
		return v
	}
	return &short
}

type totalJSON struct {
	Host string          `json:"host"`
	From time.Time       `json:"from"`
	To   time.Time       `json:"to"`
	Row  json.RawMessage `json:"row"`
}

type statusJSON struct {
	State      string        `json:"state"`
	DataTo     *time.Time    `json:"data_to"`
	KnownTo    *time.Time    `json:"known_to"`
	LagSeconds float64       `json:"lag_seconds"`
	Now        time.Time     `json:"now"`
	Operator   *operatorJSON `json:"operator"`
}

// operatorJSON is for who may see every site: it names sources.
type operatorJSON struct {
	RunningSince   *time.Time       `json:"running_since"`
	LastCommit     *time.Time       `json:"last_commit"`
	Halted         string           `json:"halted"`
	OpenMinutes    int              `json:"open_minutes"`
	DeadLines      map[string]int64 `json:"dead_lines"`
	SetAside       int              `json:"set_aside"`
	SetAsideOldest *time.Time       `json:"set_aside_oldest"`
	Incomplete     int              `json:"incomplete_minutes"`
	OverCap        int64            `json:"over_cap_lines"`
	Bytes          int64            `json:"store_bytes"`
	Sources        []sourceJSON     `json:"sources"`
}

type sourceJSON struct {
	Source    string           `json:"source"`
	Lines     int64            `json:"lines"`
	Bytes     int64            `json:"bytes"`
	DeadLines map[string]int64 `json:"dead_lines"`
	Frontier  *time.Time       `json:"frontier"`
	Behind    int64            `json:"behind_bytes"`
	Oldest    *time.Time       `json:"oldest_unread"`
	Problem   string           `json:"problem"`
}

func operatorAnswer(status *reportstore.Status, live Live) *operatorJSON {
	answer := &operatorJSON{RunningSince: optionalTime(live.Since), LastCommit: optionalTime(lastCommit(status, live)), Halted: live.Halted,
		OpenMinutes: status.OpenMinutes, DeadLines: orEmpty(status.DeadLines), SetAside: status.SetAside,
		SetAsideOldest: optionalTime(status.SetAsideOldest), Incomplete: status.Incomplete, OverCap: live.OverCap, Bytes: status.Bytes, Sources: []sourceJSON{}}
	for _, source := range sourcesNow(status, live) {
		answer.Sources = append(answer.Sources, sourceJSON{Source: source.Source, Lines: source.Lines, Bytes: source.Bytes,
			DeadLines: orEmpty(source.Dead), Frontier: optionalTime(source.Frontier), Behind: source.Behind,
			Oldest: optionalTime(source.Oldest), Problem: source.Problem})
	}
	return answer
}

// lastCommit is the later of what the store and the running collector know.
func lastCommit(status *reportstore.Status, live Live) time.Time {
	if live.LastCommit.After(status.LastCommit) {
		return live.LastCommit
	}
	return status.LastCommit
}

// sourcesNow are the sources as the store knows them, with what the running collector knows better.
func sourcesNow(status *reportstore.Status, live Live) []reportstore.SourceState {
	sources := append([]reportstore.SourceState{}, status.Sources...)
	for i := range sources {
		for _, l := range live.Sources {
			if l.Source == sources[i].Source {
				sources[i].Behind, sources[i].Oldest = l.Behind, l.Oldest
			}
		}
	}
	return sources
}

func orEmpty(counts map[string]int64) map[string]int64 {
	if counts == nil {
		return map[string]int64{}
	}
	return counts
}

func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
