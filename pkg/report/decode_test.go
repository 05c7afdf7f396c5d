package report

import (
	"bytes"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"
)

// Garbage is refused with an error that says where, and never quotes what it read.
func TestDecodeRefuses(t *testing.T) {
	good := fieldsSummary(0).AppendBinary(nil)
	cases := map[string][]byte{
		"nothing":          {},
		"another version":  append([]byte{version + 1}, good[1:]...),
		"half":             good[:len(good)/2],
		"a byte too many":  append(slices.Clone(good), 0),
		"k of 0":           append([]byte{version, 0}, good[2:]...),
		"a long varint":    append([]byte{version, 0x84, 0}, good[2:]...),
		"only the version": {version},
	}
	for name, b := range cases {
		s, err := Decode(b)
		if err == nil || s != nil {
			t.Errorf("%s: decoded", name)
			continue
		}
		if !strings.HasPrefix(err.Error(), "decode summary: ") {
			t.Errorf("%s: error %q does not say what was done", name, err)
		}
	}
	for i := range good {
		if _, err := Decode(good[:i]); err == nil {
			t.Fatalf("the first %d of %d bytes are decoded", i, len(good))
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(New(10).AppendBinary(nil))
	f.Add(fieldsSummary(0).AppendBinary(nil))
	f.Add(summarize(2, newTraffic(1, 5).requests(20)).AppendBinary(nil))
	f.Add(summarize(1, []Request{{Logged: allFields, Time: minuteStart}}).AppendBinary(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Decode(b)
		if err != nil {
			return
		}
		use(t, s, b)
	})
}

// use does with a summary, decoded from b, all that can be done.
func use(t testing.TB, s *Summary, b []byte) {
	if again := s.AppendBinary(nil); b[0] == version && !bytes.Equal(again, b) {
		t.Fatalf("accepted %d bytes that encode to others", len(b))
	}
	s.Report("example.org", timeOf(0), "minute")
	s.Merge(copyOf(t, s))
	s.Add(&newTraffic(1, 1).requests(1)[0])
	s.Fragment("example.org", timeOf(0), "minute")
	copyOf(t, s)
}

// A flipped bit anywhere is refused or makes another valid state.
func TestDecodeSurvivesFlippedBits(t *testing.T) {
	for _, good := range [][]byte{fieldsSummary(0).AppendBinary(nil), fieldsSummary(10).AppendBinary(nil)} {
		for i := range good {
			for _, flip := range []byte{1, 0x80, 0xff} {
				bad := slices.Clone(good)
				bad[i] ^= flip
				if s, err := Decode(bad); err == nil {
					use(t, s, bad)
				}
			}
		}
	}
}

func readHex(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var goldenMix = mix{seed: 7, lines: 300, clients: 40, paths: 30, networks: 9, referrers: 9, agents: 9, k: 5}

const goldenFile = "testdata/summary_v2.hex"

// What version 2 wrote must be read as long as there is a version 2: a runner's state or a carried state may hold it. Never write this
// file anew for a change of the layout; that takes a new version.
func TestVersion2IsStillRead(t *testing.T) {
	want := summarize(goldenMix.k, goldenMix.requests()).AppendBinary(nil)
	if *update {
		if err := os.WriteFile(goldenFile, []byte(wrapHex(want)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden := readHex(t, goldenFile)
	s, err := Decode(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(s.AppendBinary(nil), golden) || !bytes.Equal(golden, want) {
		t.Error("version 2 is read or written otherwise than before")
	}
}

// Minutes, hours and days that were open when the program was upgraded were written by version 1: all that it knew is still there.
func TestVersion1IsStillRead(t *testing.T) {
	old := readHex(t, "testdata/summary_v1.hex")
	s, err := Decode(old)
	if err != nil {
		t.Fatal(err)
	}
	requests := goldenMix.requests()
	for i := range requests {
		requests[i].Allowed, requests[i].Query = false, false
	}
	want := summarize(goldenMix.k, requests)
	want.sample, want.kinds.refused = sample{}, [1]uint64{}
	if !bytes.Equal(s.AppendBinary(nil), want.AppendBinary(nil)) {
		t.Error("version 1 is read otherwise than before")
	}
	if at, err := EncodedFirstEvent(old); err != nil || at != want.counters.first {
		t.Errorf("the first event is at %d, %v; want %d", at, err, want.counters.first)
	}
}

// wrapHex writes lines of 64 bytes.
func wrapHex(b []byte) string {
	var text strings.Builder
	for line := range slices.Chunk(b, 64) {
		text.WriteString(hex.EncodeToString(line) + "\n")
	}
	return text.String()
}
