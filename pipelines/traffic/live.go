package traffic

import (
	"errors"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/floodgauge/floodgauge/pkg/transform"
)

// LiveSpec is an unbounded run on Dataflow.
type LiveSpec struct {
	Config       Config `json:"config"` // with exactly one source
	Project      string `json:"project"`
	Subscription string `json:"subscription"` // of a Cloud Logging sink's topic
	ReportsTopic string `json:"reports_topic"`
	DeadTopic    string `json:"dead_topic"`
	// FindingsTopic is where findings go, if Config asks for them. Where the states that a later run goes on from are kept comes with launching.
	FindingsTopic string `json:"findings_topic,omitempty"`
}

// Late is the lateness of a run that takes lines up to age after their time. Windows live twice as long: a step sees neither the watermark nor
// what a runner drops, so lines beyond age are diverted and counted in the parse step, well before the runner would drop them.
func Late(age, delay time.Duration) transform.Lateness {
	return transform.Lateness{Allowed: 2 * age, Delay: delay}
}

// BuildLive adds the unbounded graph with its source and its sink to s.
func BuildLive(s beam.Scope, spec LiveSpec) error {
	if len(spec.Config.Summarize.Sources) != 1 {
		return errors.New("a live run reads one source, the subscription")
	}
	if spec.Config.Findings != (spec.FindingsTopic != "") {
		return errors.New("a live run has findings and a topic for them, or neither")
	}
	out, err := BuildUnbounded(s, spec.Config, transform.ReadPubSub(s, spec.Project, spec.Subscription))
	if err != nil {
		return err
	}
	names := []string{spec.Config.Summarize.Sources[0].Name}
	transform.WritePubSub(s, spec.Project, spec.ReportsTopic, spec.DeadTopic, names, out.Reports, out.DeadLetters)
	for _, found := range out.Findings {
		transform.PublishFindings(s, spec.Project, spec.FindingsTopic, found)
	}
	return nil
}

// BuildUnbounded adds the graph to s. messages is a PCollection<*pubsub.PubsubMessage> with the event times of its lines. Detection goes on from states, the
// Output.States of an earlier run, each host's last one, without a time.
func BuildUnbounded(s beam.Scope, cfg Config, messages beam.PCollection, states ...beam.PCollection) (Output, error) {
	if cfg.bounded() {
		return Output{}, errors.New("a live run needs to know how late lines may come")
	}
	return build(s, cfg, states, transform.Messages(s, 0, messages))
}
