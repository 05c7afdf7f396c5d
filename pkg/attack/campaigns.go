package attack

import (
	"cmp"
	"slices"
	"strings"

	"github.com/floodgauge/floodgauge/schemas"
)

// Campaign is cases of several sites at the same time that look alike: most likely one attacker's.
type Campaign struct {
	Cases []Case // by host
	// Marks are what they have in common, such as "agent Nikto".
	Marks []string
}

// Campaigns groups cases that overlap, are of one kind and have a value in common that stands out, the largest groups first. Only what is called an attack, or
// suspected, counts, and a group whose cases are all in a larger one is not told again.
func Campaigns(cases []Case) (all []Campaign) {
	byMark := map[string][]Case{}
	for _, c := range cases {
		if c.Worst.Verdict < schemas.Verdict_VERDICT_SUSPECTED {
			continue
		}
		for _, mark := range marks(c.Worst) {
			key := c.Worst.Kind + " " + mark
			byMark[key] = append(byMark[key], c)
		}
	}
	byHosts := map[string]*Campaign{}
	for key, alike := range byMark {
		slices.SortFunc(alike, func(a, b Case) int { return cmp.Or(a.From.Compare(b.From), strings.Compare(a.Host, b.Host)) })
		_, mark, _ := strings.Cut(key, " ")
		for _, group := range overlapping(alike) {
			slices.SortFunc(group, func(a, b Case) int { return cmp.Or(strings.Compare(a.Host, b.Host), a.From.Compare(b.From)) })
			if hosts := slices.CompactFunc(slices.Clone(group), func(a, b Case) bool { return a.Host == b.Host }); len(hosts) < 2 {
				continue
			}
			id := identity(group)
			if byHosts[id] == nil {
				byHosts[id] = &Campaign{Cases: group}
			}
			byHosts[id].Marks = append(byHosts[id].Marks, mark)
		}
	}
	for _, c := range byHosts {
		slices.Sort(c.Marks)
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Campaign) int {
		return cmp.Or(cmp.Compare(len(b.Cases), len(a.Cases)), strings.Compare(identity(a.Cases), identity(b.Cases)))
	})
	kept := all[:0]
	for _, c := range all {
		if !slices.ContainsFunc(kept, c.within) {
			kept = append(kept, c)
		}
	}
	return kept
}

// within tells whether all cases are among another campaign's.
func (c *Campaign) within(other Campaign) bool {
	return !slices.ContainsFunc(c.Cases, func(one Case) bool {
		return !slices.ContainsFunc(other.Cases, func(o Case) bool { return o.Host == one.Host && o.From.Equal(one.From) })
	})
}

// overlapping parts cases, in order of their beginning, where there is a pause.
func overlapping(cases []Case) (groups [][]Case) {
	for i, c := range cases {
		if i == 0 || c.From.After(latest(groups[len(groups)-1]).To) {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], c)
	}
	return groups
}

func latest(cases []Case) Case {
	return slices.MaxFunc(cases, func(a, b Case) int { return a.To.Compare(b.To) })
}

func identity(cases []Case) string {
	var id strings.Builder
	for _, c := range cases {
		id.WriteString(c.Host + c.From.String() + " ")
	}
	return id.String()
}

// marks are the values that stand out and tell one attacker from another; a country, or requests without a referrer, do not.
func marks(f *schemas.Finding) (all []string) {
	names := map[string]string{"top_agents": "agent", "top_paths": "path", "top_networks": "network"}
	for _, s := range f.Standouts {
		if name := names[s.List]; name != "" && s.Value != others && s.Value != none {
			all = append(all, name+" "+s.Value)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
