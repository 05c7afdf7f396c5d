package privacy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func openRing(t testing.TB, path string, now time.Time) *Ring {
	t.Helper()
	r, err := OpenRing(path, now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func ringKeys(t testing.TB, r *Ring, now time.Time) *Keys {
	t.Helper()
	k, err := r.Keys(now)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func token(k *Keys, day int64) [16]byte {
	tok, _ := k.Day(day).Client(netip.MustParseAddr("192.0.2.1"))
	return tok
}

func TestRingSurvivesRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	first := ringKeys(t, openRing(t, path, noon), noon)
	again := ringKeys(t, openRing(t, path, noon.Add(time.Minute)), noon.Add(time.Minute))
	if !cmp.Equal(first.Export().Seed, again.Export().Seed) || token(first, dayOf(noon)) != token(again, dayOf(noon)) {
		t.Error("keys differ after a restart")
	}
	k0, k1 := first.Line()
	a0, a1 := again.Line()
	if k0 != a0 || k1 != a1 {
		t.Error("line keys differ after a restart")
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
}

// Over any course of time and any gaps: a day's tokens stay the same from its first to its last second and for late lines of the next 22
// hours, no key lives longer than KeyLife, and the line key never changes.
func TestKeysOverTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		now := noon.Add(time.Duration(rapid.IntRange(0, 86400).Draw(rt, "start")) * time.Second)
		var state ringState
		state.makeMissing(now)
		line := state.Line
		live := map[int64][16]byte{}
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{1, 60, 3000, 20000, 90000, 200000}).Draw(rt, "seconds")) * time.Second)
			state.expire(now)
			state.makeMissing(now)
			k, err := NewKeys(state.spec())
			if err != nil || !bytes.Equal(state.Line, line) {
				rt.Fatalf("error %v, or the line key changed", err)
			}
			for day, want := range live {
				end := time.Unix((day+1)*86400, 0)
				if now.Before(end.Add(22*time.Hour)) && token(k, day) != want {
					rt.Fatalf("tokens of day %d changed at %v", day, now)
				}
				if now.After(end.Add(KeyLife)) && token(k, day) == want {
					rt.Fatalf("the key of day %d still exists at %v", day, now)
				}
			}
			live[dayOf(now)] = token(k, dayOf(now))
			for _, s := range append(state.Days, state.Seed) {
				if now.Sub(s.Made) >= KeyLife {
					rt.Fatalf("a key made at %v still exists at %v", s.Made, now)
				}
			}
		}
	})
}

// Workers that get their keys shortly before midnight use the same key for the new day as those that get theirs after it.
func TestMidnight(t *testing.T) {
	r := openRing(t, filepath.Join(t.TempDir(), "keys"), noon)
	before := time.Date(2026, 11, 21, 23, 59, 59, 0, time.UTC)
	tomorrow := dayOf(before) + 1
	if token(ringKeys(t, r, before), tomorrow) != token(ringKeys(t, r, before.Add(time.Hour)), tomorrow) {
		t.Error("the new day has two keys")
	}
}

func TestExpireDestroys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	r := openRing(t, path, noon)
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	kept := path + ".kept" // a second name shows what becomes of the old file's content
	if err := os.Link(path, kept); err != nil {
		t.Fatal(err)
	}
	if err := r.Expire(noon.Add(KeyLife - time.Second)); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); !bytes.Equal(b, old) {
		t.Error("keys were destroyed before their time")
	}
	if err := r.Expire(noon.Add(KeyLife)); err != nil {
		t.Fatal(err)
	}
	state, err := readRing(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(state.Days) != 0 || state.Seed.Seed != nil || len(state.Line) != SeedSize {
		t.Error("the file still has expired keys, or lost its line key")
	}
	b, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	if len(bytes.Trim(b, "\x00")) > 0 {
		t.Error("the old file was not overwritten")
	}
}

