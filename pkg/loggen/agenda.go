package loggen

import "math"

// never is later than every request.
const never = math.MaxInt64

// agenda holds who acts next: the sessions under way, as a heap by the time of their next request, and those still to arrive.
type agenda[T any] struct {
	arrivals *pace // nil where nobody arrives
	waiting  []turn[T]
	current  *T
	arrived  bool // current is new, it is not in waiting
	spare    []*T
}

type turn[T any] struct {
	at   int64
	item *T
}

// when returns the time of the next request, in Unix nanoseconds.
func (a *agenda[T]) when() int64 {
	at := int64(never)
	if len(a.waiting) > 0 {
		at = a.waiting[0].at
	}
	if a.arrivals != nil && a.arrivals.at < at {
		return a.arrivals.at
	}
	return at
}

// due returns whose turn it is, and whether it is a new one, which the caller sets up. The caller then says stay or leave.
func (a *agenda[T]) due() (item *T, arrived bool) {
	a.arrived = a.arrivals != nil && (len(a.waiting) == 0 || a.arrivals.at < a.waiting[0].at)
	if !a.arrived {
		a.current = a.waiting[0].item
		return a.current, false
	}
	a.arrivals.advance()
	if n := len(a.spare); n > 0 {
		a.current, a.spare = a.spare[n-1], a.spare[:n-1]
	} else {
		a.current = new(T)
	}
	return a.current, true
}

// stay gives the current item its next turn.
func (a *agenda[T]) stay(at int64) {
	if a.arrived {
		a.add(at, a.current)
		return
	}
	a.waiting[0].at = at
	a.down(0)
}

// leave ends the current item; it will be used again for an arrival.
func (a *agenda[T]) leave() {
	a.spare = append(a.spare, a.current)
	if a.arrived {
		return
	}
	last := len(a.waiting) - 1
	a.waiting[0] = a.waiting[last]
	a.waiting = a.waiting[:last]
	a.down(0)
}

func (a *agenda[T]) add(at int64, item *T) {
	a.waiting = append(a.waiting, turn[T]{at, item})
	for i := len(a.waiting) - 1; i > 0; {
		parent := (i - 1) / 2
		if a.waiting[parent].at <= a.waiting[i].at {
			return
		}
		a.waiting[parent], a.waiting[i] = a.waiting[i], a.waiting[parent]
		i = parent
	}
}

func (a *agenda[T]) down(i int) {
	w := a.waiting
	for {
		child := 2*i + 1
		if child >= len(w) {
			return
		}
		if child+1 < len(w) && w[child+1].at < w[child].at {
			child++
		}
		if w[i].at <= w[child].at {
			return
		}
		w[i], w[child] = w[child], w[i]
		i = child
	}
}
