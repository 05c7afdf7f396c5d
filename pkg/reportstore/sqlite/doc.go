// Package sqlite keeps traffic reports in SQLite: the store of one machine. It passes the suite of pkg/reportstore/storetest. It decides nothing about
// reports but what rows of one slot add up to (report.Sum), and who may see them is pkg/access's to say.
//
// # The folder
//
// traffic.db holds rows, parts of open slots, the cursor, sources, dead letters, batches, generations, findings, the state of detection and literals in one
// file, so that a commit is one transaction; traffic.db-wal and traffic.db-shm are its log of changes. Copy them together, or with `sqlite3 traffic.db ".backup COPY"`.
// floodgauge.lock is locked by the one process that writes; the system lets go of it when that dies. Other concerns have files of their own beside
// these. All of them are their owner's alone.
//
// A row is kept twice: what charts need side by side for each host and level, and the whole report, packed. Rows that a rebuild replaces are deleted
// in its transaction, so every row that is there counts.
//
// # Limits
//
// Measured by BenchmarkSize, in bytes on the disk for a row, with the indexes:
//
//	minute of 3 requests           0.6 kB
//	minute of 60 requests          1.0 kB
//	minute or hour of 3,000        5   kB
//	hour of 100,000                9   kB
//	day of 1,000,000              10   kB and more
//
// A finding of an attack's minute takes 1.1 kB (BenchmarkFindings), so a day under attack 1.5 MB.
//
// With the default retention (14 days of minutes, 400 days of hours, days for ever) a site takes
//
//	quiet, some requests a minute              20 MB, and 2 MB more each year
//	one request a second, at all hours         70 MB, and 3 MB more each year
//	a thousand requests a second              300 MB, and 5 MB more each year
//
// so 1,000 sites of one request a second take 70 GB. A commit of 300 rows takes up to 0.1 s of one processor, the last hour of 3,000 sites is listed
// in 0.3 s (BenchmarkSites) and a year of a site charted in 0.2 s (BenchmarkSeries). Larger stores work, slower.
//
// # Views
//
// Query reads these alone:
//
//	traffic       level ('minute', 'hour', 'day'), host, start (text), unix (start in seconds: select stretches of time by this one), kind ('provisional',
//	              'closed', 'late': add the rows of a slot up), generation, requests, response_bytes, status_1xx to status_5xx, status_none,
//	              status_other, cache_hits, cache_hit_bytes, visitors, p50, p95, p99 (seconds), lines, line_xor (signed), late_lines, provisional (0, 1).
//	              An hour or day that is open has what the rows below it add up to by now, without percentiles and line_xor
//	top           level, host, start, unix, list ('top_paths', 'top_countries', 'top_networks', 'top_referrers', 'top_agents'), value, requests,
//	              response_bytes. Made of the reports as it is read: name level, host and unix. Of open hours and days it has what is closed in them
//	findings      host, start, unix, verdict ('unknown', 'normal', 'watch', 'suspected', 'attack'), kind, points, confidence (0 to 1), requests,
//	              normal_requests, revision: of each minute that has findings the latest. See schemas/attack.proto
//	dead_letters  id, source, reason, lines, at, set_aside (0, 1), tries
//	sources       source, lines, bytes, behind, frontier, newest, problem, dead_lines
//
// A column that the logs do not carry is NULL.
package sqlite
