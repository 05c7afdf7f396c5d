package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

func compareOutcomes(a, b *outcome) int {
	return cmp.Or(cmp.Compare(index(a.scenario), index(b.scenario)), cmp.Compare(a.rate, b.rate), cmp.Compare(a.seed, b.seed))
}

func index(s *scenario) int {
	return slices.IndexFunc(scenarios, func(o scenario) bool { return o.name == s.name })
}

// writeList writes a line for each outcome, for whoever looks into one.
func writeList(out io.Writer, outcomes []*outcome) {
	for _, o := range outcomes {
		fmt.Fprintf(out, "%-38s %5.0f/min seed %d: alarm %2d banners %d remarks %d points %2d peak %6.0f eligible %-5t kinds %s signals %s", o.scenario.name, o.rate, o.seed,
			o.alarm, o.banners, o.remarks, o.maxPoints, o.peak, o.eligible, pairs(o.kinds), pairs(o.signals))
		if l := o.labelled[ours]; l.right+l.wrong+l.missed > 0 {
			fmt.Fprintf(out, " labels +%d ~%d -%d", l.right, l.wrong, l.missed)
		}
		if o.rule != nil {
			var all []string
			for _, c := range o.rule.Conditions {
				all = append(all, c.Field+"="+c.Value)
			}
			fmt.Fprintf(out, " rule %s %s says %.3f is %.3f, bound %.4f is %.4f of %d", o.rule.Action, strings.Join(all, "&"), o.rule.Coverage, o.coverage, o.rule.CollateralBound, o.collateral,
				o.rule.CollateralSample)
		}
		fmt.Fprintf(out, " %s\n", o.status)
	}
}

func pairs[V int | int32](m map[string]V) string {
	var all []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all = append(all, fmt.Sprintf("%s:%d", k, m[k]))
	}
	return "{" + strings.Join(all, " ") + "}"
}
