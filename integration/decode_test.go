package integration

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
)

var base64Text = regexp.MustCompile(`[A-Za-z0-9+/_-]{24,}={0,2}`)

// unpacked is a payload with every base64 text in it decoded, as often as it takes: Beam packs user code and coders that way.
func unpacked(payload []byte) string {
	all := string(payload)
	for round, part := 0, all; round < 3; round++ {
		var decoded strings.Builder
		for _, m := range base64Text.FindAllString(part, -1) {
			for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
				if b, err := enc.DecodeString(m); err == nil {
					decoded.Write(b)
					break
				}
			}
		}
		part = decoded.String()
		all += part
	}
	return all
}

func decodedPayload(c *pipepb.Coder) string { return unpacked(c.GetSpec().GetPayload()) }

func decodedDoFn(tr *pipepb.PTransform) string { return unpacked(tr.GetSpec().GetPayload()) }

// checkShuffles: what a runner keeps between steps is the input of its grouping steps. Only host names, summaries (whose clients are tokens),
// rows and dead letters may be there, never blocks, messages or entries.
func checkShuffles(t *testing.T, p *pipepb.Pipeline) {
	c := p.GetComponents()
	shuffles := 0
	for _, tr := range c.GetTransforms() {
		switch tr.GetSpec().GetUrn() {
		case "beam:transform:group_by_key:v1", "beam:transform:combine_per_key:v1", "beam:transform:reshuffle:v1":
		default:
			continue
		}
		shuffles++
		for _, in := range tr.GetInputs() {
			text := coderText(c, c.GetPcollections()[in].GetCoderId())
			for _, bad := range []string{"logentry.Block", "PubsubMessage", "logentry.Entry"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s shuffles %s", tr.GetUniqueName(), bad)
				}
			}
		}
	}
	if shuffles < 4 {
		t.Errorf("only %d shuffles found", shuffles)
	}
}

// coderText is everything that a coder and its parts say of themselves.
func coderText(c *pipepb.Components, id string) string {
	coder := c.GetCoders()[id]
	text := coder.GetSpec().GetUrn() + " " + decodedPayload(coder)
	for _, part := range coder.GetComponentCoderIds() {
		text += " " + coderText(c, part)
	}
	return text
}
