// Package reportstore says what a store of traffic reports must do: what a slice of a live run or a replay hands it (writing), and what pages,
// commands and audits ask of it (reading). The stores themselves are the packages below it, and one suite of tests holds them all. It knows
// neither engines nor log formats, and what it keeps names no visitor but for the encoded summaries of minutes, hours and days that are not closed
// yet, which hold clients as day-keyed tokens. Until they expire, literals hold what fewer than k clients shared.
package reportstore

import (
	"context"
	"errors"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/schemas"
)

// What a store can say went wrong; each comes wrapped in a sentence that says where and what to do.
var (
	// ErrFull: the disk has no room. Nothing of the commit is visible; it can be tried again.
	ErrFull = errors.New("the disk is full")
	// ErrLocked: another process works with the same data.
	ErrLocked = errors.New("the data is in use")
	// ErrDamaged: a file is no store, or its content is broken.
	ErrDamaged = errors.New("the data is damaged")
	// ErrNewer: the file was written by a newer version of this program.
	ErrNewer = errors.New("the data is from a newer version")
	// ErrStale: a commit's cursor does not continue where the store's is: somebody else committed it, or it was committed before.
	ErrStale = errors.New("the commit was made from an older state")
	// ErrFewerLines: a rebuild has fewer lines of a minute than the store; Force does it anyhow.
	ErrFewerLines = errors.New("the batch has fewer lines than the data")
	// ErrOpen: a rebuild reaches into minutes that are not closed yet.
	ErrOpen = errors.New("minutes are still open")
)

// The levels of rows.
const (
	Minute = "minute"
	Hour   = "hour"
	Day    = "day"
)

// Span is the length of a level's slots.
func Span(level string) time.Duration {
	switch level {
	case Minute:
		return time.Minute
	case Hour:
		return time.Hour
	}
	return 24 * time.Hour
}

// RowKind tells the rows of one host and slot apart.
type RowKind uint8

const (
	// Provisional is the row of a slot that is not closed; the next one replaces it, and a Closed one ends it.
	Provisional RowKind = iota
	// Closed is the row of a slot that was closed, with its lists. There is at most one in a generation.
	Closed
	// Late is a further row of counters of a closed slot. There may be many.
	Late
)

// Row is one traffic report; its host, level and slot (the report's minute) are in it.
type Row struct {
	Kind   RowKind
	Report *schemas.TrafficReport
}

// Partial is an encoded summary (report.Summary) of one host and slot: of a minute by one slice, or of a closed minute for its hour, or of a closed
// hour for its day. Partials are only inserted and deleted, never changed.
type Partial struct {
	ID    int64 // given by the store
	Level string
	Host  string
	Start time.Time // of the slot at Level
	Data  []byte
}

// Extent is a stretch of one file, or of a spool's segment, that was read: decompressed bytes From (included) to To (excluded).
type Extent struct {
	Source string // the source's name
	File   string // the file's lasting name: what logsource says the file is, whatever its path is by now
	From   int64
	To     int64
}

// DeadLetter points at lines that could not become entries.
type DeadLetter struct {
	ID     int64 // given by the store
	Letter *schemas.DeadLetter
	At     time.Time // when it was set aside
	// Extent is set where a whole stretch was set aside because no run got through it: it can be tried again.
	Extent *Extent
	Tries  int       // how often Extent was tried
	Next   time.Time // when it is due again; zero: only by command
}

// SourceState is what a live run remembers of a source.
type SourceState struct {
	Source   string
	Frontier time.Time // latest event time of its committed slices
	Newest   time.Time // when its last line was committed
	Lines    int64     // since the store was made
	Bytes    int64
	Dead     map[string]int64 // lines by reason
	Behind   int64            // bytes not read yet, as last seen
	Oldest   time.Time        // when the oldest of these was first seen; zero: none
	Problem  string           // a sentence, while something is wrong with it
}

