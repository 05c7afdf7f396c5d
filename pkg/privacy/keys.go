package privacy

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
)

// SeedSize is the length of a seed in bytes.
const SeedSize = 32

// KeySpec is what Keys are made of, for the pipe to a child process: it marshals to JSON with its secrets in it. Printed or logged it
// reads "[redacted]".
type KeySpec struct {
	secret

	// Line is the key of line ids; it does not change, so that the same line has the same id in every run. SeedSize bytes.
	Line []byte `json:"line"`
	// Seed gives the keys of all days that Days does not name, and the key of Hash32. SeedSize bytes.
	Seed []byte `json:"seed"`
	// Days are the seeds of live days.
	Days []DaySeed `json:"days,omitempty"`
}

// DaySeed is the seed of one day. SeedSize bytes.
type DaySeed struct {
	secret

	Day  int64  `json:"day"` // days since 1970-01-01 UTC
	Seed []byte `json:"seed"`
}

// Keys gives the keys of days and the keyed hashes of one run. It is not safe for concurrent use: each worker makes its own from the
// same KeySpec and gets the same results.
type Keys struct {
	secret

	spec KeySpec
	line [2]uint64
	hash [4]uint64
	days map[int64]*DayKey
}

// maxDays bounds the day keys that are held at once; a replay of years goes through the days in some order.
const maxDays = 400

// NewKeys makes Keys. An error names a part of the wrong length, never its content.
func NewKeys(spec KeySpec) (*Keys, error) {
	if len(spec.Line) != SeedSize || len(spec.Seed) != SeedSize {
		return nil, fmt.Errorf("keys: line key and seed must have %d bytes, not %d and %d", SeedSize, len(spec.Line), len(spec.Seed))
	}
	for _, d := range spec.Days {
		if len(d.Seed) != SeedSize {
			return nil, fmt.Errorf("keys: seed of day %d must have %d bytes, not %d", d.Day, SeedSize, len(d.Seed))
		}
	}
	k := &Keys{spec: spec.clone(), days: map[int64]*DayKey{}}
	if err := k.deriveWords(k.line[:], spec.Line, "floodgauge line id 1"); err != nil {
		return nil, err
	}
	if err := k.deriveWords(k.hash[:], spec.Seed, "floodgauge hash32 1"); err != nil {
		return nil, err
	}
	return k, nil
}

// RandomKeys makes Keys that live and die with the process, for runs that keep no state.
func RandomKeys() (*Keys, error) {
	return NewKeys(KeySpec{Line: newSeed(), Seed: newSeed()})
}

// newSeed draws SeedSize random bytes; crypto/rand ends the process where the system has no randomness.
func newSeed() []byte {
	b := make([]byte, SeedSize)
	_, _ = rand.Read(b)
	return b
}

func (k *Keys) deriveWords(dst []uint64, secret []byte, purpose string) error {
	b, err := hkdf.Key(sha256.New, secret, nil, purpose, 8*len(dst))
	if err != nil {
		return errors.New("keys: this system's FIPS mode refuses the key derivation")
	}
	for i := range dst {
		dst[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return nil
}

// Export returns what NewKeys needs to make equal Keys elsewhere: secrets in plain.
func (k *Keys) Export() KeySpec { return k.spec.clone() }

// MarshalJSON gives no key away: keys leave a process only through Export.
func (k *Keys) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

func (s KeySpec) clone() KeySpec {
	c := KeySpec{Line: append([]byte(nil), s.Line...), Seed: append([]byte(nil), s.Seed...)}
	for _, d := range s.Days {
		c.Days = append(c.Days, DaySeed{Day: d.Day, Seed: append([]byte(nil), d.Seed...)})
	}
	return c
}

// Line returns the secret for keyed hashes of line ids.
func (k *Keys) Line() (k0, k1 uint64) { return k.line[0], k.line[1] }

// Day returns the key of a day, counted in days since 1970-01-01 UTC. The result stays valid.
func (k *Keys) Day(day int64) *DayKey {
	if d, ok := k.days[day]; ok {
		return d
	}
	if len(k.days) >= maxDays {
		clear(k.days)
	}
	d := newDayKey(k.daySeed(day), day)
	k.days[day] = d
	return d
}

// noDay is the day whose key is none's.
const noDay = math.MinInt64

// Group returns what counts as one client for the k rule, as DayKey.Client does, but the same on every day: for counts over several days of one
// run, where a client that comes back must not count again.
func (k *Keys) Group(addr netip.Addr) uint32 {
	_, group := k.Day(noDay).Client(addr)
	return group
}

func (k *Keys) daySeed(day int64) []byte {
	for _, d := range k.spec.Days {
		if d.Day == day {
			return d.Seed
		}
	}
	return k.spec.Seed
}
