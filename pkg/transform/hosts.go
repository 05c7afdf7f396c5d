package transform

import (
	"hash/crc32"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

func init() {
	register.Combiner1[[]byte](&clientSetFn{})
	register.DoFn3x0[string, []byte, func(string)](&enoughFn{})
	register.DoFn5x1[string, []byte, func() func(*string) bool, func(beam.EventTime, string, []byte), func(beam.EventTime, string, []byte), error](&routeFn{})
	register.Emitter1[string]()
	register.Iter1[string]()
}

// clientSetFn merges sets of at most K distinct clients.
type clientSetFn struct{ K int }

// MergeAccumulators is report.MergeClientSets.
func (f *clientSetFn) MergeAccumulators(a, b []byte) []byte { return report.MergeClientSets(a, b, f.K) }

// enoughFn keeps the hosts that enough distinct clients asked for.
type enoughFn struct{}

// ProcessElement judges one host.
func (*enoughFn) ProcessElement(host string, clients []byte, emit func(string)) {
	if report.EnoughClients(clients) {
		emit(host)
	}
}

// VisibleHosts finds the host names that the run may show: a name that a client made up or that few share could name a visitor.
// PCollection<KV<host, client set>> → PCollection<host>.
func VisibleHosts(s beam.Scope, k int, clients beam.PCollection) beam.PCollection {
	s = s.Scope("transform.VisibleHosts")
	return beam.ParDo(s, &enoughFn{}, beam.CombinePerKey(s, &clientSetFn{K: k}, clients))
}

// routeFn parts the summaries of hosts that may be shown from the others, which it gives to the bucket.
type routeFn struct {
	Always []string // shown whoever asked for them: the operator named them

	visible map[string]bool
}

// ProcessElement routes one summary, which is not decoded for it. visible can be iterated again because Beam fetches an iterator that cannot from
// the runner anew for each element, read or not.
func (f *routeFn) ProcessElement(host string, sum []byte, visible func() func(*string) bool, first, second func(beam.EventTime, string, []byte)) error {
	if f.visible == nil {
		f.learn(visible())
	}
	if !f.visible[host] {
		host = vocabulary.OtherHosts
	}
	at, err := report.EncodedFirstEvent(sum)
	if err != nil {
		return err
	}
	emit := first
	if crc32.ChecksumIEEE([]byte(host))&1 == 1 { // the same for every worker
		emit = second
	}
	emit(endOfMinute(at/int64(time.Minute)), host, sum)
	return nil
}

func (f *routeFn) learn(visible func(*string) bool) {
	f.visible = map[string]bool{vocabulary.OtherHosts: false}
	for _, h := range f.Always {
		f.visible[h] = true
	}
	var h string
	for visible(&h) {
		if h != vocabulary.OtherHosts {
			f.visible[h] = true
		}
	}
}

// HideHosts gives the summaries of hosts that are neither visible nor always shown to the bucket of other hosts, and all of them the time of their
// minute. It parts the hosts into two halves, which a runner that gives one bundle to a whole step then merges side by side.
// PCollection<KV<host, encoded summary>> without a time → two of the same at the end of their minute.
//
// The summaries come without a time, as does what visible is made of: Prism takes a side input for complete once its watermark has passed that of the
// main input, which for times within the run can be before it has any element.
func HideHosts(s beam.Scope, always []string, visible, summaries beam.PCollection) (first, second beam.PCollection) {
	return beam.ParDo2(s.Scope("transform.HideHosts"), &routeFn{Always: always}, summaries, beam.SideInput{Input: visible})
}