// Commit is what becomes visible at once, or not at all.
type Commit struct {
	// ID makes a second commit of the same do nothing (a replay's batch id). Optional.
	ID string
	// Read is appended to the cursor. Each must begin where the cursor of its file ends or fill a gap in it: where any part was read before, the
	// commit is refused with ErrStale.
	Read []Extent
	// Insert holds new partials, Delete the ids of used ones.
	Insert []Partial
	Delete []int64
	// Rows are written with the generation that their slot has.
	Rows []Row
	// Hosts are hosts that may be named from now on, whoever asks for them; HostSources are the sources that carry each host.
	Hosts       []string
	HostSources map[string][]string
	Sources     []SourceState // replaces what was known of them
	Letters     []DeadLetter
	// Resolved are the ids of set-aside extents that were read after all; Retried are those that failed again, with their new Tries and Next.
	Resolved   []int64
	Retried    []DeadLetter
	Incomplete []Slot // minutes that are known to lack lines which were set aside; Complete takes the mark off
	Complete   []Slot
	// Findings are of minutes. Revision tells several judgements of one minute apart, of which the highest counts; one of the same host, minute and
	// revision replaces what was there.
	Findings []*schemas.Finding
	// Observed is what detection saw of minutes, kept until the site's next State; more of the same minute replaces it.
	Observed []Observed
	// States are the state of a site's detection as of their minute. They delete what was observed up to and including it, in this commit too, and states
	// that are older by more than StatesKept.
	States []DetectionState
	// Literals are what rules need that fewer than k clients share; one of the same host and name replaces what was there.
	Literals []Literal
}

// Slot is one slot of one level.
type Slot struct {
	Level string
	Start time.Time
}

// Replay is a batch of rows from files that were read again.
type Replay struct {
	// ID makes a second publication of the same do nothing. Required.
	ID string
	// Rebuild replaces all that slots From (included) to To (excluded) have, at every level of Rows, under a new generation. Without it the rows are
	// added: those of kind Late, and those of slots that have a row, as late ones (report.LateRow), while a row of kind Closed becomes the row of a
	// slot that has none and that no live run will close: it ended before the store's last event, or there is no source. So every level gets the
	// same lines.
	Rebuild  bool
	From, To time.Time // whole hours
	Rows     []Row
	// Findings of a rebuild replace all findings of [From, To). A late replay adds them, each with the next revision that its minute has.
	Findings []*schemas.Finding
	// Parts are ids of the files that lines are added from: where any of them was published before, the replay is refused. Optional.
	Parts []string
	// Force rebuilds even minutes of which the store has more lines than the batch.
	Force bool
}

// State is what a live run goes on with after a start.
type State struct {
	Cursor      []Extent  // merged, by source, file and place
	Partials    []Partial // without Data
	Hosts       []string
	HostSources map[string][]string
	Sources     []SourceState
	SetAside    []DeadLetter // with an Extent, not resolved
}

// Writer is the store for the one process that writes.
type Writer interface {
	Reader
	State(ctx context.Context) (*State, error)
	// PartialsOf returns the partials of a host and slot with their data, in order of ID.
	PartialsOf(ctx context.Context, level, host string, start time.Time) ([]Partial, error)
	// Closed returns the starts of a host's slots in [from, to) at level that have rows, none of them provisional. Series does not tell: it calls a
	// closed hour provisional where a further minute of it is open.
	Closed(ctx context.Context, host, level string, from, to time.Time) ([]time.Time, error)
	// Commit sets the ids of c's new partials and dead letters.
	Commit(ctx context.Context, c *Commit) error
	// Publish makes a replay visible at once. It reports false where the same was published before.
	Publish(ctx context.Context, r *Replay) (published bool, err error)
	// Detection returns the state of a site's detection as of the last minute before a time that there is one of, nil where there is none, and what was
	// observed between, in order of time, as far as it is kept. The zero time stands for the latest.
	Detection(ctx context.Context, host string, before time.Time) (*DetectionState, []Observed, error)
	// Said returns every word of people on cases, in order of time.
	Said(ctx context.Context) ([]Feedback, error)
	// PutFeedback keeps what a person said of a case.
	PutFeedback(ctx context.Context, f Feedback) error
	// Forget deletes all that is kept of a host, of all times. It reports false where there is nothing.
	Forget(ctx context.Context, host string) (found bool, err error)
	// Expire deletes rows that are older than their level is kept, findings and feedback as old as hours may be, what was observed two days ago, and
	// literals that have expired.
	Expire(ctx context.Context, now time.Time, keep Retention) error
}

