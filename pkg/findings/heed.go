package findings

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// Words are what people said of cases, by site and in order of time, as detection heeds it: for the kinds that the case had, from the first minute on that
// begins when it was said or later. A minute is judged after its end, so a live run knows the words on it by then, and a rebuild finds the same.
func Words(said []reportstore.Feedback) map[string][]*schemas.Word {
	words := map[string][]*schemas.Word{}
	for _, f := range said {
		from := f.At.Truncate(time.Minute)
		if from.Before(f.At) {
			from = from.Add(time.Minute)
		}
		for _, kind := range f.Kinds {
			w := &schemas.Word{Kind: kind, From: timestamppb.New(from)}
			if !f.Undone {
				w.Until = timestamppb.New(f.Expires)
			}
			words[f.Host] = append(words[f.Host], w)
		}
	}
	return words
}
