package transform

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

func init() {
	register.Combiner1[[]byte](&clientSetFn{})
	register.DoFn3x0[string, []byte, func(string)](&enoughFn{})
	register.DoFn5x0[string, *report.Summary, func(*string) bool, func(string, *report.Summary), func(string, *report.Summary)](&routeFn{})
	register.Emitter1[string]()
	register.Emitter2[string, *report.Summary]()
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

// ProcessElement routes one summary.
func (f *routeFn) ProcessElement(host string, sum *report.Summary, visible func(*string) bool, shown, bucket func(string, *report.Summary)) {
	if f.visible == nil {
		f.visible = map[string]bool{summarize.OtherHosts: false}
		for _, h := range f.Always {
			f.visible[h] = true
		}
		var h string
		for visible(&h) {
			if h != summarize.OtherHosts {
				f.visible[h] = true
			}
		}
	}
	if f.visible[host] {
		shown(host, sum)
	} else {
		bucket(summarize.OtherHosts, sum)
	}
}

// HideHosts gives the summaries of hosts that are neither visible nor always shown to the bucket of other hosts and merges them there.
// PCollection<KV<host, *report.Summary>> → two of the same: the shown hosts', and the bucket's.
func HideHosts(s beam.Scope, always []string, visible, summaries beam.PCollection) (shown, bucket beam.PCollection) {
	s = s.Scope("transform.HideHosts")
	shown, hidden := beam.ParDo2(s, &routeFn{Always: always}, summaries, beam.SideInput{Input: visible})
	return shown, Merge(s, hidden)
}