// Retention is how long rows are kept by level; 0 is for ever.
type Retention struct {
	Minutes, Hours, Days time.Duration
}

// DefaultRetention is 14 days of minutes, 13 months of hours, days for ever.
var DefaultRetention = Retention{Minutes: 14 * 24 * time.Hour, Hours: 400 * 24 * time.Hour}

// Reader answers questions. Every answer is of one state of the store, and holds only sites of the set.
type Reader interface {
	// Sites lists sites by requests in [From, To), busiest first (equals by name), and how many there are in all.
	Sites(ctx context.Context, who access.SiteSet, q SitesQuery) (sites []Site, total int, err error)
	// Series returns the points of one site in [from, to) at level, by time; slots without any row are missing.
	Series(ctx context.Context, who access.SiteSet, host, level string, from, to time.Time) ([]Point, error)
	// Total adds all rows of one site in [from, to) up into one report, with lists: from days, hours and minutes, each where it is the coarsest
	// that fits. It is nil where there is no row.
	Total(ctx context.Context, who access.SiteSet, host string, from, to time.Time) (*schemas.TrafficReport, error)
	// Rows calls each row in [from, to) at level in order of slot, host and kind; host "" is all of the set.
	Rows(ctx context.Context, who access.SiteSet, host, level string, from, to time.Time, each func(Row) error) error
	// Findings returns the findings of minutes in [from, to) of one site, or of all sites of the set where host is "", by host and minute, each in its
	// latest revision.
	Findings(ctx context.Context, who access.SiteSet, host string, from, to time.Time) ([]*schemas.Finding, error)
	// Feedback returns what people said of the cases of a site, or of all sites of the set where host is "", that began in [from, to): the latest word
	// on each case, by host and start, whether or not it has expired or takes something back.
	Feedback(ctx context.Context, who access.SiteSet, host string, from, to time.Time) ([]Feedback, error)
	// Literals returns the literals of a site, or of all sites of the set where host is "", that have not expired by now, by host and name.
	Literals(ctx context.Context, who access.SiteSet, host string, now time.Time) ([]Literal, error)
	// Check returns lines and line_xor of all hosts by minute in [from, to): what audits compare.
	Check(ctx context.Context, from, to time.Time) (map[time.Time]Checksum, error)
	// Status says how fresh and complete the data is.
	Status(ctx context.Context) (*Status, error)
	// Letters lists dead letters, newest first.
	Letters(ctx context.Context, limit int) ([]DeadLetter, error)
}

// SitesQuery asks for a page of sites.
type SitesQuery struct {
	From, To      time.Time
	Level         string // of the points
	Offset, Limit int
	Search        string // part of the name; optional
}

// Site is a site in a list.
type Site struct {
	Host          string
	Requests      int64
	ResponseBytes int64
	Errors        int64     // status 5xx
	Last          time.Time // last event
	Points        []Point   // with Start, Requests and Provisional only
}

// Point is what a chart needs of one slot: the sum of its rows. A nil value is not logged.
type Point struct {
	Start         time.Time
	Requests      int64
	ResponseBytes *int64
	StatusClass   map[string]int64
	CacheHits     *int64 // hit and validated
	CacheHitBytes *int64
	Visitors      *int64   // of the closed row
	P50, P95, P99 *float64 // seconds
	LateLines     int64
	Lines         int64
	Provisional   bool
	Incomplete    bool
}

// Checksum is what conservation is checked by.
type Checksum struct {
	Lines int64
	XOR   uint64
}

// Status is the state of the whole.
type Status struct {
	Sources        []SourceState
	LastCommit     time.Time
	LastEvent      time.Time
	OpenMinutes    int
	DeadLines      map[string]int64 // by reason
	SetAside       int              // extents that wait for another try
	SetAsideOldest time.Time
	Incomplete     int   // minutes known to lack lines
	Bytes          int64 // size on disk
}
