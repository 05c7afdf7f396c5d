// Package attack judges the traffic of a site, minute by minute: is it what this site usually has, and if not, what is off, in numbers and words, and which rule
// would stop it. It is a pure function from a baseline and what was observed of a closed minute to the next baseline and a finding, so it gives the same live,
// over an archive and after a rebuild. It keeps nothing, asks no clock and stops nothing; a finding names no value that fewer than k clients share.
//
// # Method
//
// Volume is log(1+requests) against a mean and a deviation that forget with a half-life of 14 minutes. A minute stands out from 4 deviations on; two of
// three such minutes, three of 15 (pulses) or one of 8 deviations are evidence, and so is a ramp that the mean follows (one-sided CUSUM).
//
// The mix of agents, paths, networks, countries and referrers in a sample of the minute is compared with the usual one by the Jensen-Shannon divergence
// (0 to 1), less what chance alone gives for so many persons; errors, cache misses, tools, files of pages and requests for each person with their usual share.
// An office behind one address counts as as many persons as it has agents.
//
// Single clients are called scanners, guessers of passwords, programs or crawlers by what they did in the minute (LabelOf); scanners and guessers are followed
// over minutes. A post is refused where the answer is an error that wrong passwords get, or the form again at login pages that answer so (pkg/summarize).
//
// Each sign has points, as in the rule set of OWASP; what speaks for a crowd of readers has points below 0. The points are set by hand on seeds of
// evaluate, and measured on others: see EVALUATION.md. While a case is open (suspected, or attack) nothing is learned from its minutes.
//
// Rules are conjunctions of up to three values that the case's minutes have much of and the remembered usual requests next to none. The bound for whom a rule
// would hurt is that of Clopper and Pearson.
//
// # What it cannot see
//
// Attacks at human rate with the site's own mix; attacks that were there from the first hour on; floods of less than 100 requests a minute above normal, and
// floods below HTTP; clients that change their address beyond a /64.
package attack
