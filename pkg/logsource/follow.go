package logsource

import (
	"cmp"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

// FollowOptions say what a Follower reads.
type FollowOptions struct {
	// Since leaves out files that were last changed before. Optional.
	Since time.Time
	// Siblings is how long ago a rotated file may have been changed last to be read, unless it was read in part before. Default 7 days.
	Siblings time.Duration
}

const (
	defaultSiblings = 7 * 24 * time.Hour
	// writtenAfter is how long a compressed file must not have changed to be taken for complete.
	writtenAfter = 10 * time.Second
	// finishedAfter is how long a rotated file must not have changed to be taken for finished: servers write to it until they are told.
	finishedAfter = time.Minute
	// lostAfter is how long a file must be gone to count as lost, and lostFor is how long that is said.
	lostAfter = 10 * time.Second
	lostFor   = time.Hour
)

// Unread is a stretch of a file that nobody has read yet.
type Unread struct {
	Source string
	File   string    // the file's lasting name, under which Range's From and To belong into the cursor once it is read
	Range  Range     // without its Source
	Bytes  int64     // on disk, about
	Since  time.Time // when its first byte was first seen
	Mod    time.Time // when the file was last changed
}

// Follower finds what there is to read in logs that grow and are rotated. It keeps nothing on disk and opens files only to look at what has changed:
// what was read, its caller says at every scan. It is not safe for concurrent use.
//
// A log may be rotated by renaming, by copying and truncating, with numbers or dates, with compression; it may be replaced, and all that may happen
// while nobody follows it. Files are told apart by their beginning alone. So these cannot be told apart: lines that two files of one log have in
// common from their beginning on, as copies look like that (a line's id is the same in both, too), and files whose first 4 KiB are the same. And what
// is written to a log between its copy and its truncation is lost unless a scan came in between. A file shorter than 4 KiB that is moved to another
// folder while nobody follows it is read again.
type Follower struct {
	source   string
	patterns []string
	opts     FollowOptions
	key      logentry.Key

	names logNames
	files map[string]*followed // by path, as of the last scan
	gone  []*followed          // what was there before: it may come back under another name, and copies of it may still be written
}

// maxGone is how many files that are gone are remembered.
const maxGone = 100

// NewFollower follows the logs that patterns mean: files, folders with all that is in them, and patterns such as /var/log/nginx/*.log. Each log is
// read with its rotated files.
func NewFollower(source string, patterns []string, opts FollowOptions, key logentry.Key) *Follower {
	opts.Siblings = cmp.Or(opts.Siblings, defaultSiblings)
	return &Follower{source: source, patterns: patterns, opts: opts, key: key, names: logNames{}, files: map[string]*followed{}}
}

// Scan returns what is to be read besides read, what was changed first coming first. Of a file that grows these are whole lines only. problems are
// sentences about what cannot be read for now.
func (f *Follower) Scan(read Cursor, now time.Time) (unread []Unread, problems []error) {
	candidates, problems := f.find()
	present, more := f.refresh(candidates, len(read) > 0, now)
	problems = append(problems, more...)
	offered := Cursor{}
	var lengths, offeredLengths []int // that names in read and in offered are made from
	for _, file := range f.wanted(present, now) {
		if file.coveredBy(read) {
			continue
		}
		if lengths == nil {
			lengths = lengthsIn(read)
		}
		f.match(file, present, lengths, read)
		if file.tooOld && len(file.matches) == 0 {
			file.ignored = true
			continue
		}
		for _, gap := range f.gaps(file, present, read, offered, offeredLengths) {
			u := f.unread(file, gap)
			unread = append(unread, u)
			offered.Add(u.File, gap)
			if !slices.Contains(offeredLengths, u.Range.Prefix) {
				offeredLengths = append(offeredLengths, u.Range.Prefix)
			}
			file.offered = true
		}
	}
	return unread, append(problems, f.lost(present, read, now)...)
}

// lost tells of files that are gone before all of them was read. A file that was renamed is found again within a scan or two.
func (f *Follower) lost(present []*followed, read Cursor, now time.Time) (problems []error) {
	for _, old := range f.gone {
		age := now.Sub(old.goneAt)
		if age < lostAfter || age > lostFor || old.coveredBy(read) || slices.ContainsFunc(present, old.livesOnIn) {
			continue
		}
		f.match(old, present, lengthsIn(read), read)
		missing := int64(0)
		for _, gap := range gapsIn(joined(old.spans(read)), min(old.limit, old.info.Size())) {
			missing += gap.To - gap.From
		}
		if missing > 0 {
			problems = append(problems, fmt.Errorf("%s was deleted or overwritten before its last %d bytes were read: keep rotated files for longer",
				old.path, missing))
		}
	}
	return problems
}

// wanted returns the files that may have something to read, those that were changed first coming first.
func (f *Follower) wanted(present []*followed, now time.Time) (wanted []*followed) {
	for _, file := range present {
		file.limit, file.whole = f.readable(file, now)
		file.tooOld = file.rotated && !file.named && !file.offered && now.Sub(file.info.ModTime()) > f.opts.Siblings
		if file.limit > 0 {
			wanted = append(wanted, file)
		}
	}
	slices.SortFunc(wanted, func(a, b *followed) int {
		return cmp.Or(a.info.ModTime().Compare(b.info.ModTime()), strings.Compare(a.path, b.path))
	})
	return wanted
}

// readable returns how far a file can be read, and whether only as a whole.
func (f *Follower) readable(file *followed, now time.Time) (limit int64, whole bool) {
	switch {
	case file.ignored || len(file.head) == 0:
		return 0, false
	case file.compression != None:
		if f.files[compressionEnd.ReplaceAllString(file.path, "")] != nil && compressionEnd.MatchString(file.path) {
			return 0, true // it is being made from the other
		}
		fallthrough
	case file.framing != Lines:
		if !file.quiet(writtenAfter, now) {
			return 0, true
		}
		return math.MaxInt64, true
	case file.rotated && file.quiet(finishedAfter, now):
		return file.info.Size(), false
	}
	return file.end, false
}

// match finds the names under which parts of a file may have been read.
func (f *Follower) match(file *followed, present []*followed, lengths []int, read Cursor) {
	file.matches = file.matches[:0]
	f.eachName(file, present, lengths, func(name string, clip int64) {
		if len(read[name]) > 0 {
			file.matches = append(file.matches, matched{name, clip})
		}
	})
}

// eachName calls each name that says something of a file's bytes, with how many of them it can say something of: its own names, and, while it is
// short, those of longer files of its log that begin with all that it has, as it may be a copy that is being written.
func (f *Follower) eachName(file *followed, present []*followed, lengths []int, each func(name string, clip int64)) {
	have := len(file.head)
	names := func(of *followed, from, to int, clip int64) {
		for _, n := range lengths {
			if n > from && n <= to {
				name := of.name(f.key, n)
				each(name, clip)
				if file.rotated || file.whole {
					each(name+wholeMark, clip)
				}
			}
		}
	}
	names(file, 0, have, math.MaxInt64)
	if have == identityBytes {
		return
	}
	for _, others := range [][]*followed{present, f.gone} {
		for _, other := range others {
			if other.beginsWith(file) {
				names(other, have, len(other.head), int64(have))
			}
		}
	}
}

// gaps returns what of a file neither was read nor is to be read out of another file.
func (f *Follower) gaps(file *followed, present []*followed, read, offered Cursor, offeredLengths []int) []Span {
	spans := file.spans(read)
	f.eachName(file, present, offeredLengths, func(name string, clip int64) {
		spans = append(spans, clipped(offered[name], clip)...)
	})
	return gapsIn(joined(spans), file.limit)
}

// unread describes a gap of a file.
func (f *Follower) unread(file *followed, gap Span) Unread {
	prefix := len(file.head)
	if !file.whole {
		prefix = int(min(int64(prefix), file.limit))
	}
	u := Unread{Source: f.source, File: file.name(f.key, prefix), Since: file.seenAt(gap.From), Mod: file.info.ModTime(), Bytes: gap.To - gap.From}
	u.Range = Range{Path: file.path, From: gap.From, To: gap.To, Whole: file.whole, Size: file.info.Size(), Prefix: prefix,
		Identity: logentry.FileIdentity(f.key, file.head[:prefix])}
	if file.whole {
		u.File += wholeMark
		u.Bytes = file.info.Size()
	}
	return u
}

// refresh brings what is known of the files up to date, and forgets those that are gone.
func (f *Follower) refresh(candidates []candidate, known bool, now time.Time) (present []*followed, problems []error) {
	before := f.files
	f.files = map[string]*followed{}
	for _, c := range candidates {
		if f.leavesOut(c, known, now) {
			continue
		}
		file, err := f.look(c, before, now)
		if err != nil && (file == nil || file.compression == None || file.quiet(writtenAfter, now)) {
			problems = append(problems, err)
		}
		if file != nil {
			f.files[file.path] = file
			present = append(present, file)
		}
	}
	for _, old := range before {
		if old.goneAt = now; !old.goesOn {
			f.gone = append(f.gone, old)
		}
	}
	f.gone = f.gone[max(0, len(f.gone)-maxGone):]
	for _, file := range present {
		file.goesOn = false
	}
	markRotated(present)
	return present, problems
}

// leavesOut tells whether a file need not even be looked at.
func (f *Follower) leavesOut(c candidate, known bool, now time.Time) bool {
	if !f.opts.Since.IsZero() && c.info.ModTime().Before(f.opts.Since) {
		return true
	}
	return !known && c.path != c.log && !c.named && now.Sub(c.info.ModTime()) > f.opts.Siblings
}

// known finds what was known of the file that a candidate is, by whatever path.
func (f *Follower) known(c candidate, before map[string]*followed) *followed {
	if old := before[c.path]; old != nil && os.SameFile(old.info, c.info) {
		return old
	}
	for _, old := range before {
		if os.SameFile(old.info, c.info) {
			return old
		}
	}
	for i := len(f.gone) - 1; i >= 0; i-- {
		if old := f.gone[i]; os.SameFile(old.info, c.info) {
			f.gone = slices.Delete(f.gone, i, i+1)
			return old
		}
	}
	return nil
}

// markRotated tells the files that a newer one of the same log has replaced. A log's own path is never such a one.
func markRotated(present []*followed) {
	newest := map[string]*followed{}
	for _, file := range present {
		n := newest[file.log]
		if n == nil || file.isLog() && !n.isLog() || file.isLog() == n.isLog() && n.info.ModTime().Before(file.info.ModTime()) {
			newest[file.log] = file
		}
	}
	for _, file := range present {
		file.rotated = newest[file.log] != file
	}
}

func sameState(a, b fs.FileInfo) bool {
	return a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
