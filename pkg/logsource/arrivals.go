package logsource

import "time"

// Arrivals says when the bytes of a file came, about: of files that nobody reads not every arrival is remembered.
type Arrivals []arrival

// arrival says that the bytes up to to were there at a time.
type arrival struct {
	to int64
	at time.Time
}

const maxArrivals = 256

// Add notes that the bytes up to to were there at a time. Where there are many arrivals, every second goes; the earlier time of two stays.
func (a *Arrivals) Add(to int64, at time.Time) {
	all := *a
	if n := len(all); n >= maxArrivals {
		for i := range n / 2 {
			all[i] = arrival{all[2*i+1].to, all[2*i].at}
		}
		all = all[:n/2]
	}
	*a = append(all, arrival{to, at})
}

// Of returns when the byte at an offset came, and otherwise for one that is not known.
func (a Arrivals) Of(offset int64, otherwise time.Time) time.Time {
	for _, arrival := range a {
		if arrival.to > offset {
			return arrival.at
		}
	}
	return otherwise
}
