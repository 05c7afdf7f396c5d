package integration

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/fsouza/fake-gcs-server/fakestorage"
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/engine"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// launchVariable makes this test's program launch the live graph instead of testing: Beam keeps its options in a program's flags.
const launchVariable = "FLOODGAUGE_TEST_LAUNCH"

func liveSpec() traffic.LiveSpec {
	return traffic.LiveSpec{Project: "test-project", Subscription: "lb-logs", ReportsTopic: "reports", DeadTopic: "dead",
		Config: traffic.Config{Levels: []string{traffic.Minute, traffic.Hour, traffic.Day}, Lateness: traffic.Late(24*time.Hour, time.Minute),
			Summarize: summarize.Config{K: 10, SitesOnly: true, Sites: map[string]string{"news.example.org": "news.example.org"}, MaxLateness: 24 * time.Hour,
				Sources: []logentry.Source{{Name: "lb-logs", Format: "gcp"}}}}}
}

func launchForTest() int {
	d := engine.Dataflow{Project: "test-project", Region: "us-central1", JobName: "floodgauge-test", StagingLocation: "gs://bucket/staging",
		WorkerBinary: os.Args[0], Endpoint: os.Getenv(launchVariable)}
	if err := engine.Launch(context.Background(), d, func(s beam.Scope) error { return traffic.BuildLive(s, liveSpec()) }); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// TestDataflowJob stages the live graph and looks at what Dataflow would run. The real service is not reached.
func TestDataflowJob(t *testing.T) {
	df, gcs, endpoint, env := startFakeCloud(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(env, launchVariable+"="+endpoint)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("launching: %v\n%s", err, out)
	}
	if len(df.jobs) != 1 || df.jobs[0]["type"] != "JOB_TYPE_STREAMING" {
		t.Fatalf("want one streaming job, got %v", df.jobs)
	}
	p := stagedPipeline(t, gcs)
	t.Run("steps are named", func(t *testing.T) { checkStepNames(t, p) })
	t.Run("coders are versioned", func(t *testing.T) { checkCoders(t, p) })
	t.Run("no personal data is shuffled", func(t *testing.T) { checkShuffles(t, p) })
	t.Run("no keys in the graph", func(t *testing.T) { checkNoKeys(t, p) })
}

func stagedPipeline(t *testing.T, gcs *fakestorage.Server) *pipepb.Pipeline {
	t.Helper()
	list, err := gcs.ListObjectsWithOptionsPaginated("bucket", fakestorage.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list.Objects {
		if !strings.HasSuffix(o.Name, "/model") {
			continue
		}
		object, err := gcs.GetObject("bucket", o.Name)
		if err != nil {
			t.Fatal(err)
		}
		p := &pipepb.Pipeline{}
		if err := proto.Unmarshal(object.Content, p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	t.Fatal("no staged graph")
	return nil
}

// checkStepNames: an update of a running job matches steps by name, so each belongs to a named scope and none is numbered by chance.
func checkStepNames(t *testing.T, p *pipepb.Pipeline) {
	var names []string
	for _, tr := range p.GetComponents().GetTransforms() {
		names = append(names, tr.GetUniqueName())
	}
	slices.Sort(names)
	if len(names) < 10 {
		t.Fatalf("only %d steps", len(names))
	}
	numbered := regexp.MustCompile(`'\d*$|\(\d+\)|^e\d+$`)
	for i, n := range names {
		if i > 0 && n == names[i-1] {
			t.Errorf("two steps are called %s", n)
		}
		if numbered.MatchString(n) {
			t.Errorf("step %s is named by a number", n)
		}
	}
	for _, want := range []string{"traffic/transform.Summarize", "transform.Merge", "hour", "day", "transform.WritePubSub"} {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, want) }) {
			t.Errorf("no step of %s in %v", want, names)
		}
	}
}

// checkCoders: summaries travel by their own coder, not by Beam's default one.
func checkCoders(t *testing.T, p *pipepb.Pipeline) {
	found := false
	for _, c := range p.GetComponents().GetCoders() {
		found = found || strings.Contains(string(c.GetSpec().GetPayload()), "encodeSummary") || strings.Contains(decodedPayload(c), "encodeSummary")
	}
	if !found {
		t.Error("no coder of the graph is the summary's own")
	}
}

// checkNoKeys: a runner keeps the graph's description.
func checkNoKeys(t *testing.T, p *pipepb.Pipeline) {
	for name, tr := range p.GetComponents().GetTransforms() {
		if strings.Contains(decodedDoFn(tr), testSecret) {
			t.Errorf("step %s holds a key", name)
		}
	}
}
