package integration

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	v1pb "github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx/v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/protox"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/fsouza/fake-gcs-server/fakestorage"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/engine"
	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/report"
	"github.com/floodgauge/floodgauge/pkg/summarize"
)

// launchVariable makes this test's program launch the live graph instead of testing: Beam keeps its options in a program's flags.
const launchVariable = "FLOODGAUGE_TEST_LAUNCH"

func liveSpec() traffic.LiveSpec {
	return traffic.LiveSpec{Project: "test-project", Subscription: "lb-logs", ReportsTopic: "reports", DeadTopic: "dead", FindingsTopic: "findings",
		Config: traffic.Config{Levels: []string{traffic.Minute, traffic.Hour, traffic.Day}, Findings: true, Lateness: traffic.Late(24*time.Hour, time.Minute),
			Summarize: summarize.Config{Keys: testKeys(), K: 10, SitesOnly: true, Sites: map[string]string{"news.example.org": "news.example.org"}, MaxLateness: 24 * time.Hour,
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
	t.Run("no keys in the graph", func(t *testing.T) { checkNoKeys(t, p, df.jobs) })
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
	for _, want := range []string{"traffic/transform.Summarize", "transform.Merge", "hour", "day", "transform.Detect", "transform.WritePubSub", "transform.PublishFindings"} {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, want) }) {
			t.Errorf("no step of %s in %v", want, names)
		}
	}
}

// codersOfTheGraph are the coders of whatever is no plain number, text or collection of these. What they write is kept by runners: a coder that changes
// takes another name or version, and running jobs are then not updated but drained.
var codersOfTheGraph = []string{
	"*report.Summary: github.com/floodgauge/floodgauge/pkg/transform.encodeSummary, github.com/floodgauge/floodgauge/pkg/transform.decodeSummary",
	"beam:coder:row:v1: Source File Offset Data ID Arrival Broken TooLong",                // logentry.Block
	"beam:coder:row:v1: Source File Offset Length Lines Reason MessageHash",               // logentry.DeadLetter
	"protoreflect.ProtoMessage: " + beamCoders + ".protoEnc, " + beamCoders + ".protoDec", // rows and messages
	"varintz: " + beamCoders + "/core/runtime/coderx.encVarIntZ, " + beamCoders + "/core/runtime/coderx.decVarIntZ",
}

const beamCoders = "github.com/apache/beam/sdks/v2/go/pkg/beam"

// summaryVersion is the first byte that the summary's own coder writes.
const summaryVersion = 2

// checkCoders: nothing travels by a coder that is not listed, such as Beam's default one for a type with unexported fields.
func checkCoders(t *testing.T, p *pipepb.Pipeline) {
	var got []string
	for _, c := range p.GetComponents().GetCoders() {
		if text := describeCoder(t, c); text != "" {
			got = append(got, text)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(codersOfTheGraph, slices.Compact(got)); diff != "" {
		t.Errorf("coders (-want +got):\n%s", diff)
	}
	if first := report.New(10).AppendBinary(nil)[0]; first != summaryVersion {
		t.Errorf("summaries are of version %d, want %d", first, summaryVersion)
	}
}

// plainCoders are defined by Beam's model, for every language and release.
var plainCoders = regexp.MustCompile(`^beam:coder:(bytes|bool|varint|double|string_utf8|length_prefix|kv|iterable|windowed_value|global_window|interval_window|timer):v1$`)

// describeCoder names a coder with what it calls, or with the fields that it writes in their order; nothing of a plain one.
func describeCoder(t *testing.T, c *pipepb.Coder) string {
	t.Helper()
	spec := c.GetSpec()
	switch urn := spec.GetUrn(); {
	case plainCoders.MatchString(urn):
		return ""
	case urn == "beam:go:coder:custom:v1":
		custom := &v1pb.CustomCoder{}
		if err := protox.DecodeBase64(string(spec.GetPayload()), custom); err != nil {
			t.Fatal(err)
		}
		return custom.GetName() + ": " + custom.GetEnc().GetName() + ", " + custom.GetDec().GetName()
	case urn == "beam:coder:row:v1":
		schema := &pipepb.Schema{}
		if err := proto.Unmarshal(spec.GetPayload(), schema); err != nil {
			t.Fatal(err)
		}
		var fields []string
		for _, f := range schema.GetFields() {
			fields = append(fields, f.GetName())
		}
		return urn + ": " + strings.Join(fields, " ")
	default:
		return urn
	}
}

// checkNoKeys: a runner keeps the graph's description and shows the job's, whatever the configuration that it is made from holds.
func checkNoKeys(t *testing.T, p *pipepb.Pipeline, jobs []map[string]any) {
	texts := map[string]string{}
	for _, tr := range p.GetComponents().GetTransforms() {
		texts["step "+tr.GetUniqueName()] = decodedDoFn(tr)
	}
	graph, err := proto.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	job, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	texts["the graph"], texts["the job"] = string(graph), string(job)
	for _, secret := range [][]byte{testKeys().Line, testKeys().Seed} {
		for form, needle := range formsOfKey(secret) {
			for where, text := range texts {
				if strings.Contains(text, needle) {
					t.Errorf("%s holds a key (%s)", where, form)
				}
			}
		}
	}
}

// formsOfKey are the ways in which bytes are written: base64 may begin at any of three places in what it is a part of.
func formsOfKey(secret []byte) map[string]string {
	forms := map[string]string{"plain": string(secret), "hexadecimal": hex.EncodeToString(secret), "HEXADECIMAL": strings.ToUpper(hex.EncodeToString(secret))}
	for before := range 3 {
		padded := append(make([]byte, before), secret...)
		text := base64.RawStdEncoding.EncodeToString(padded)
		forms[fmt.Sprintf("base64 at %d", before)] = text[(8*before+5)/6 : 8*len(padded)/6]
	}
	return forms
}

// TestKeysAreFound: the search for keys finds one in a graph that has it, in each form.
func TestKeysAreFound(t *testing.T) {
	spec := liveSpec()
	if len(spec.Config.Summarize.Keys.Seed) == 0 {
		t.Fatal("there is no key that a graph could hold")
	}
	raw, err := json.Marshal(map[string]any{"before": "x", "keys": spec.Config.Summarize.Keys})
	if err != nil {
		t.Fatal(err)
	}
	packed := base64.StdEncoding.EncodeToString(append([]byte("any text "), raw...))
	found := map[string]bool{}
	for form, needle := range formsOfKey([]byte(testSecret)) {
		for _, text := range []string{string(raw), unpacked([]byte(packed)), testSecret, fmt.Sprintf("%x", testSecret), fmt.Sprintf("%X", testSecret),
			base64.StdEncoding.EncodeToString([]byte("a" + testSecret)), base64.StdEncoding.EncodeToString([]byte("ab" + testSecret))} {
			found[form] = found[form] || strings.Contains(text, needle)
		}
	}
	for form, ok := range found {
		if !ok {
			t.Errorf("a key is not found in the form %s", form)
		}
	}
}
