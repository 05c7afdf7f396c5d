package report

import (
	"testing"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// What a client did is told in numbers: a scanner's failures, a reader's files, a person's one request.
func TestClientsTellWhatTheyDid(t *testing.T) {
	s := New(10)
	add := func(client byte, n int, r Request) {
		for i := range n {
			r.Client, r.Logged, r.Time, r.LineID = token{client}, allFields, minuteStart+int64(i)*1e9, uint64(client)<<32|uint64(i)
			if r.PathHash != 7 {
				r.PathHash = uint32(hashOf(uint64(i)))
			}
			s.Add(&r)
		}
	}
	add(1, 30, Request{Status: 404, Method: vocabulary.MethodGet, Class: vocabulary.ClientTool})
	add(2, 10, Request{Status: 401, Method: vocabulary.MethodPost, PathHash: 7, Class: vocabulary.ClientBrowser, Cache: vocabulary.CacheMiss})
	add(2, 4, Request{Status: 200, Static: true, Referrer: "a.example", Class: vocabulary.ClientBrowser})
	add(3, 1, Request{Status: 503, Allowed: true, Class: vocabulary.ClientVerifiedBot})
	got := map[byte]Client{}
	s.EachClient(func(c *Client) { got[c.Token[0]] = *c })
	if c := got[1]; c.Requests != 30 || c.Failed != 30 || c.FailedPaths < 24 || c.FailedPaths > 36 || !c.Tool || c.Browser || c.Parts[0] != 10 {
		t.Errorf("the scanner is %+v", c)
	}
	if c := got[2]; c.Requests != 14 || c.Posts != 10 || c.Static != 4 || c.Misses != 10 || c.TopPath < 9 || !c.Browser || !c.Referrer || c.Agents > 1 {
		t.Errorf("the reader is %+v", c)
	}
	if c := got[3]; c.Requests != 1 || c.Broken != 1 || !c.Verified || !c.Allowed {
		t.Errorf("the crawler is %+v", c)
	}
	if s.RefusedPosts() != 10 || s.ClientsUnknown() != "" || New(1).ClientsUnknown() != "not logged" {
		t.Errorf("%d posts were refused; clients are unknown: %q", s.RefusedPosts(), s.ClientsUnknown())
	}
}
