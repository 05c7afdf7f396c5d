package reportwriter

import (
	"math"
	"testing"
	"time"
)

func TestNumbers_areWrittenForPeople(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{count(0), "0"},
		{count(999), "999"},
		{count(1000), "1,000"},
		{count(1234567), "1,234,567"},
		{count(-123456), "-123,456"},
		{count(math.MaxInt64), "9,223,372,036,854,775,807"},
		{byteCount(0), "0 B"},
		{byteCount(999), "999 B"},
		{byteCount(1000), "1 kB"},
		{byteCount(18_518_505_000), "18.5 GB"},
		{byteCount(999_600_000), "1 GB"},
		{axisCount(80_000), "80k"},
		{axisCount(412_345), "412k"},
		{duration(0), "0 ms"},
		{duration(0.00042), "0.42 ms"},
		{duration(0.0123), "12 ms"},
		{duration(0.9994), "999 ms"},
		{duration(0.9996), "1 s"},
		{duration(1.27), "1.3 s"},
		{duration(12.3), "12 s"},
		{duration(125), "2m5s"},
		{percent(0, 0), "-"},
		{percent(0, 7), "0 %"},
		{percent(1, 1_000_000), "<0.1 %"},
		{percent(1, 3), "33.3 %"},
		{percent(999_999, 1_000_000), ">99.9 %"},
		{percent(7, 7), "100 %"},
		{pace(100, time.Second), "100 a second"},
		{pace(90, time.Minute), "1.5 a second"},
		{pace(42, time.Hour), "42 an hour"},
		{pace(3, 48*time.Hour), "1.5 a day"},
		{spanWords(time.Minute), "1 minute"},
		{spanWords(119 * time.Minute), "1 hour 59 minutes"},
		{spanWords(50 * time.Hour), "2 days 2 hours"},
		{spanWords(0), "0 seconds"},
		{bitRate(7_500_000, time.Minute), "1 Mbit/s"},
		{samplePercent(0.1), "10 %"},
		{samplePercent(0.0025), "0.25 %"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
