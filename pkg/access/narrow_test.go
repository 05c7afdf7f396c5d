package access

import (
	"slices"
	"testing"
)

func TestNarrowNeverWidens(t *testing.T) {
	some := only([]string{"a.example", "b.example"})
	for _, c := range []struct {
		from SiteSet
		ask  []string
		want []string
	}{
		{Everything(), []string{"b.example", "a.example", "b.example"}, []string{"a.example", "b.example"}},
		{some, []string{"b.example", "c.example"}, []string{"b.example"}},
		{some, nil, nil},
		{SiteSet{}, []string{"a.example"}, nil},
	} {
		got := c.from.Narrow(c.ask...)
		if got.All() || !slices.Equal(got.Sites(), c.want) {
			t.Errorf("%v narrowed to %q is %v", c.from, c.ask, got)
		}
	}
}