func TestWrongClockDoesNotKeepKeysAlive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	future := openRing(t, path, noon.AddDate(10, 0, 0))
	if err := future.Expire(noon); err != nil {
		t.Fatal(err)
	}
	if state, err := readRing(path); err != nil || len(state.Days) != 0 || state.Seed.Seed != nil {
		t.Errorf("keys of the future stay (error %v)", err)
	}
}

// Rings in many hands at once agree on every key, on the first day and after keys expired.
func TestConcurrentRingsAgree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	for _, now := range []time.Time{noon, noon.Add(11*time.Hour + 30*time.Minute), noon.Add(80 * time.Hour)} {
		var wait sync.WaitGroup
		var exports [8][]byte
		for i := range exports {
			wait.Go(func() {
				r, err := OpenRing(path, now)
				if err != nil {
					t.Error(err)
					return
				}
				k, err := r.Keys(now)
				if err != nil {
					t.Error(err)
					return
				}
				exports[i], _ = json.Marshal(k.Export())
			})
		}
		wait.Wait()
		for i := range exports {
			if !bytes.Equal(exports[i], exports[0]) {
				t.Errorf("at %v hands 0 and %d have different keys", now, i)
			}
		}
	}
}

func TestKilledWriterLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path+".new", []byte("half a ring"), 0o600); err != nil {
		t.Fatal(err)
	}
	openRing(t, path, noon)
	if _, err := os.Stat(path + ".new"); !os.IsNotExist(err) {
		t.Errorf("the unfinished file is still there: %v", err)
	}
}

func TestRingRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := filepath.Join(dir, "good")
	openRing(t, good, noon)
	b, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ path, want string }{
		{write("world", string(b), 0o644), "other users may read it (mode 0644)"},
		{write("group", string(b), 0o640), "chmod 600"},
		{write("half", string(b[:len(b)/2]), 0o600), "damaged"},
		{write("empty", "", 0o600), "damaged"},
		{write("short", `{"version":1,"line":"AQID"}`, 0o600), "damaged"},
		{write("version", strings.Replace(string(b), `"version":1`, `"version":9`, 1), 0o600), "damaged"},
		{dir, "no regular file"},
		{filepath.Join(dir, "no", "such", "folder"), "check that its folder exists"},
	}
	for _, c := range cases {
		_, err := OpenRing(c.path, noon)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("OpenRing(%s) error = %v, want one with %q", c.path, err, c.want)
			continue
		}
		if strings.Contains(err.Error(), "AQID") {
			t.Errorf("error quotes the file: %v", err)
		}
	}
}

func TestRingNeverPrints(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	openRing(t, path, noon)
	state, err := readRing(path)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("ring", "state", state, "seed", state.Seed, "days", fmt.Sprint(state.Days))
	out := log.String() + fmt.Sprintf("%v %+v %#v %s %x", state, state, state, state, state.Days)
	for _, seed := range [][]byte{state.Line, state.Seed.Seed, state.Days[0].Seed} {
		encoded, _ := json.Marshal(seed)
		for _, leak := range []string{string(encoded[1:9]), fmt.Sprintf("%x", seed[:4]), fmt.Sprint(seed[:3])[1:8]} {
			if strings.Contains(out, leak) {
				t.Errorf("output holds key bytes %q", leak)
			}
		}
	}
}

// A day's key is read while it lives, and nothing is made in its place.
func TestDayOf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	if _, err := DayOf(path, dayOf(noon), noon); !errors.Is(err, ErrKeyGone) {
		t.Errorf("without a ring: %v", err)
	}
	keys := ringKeys(t, openRing(t, path, noon), noon)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []int64{dayOf(noon), dayOf(noon) - 1} {
		key, err := DayOf(path, day, noon.Add(KeyLife-time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := key.Client(netip.MustParseAddr("192.0.2.1")); got != token(keys, day) {
			t.Errorf("day %d has another key", day)
		}
		if _, err := DayOf(path, day, noon.Add(KeyLife)); !errors.Is(err, ErrKeyGone) {
			t.Errorf("of an expired key: %v", err)
		}
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the ring is another one: %v", err)
	}
}
