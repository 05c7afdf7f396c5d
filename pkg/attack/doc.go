// Package attack judges the traffic of a site, minute by minute: is it what this site usually has, and if not, what is off, in numbers and words. It is a
// pure function from a baseline and the row of a closed minute to the next baseline and a finding, so it gives the same live, over an archive and after a
// rebuild. It reads rows as they are published, so it can name nobody; it keeps nothing, asks no clock and stops nothing.
//
// # Method
//
// Volume is log(1+requests) against a mean and a deviation that forget with a half-life of 14 minutes. A minute stands out from 4 deviations on; two of
// three such minutes, three of 15 (pulses) or one of 8 deviations are evidence, and so is a ramp that the mean follows (one-sided CUSUM). The mix of
// agents, paths, networks, countries and referrers is compared with the usual mix by the Jensen-Shannon divergence (0 to 1), errors, cache misses, tools
// and requests per client with their usual share. Each sign has points, as in CRS; what speaks for a crowd of readers has points below 0. The
// points are starting values: they are not fitted yet.
//
// While a case is open (suspected, or attack) nothing is learned from its minutes.
//
// # What it cannot see
//
// Attacks at human rate with the site's own mix; attacks that were there from the first minute on; anything below some 100 requests a minute above normal;
// floods below HTTP; single abusive clients on a busy site, as rows know no single client.
package attack
