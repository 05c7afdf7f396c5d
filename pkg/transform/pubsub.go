package transform

import (
	"strconv"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/pubsubio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"google.golang.org/genproto/googleapis/pubsub/v1"
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/schemas"
)

func init() {
	register.DoFn2x0[*pubsub.PubsubMessage, func(logentry.Block)](&messageFn{})
	register.Function1x2(encodeReport)
	register.Function1x2(encodeFinding)
	register.DoFn2x1[logentry.DeadLetter, func([]byte), error](&encodeDeadFn{})
	register.Emitter1[[]byte]()
}

// TimestampAttribute is the one attribute that a Cloud Logging sink sets: the time of the log entry.
const TimestampAttribute = "logging.googleapis.com/timestamp"

// ReadPubSub reads a subscription of a Cloud Logging sink, with the entries' own times. It runs on Dataflow only. Result is an unbounded
// PCollection<*pubsub.PubsubMessage>.
func ReadPubSub(s beam.Scope, project, subscription string) beam.PCollection {
	return pubsubio.Read(s, project, pubsubio.ReadOptions{Subscription: subscription, TimestampAttribute: TimestampAttribute, WithAttributes: true})
}

// messageFn makes each message a block of its own.
type messageFn struct{ Source int }

// ProcessElement turns one message into a block.
func (f *messageFn) ProcessElement(m *pubsub.PubsubMessage, emit func(logentry.Block)) {
	b := logentry.Block{Source: f.Source, Data: m.GetData(), ID: m.GetMessageId()}
	if t := m.GetPublishTime(); t != nil {
		b.Arrival = t.AsTime().UnixNano()
	} else {
		b.Arrival = time.Now().UnixNano()
	}
	emit(b)
}

// Messages makes blocks of messages. PCollection<*pubsub.PubsubMessage> → PCollection<logentry.Block>.
func Messages(s beam.Scope, source int, messages beam.PCollection) beam.PCollection {
	return beam.ParDo(s.Scope("transform.Messages"), &messageFn{Source: source}, messages)
}

// oneWindow joins rows of several levels: they carry their own time.
func oneWindow(s beam.Scope, reports []beam.PCollection) beam.PCollection {
	var whole []beam.PCollection
	for i, rows := range reports {
		whole = append(whole, Whole(s.Scope("window-"+strconv.Itoa(i)), rows))
	}
	return Flatten(s, whole...)
}

func encodeReport(row *schemas.TrafficReport) ([]byte, error) { return proto.Marshal(row) }

// encodeDeadFn encodes dead letters with their source's name.
type encodeDeadFn struct{ Sources []string }

// ProcessElement encodes one dead letter.
func (f *encodeDeadFn) ProcessElement(d logentry.DeadLetter, emit func([]byte)) error {
	b, err := proto.Marshal(deadLetterRow(f.Sources, d))
	if err == nil {
		emit(b)
	}
	return err
}

// WritePubSub publishes rows and dead letters, each as one protobuf message. It runs on Dataflow only. The Reshuffle fixes the rows before
// they are written: a bundle that is tried again publishes the same ones.
func WritePubSub(s beam.Scope, project, reportsTopic, deadTopic string, sources []string, reports []beam.PCollection, dead beam.PCollection) {
	s = s.Scope("transform.WritePubSub")
	rows, letters := s.Scope("reports"), s.Scope("deadletters")
	pubsubio.Write(rows, project, reportsTopic, beam.Reshuffle(rows, beam.ParDo(rows, encodeReport, oneWindow(rows, reports))))
	pubsubio.Write(letters, project, deadTopic, beam.Reshuffle(letters, beam.ParDo(letters, &encodeDeadFn{Sources: sources}, dead)))
}

func encodeFinding(f *schemas.Finding) ([]byte, error) { return proto.Marshal(f) }

// PublishFindings publishes findings as WritePubSub does rows. It runs on Dataflow only.
func PublishFindings(s beam.Scope, project, topic string, found beam.PCollection) {
	s = s.Scope("transform.PublishFindings")
	pubsubio.Write(s, project, topic, beam.Reshuffle(s, beam.ParDo(s, encodeFinding, found)))
}
