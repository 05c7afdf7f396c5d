package report

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// logged counts, for each field, the lines whose format logs it.
type logged [vocabulary.FieldCount]uint64

func (l *logged) count(fields vocabulary.Fields, lines uint64) {
	for f := range l {
		if fields.Has(vocabulary.Field(f)) {
			l[f] = add(l[f], lines)
		}
	}
}

func (l *logged) merge(o *logged) {
	for f, n := range o {
		l[f] = add(l[f], n)
	}
}

func (l *logged) appendTo(b []byte) []byte { return appendCounts(b, l[:]) }

func (l *logged) decode(r *reader) { r.counts(l[:]) }
