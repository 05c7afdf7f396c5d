package privacy

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// KeyLife is how long the key of a day, and with it the way back from a token to an address, exists after it was first made.
const KeyLife = 48 * time.Hour

// earlyKey is how long before a day begins its key is made, so that workers that were handed Keys a little before midnight have it.
const earlyKey = time.Hour

// Ring is the file in which the keys of live days survive a restart. Several processes may use one file at a time. The clock is the
// caller's: live days are those around the instant that Keys is called with.
type Ring struct{ path string }

// OpenRing opens the key ring in a file, or makes it (mode 0600). It refuses a file that others than its owner may read.
func OpenRing(path string, now time.Time) (*Ring, error) {
	r := &Ring{path: path}
	if _, err := r.update(now, true); err != nil {
		return nil, err
	}
	return r, nil
}

// Keys returns the keys as of now. Expired ones are destroyed first; today's key, and tomorrow's in the last hour of the day, are made if
// they do not exist. Days that are not live share a seed that is replaced when it expires: a replay later than that has other tokens.
// What the caller holds is not affected by later expiry; long runs ask again.
func (r *Ring) Keys(now time.Time) (*Keys, error) {
	state, err := r.update(now, true)
	if err != nil {
		return nil, err
	}
	return NewKeys(state.spec())
}

// Expire destroys the keys that are older than KeyLife: they are gone from the file, and the file that held them is overwritten. (A file
// system that copies on write, or a backup, may still have them.)
func (r *Ring) Expire(now time.Time) error {
	_, err := r.update(now, false)
	return err
}

// update brings the file up to date and returns its state.
func (r *Ring) update(now time.Time, create bool) (ringState, error) {
	unlock, err := lockFile(r.path + ".lock")
	if err != nil {
		return ringState{}, fmt.Errorf("key ring %s: cannot lock it: %w; check that its folder exists and can be written", r.path, pathless(err))
	}
	defer unlock()
	state, err := readRing(r.path)
	if err != nil {
		return ringState{}, err
	}
	changed := state.expire(now)
	if create {
		changed = state.makeMissing(now) || changed
	}
	if changed {
		err = writeRing(r.path, state)
	}
	return state, err
}

// ringState is the content of the file.
type ringState struct {
	secret

	Version int        `json:"version"`
	Line    []byte     `json:"line"`           // does not expire: it tells nothing about visitors
	Seed    ringSeed   `json:"seed"`           // of days that are not live
	Days    []ringSeed `json:"days,omitempty"` // of live days
}

type ringSeed struct {
	secret

	Day  int64     `json:"day,omitempty"` // days since 1970-01-01 UTC
	Seed []byte    `json:"seed,omitempty"`
	Made time.Time `json:"made"`
}

const ringVersion = 1

// expired is also true for a seed of the far future, made by a wrong clock: it would outlive its time.
func (s ringSeed) expired(now time.Time) bool {
	age := now.Sub(s.Made)
	return age >= KeyLife || age < -KeyLife
}

// expire drops expired seeds and tells whether there were any.
func (s *ringState) expire(now time.Time) bool {
	before := len(s.Days)
	s.Days = slices.DeleteFunc(s.Days, func(d ringSeed) bool { return d.expired(now) })
	changed := len(s.Days) < before
	if s.Seed.Seed != nil && s.Seed.expired(now) {
		s.Seed = ringSeed{}
		changed = true
	}
	return changed
}

// makeMissing makes the keys that do not exist and tells whether there were any.
func (s *ringState) makeMissing(now time.Time) bool {
	changed := false
	if s.Line == nil {
		s.Version, s.Line, changed = ringVersion, newSeed(), true
	}
	if s.Seed.Seed == nil {
		s.Seed, changed = ringSeed{Seed: newSeed(), Made: now.UTC()}, true
	}
	for day := dayOf(now); day <= dayOf(now.Add(earlyKey)); day++ {
		if !slices.ContainsFunc(s.Days, func(d ringSeed) bool { return d.Day == day }) {
			s.Days = append(s.Days, ringSeed{Day: day, Seed: newSeed(), Made: now.UTC()})
			changed = true
		}
	}
	return changed
}

func (s *ringState) spec() KeySpec {
	spec := KeySpec{Line: s.Line, Seed: s.Seed.Seed}
	for _, d := range s.Days {
		spec.Days = append(spec.Days, DaySeed{Day: d.Day, Seed: d.Seed})
	}
	return spec
}

// dayOf returns the day of an instant, counted from 1970-01-01 UTC.
func dayOf(t time.Time) int64 {
	const daySeconds = 24 * 60 * 60
	seconds := t.Unix()
	day := seconds / daySeconds
	if seconds%daySeconds < 0 {
		day--
	}
	return day
}

// ErrKeyGone says that the key of a day is gone, and with it the way from its tokens to addresses.
var ErrKeyGone = errors.New("the key of that day is gone")

// DayOf returns the key of a day that the ring in a file has, and makes none; ErrKeyGone where it has none. Days that were not live share a key, which is
// returned also where another one made the tokens: then these tell of no address.
func DayOf(path string, day int64, now time.Time) (*DayKey, error) {
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("key ring %s: cannot lock it: %w; run this as the user of the folder", path, pathless(err))
	}
	defer unlock()
	state, err := readRing(path)
	if err != nil {
		return nil, err
	}
	seed := state.Seed
	for _, d := range state.Days {
		if d.Day == day {
			seed = d
		}
	}
	if seed.Seed == nil || seed.expired(now) {
		return nil, ErrKeyGone
	}
	return newDayKey(seed.Seed, day), nil
}
