package logsource

import (
	"iter"

	"github.com/floodgauge/floodgauge/pkg/logentry"
)

const (
	// furtherPlaces is in how many places of a plain file samples are taken, from its beginning to its end.
	furtherPlaces = 16
	// furtherBytes is how much of the text of other files is looked at; of standard input it is what is kept.
	furtherBytes = stdinHead
)

// Further returns samples like that of Head from further on in a file, for a file whose beginning is no log: a disk that was full, a truncated file
// whose hole reads as NUL bytes, another program's lines. Plain files are looked at in places up to their end, others and standard input in their
// first 8 MiB of text. A sample is valid until the next one. What cannot be read ends the samples; reading the file will tell.
func Further(f File, stdin *Stdin) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if f.divisible() {
			f.samplePlaces(yield)
		} else {
			f.sampleBlocks(stdin, yield)
		}
	}
}

func (f File) samplePlaces(yield func([]byte) bool) {
	if f.Size <= sampleBytes {
		return
	}
	for place := int64(1); place <= furtherPlaces; place++ {
		var sample []byte
		from := (f.Size - sampleBytes) / furtherPlaces * place
		_, err := f.look(from, from+sampleBytes, nil, func(b *logentry.Block) error {
			sample = appendLines(sample, b)
			return nil
		})
		if err != nil || !yield(cutSample(sample)) {
			return
		}
	}
}

func (f File) sampleBlocks(stdin *Stdin, yield func([]byte) bool) {
	var sample []byte
	seen, more := 0, true
	_, _ = f.look(0, -1, stdin, func(b *logentry.Block) error {
		sample = appendLines(sample, b)
		if len(sample) < sampleBytes {
			return nil
		}
		seen += len(sample) + int(b.TooLong)
		if more = yield(sample); !more || seen >= furtherBytes {
			more = false
			return errEnough
		}
		sample = sample[:0]
		return nil
	})
	if more && len(sample) > 0 {
		yield(sample)
	}
}
