-- What `floodgauge query` may read. `{}` stands for a name that is made up for each query: the tables are open to views of such names alone, so a
-- statement reaches them only through the five views that it knows, whatever its own views are called.

-- Hours and days that are open, or have an open slot in them: their own rows have only what is closed below them.
CREATE TEMP VIEW {}hours AS SELECT DISTINCT host, start - start % 3600 AS start FROM main.partials WHERE level BETWEEN 0 AND 1;
CREATE TEMP VIEW {}days AS SELECT DISTINCT host, start - start % 86400 AS start FROM main.partials WHERE level BETWEEN 0 AND 2;

CREATE TEMP VIEW {}traffic AS
  SELECT
    l.name AS level, h.name AS host, strftime('%Y-%m-%dT%H:%M:%SZ', r.start, 'unixepoch') AS start, r.start AS unix,
    CASE r.kind WHEN 0 THEN 'provisional' WHEN 1 THEN 'closed' ELSE 'late' END AS kind, r.generation AS generation, r.requests AS requests,
    r.response_bytes AS response_bytes, r.status_1xx AS status_1xx, r.status_2xx AS status_2xx, r.status_3xx AS status_3xx,
    r.status_4xx AS status_4xx, r.status_5xx AS status_5xx, r.status_none AS status_none, r.status_other AS status_other,
    r.cache_hits AS cache_hits, r.cache_hit_bytes AS cache_hit_bytes, r.visitors AS visitors, r.p50 AS p50, r.p95 AS p95, r.p99 AS p99,
    r.lines AS lines, r.line_xor AS line_xor, r.late_lines AS late_lines, r.kind = 0 AS provisional
  FROM main.levels l JOIN main.rows r ON r.level = l.id JOIN main.hosts h ON h.id = r.host
  WHERE l.id = 0 OR NOT EXISTS (SELECT 1 FROM main.partials p
    WHERE p.level IN (0, 1, 2) AND p.level <= l.id AND p.host = r.host AND p.start >= r.start AND p.start < r.start + CASE l.id WHEN 1 THEN 3600 ELSE 86400 END)
  UNION ALL SELECT
    'hour', h.name, strftime('%Y-%m-%dT%H:%M:%SZ', o.start, 'unixepoch'), o.start, 'provisional', max(r.generation), sum(r.requests),
    sum(r.response_bytes), sum(r.status_1xx), sum(r.status_2xx), sum(r.status_3xx), sum(r.status_4xx), sum(r.status_5xx), sum(r.status_none),
    sum(r.status_other), sum(r.cache_hits), sum(r.cache_hit_bytes),
    (SELECT max(v.visitors) FROM main.rows v WHERE v.level = 1 AND v.host = o.host AND v.start = o.start), NULL, NULL, NULL, sum(r.lines), NULL,
    sum(r.late_lines), 1
  FROM {}hours o JOIN main.hosts h ON h.id = o.host
    CROSS JOIN main.rows r ON r.level = 0 AND r.host = o.host AND r.start >= o.start AND r.start < o.start + 3600
  GROUP BY o.host, o.start
  UNION ALL SELECT
    'day', h.name, strftime('%Y-%m-%dT%H:%M:%SZ', o.start, 'unixepoch'), o.start, 'provisional', max(r.generation), sum(r.requests),
    sum(r.response_bytes), sum(r.status_1xx), sum(r.status_2xx), sum(r.status_3xx), sum(r.status_4xx), sum(r.status_5xx), sum(r.status_none),
    sum(r.status_other), sum(r.cache_hits), sum(r.cache_hit_bytes),
    (SELECT max(v.visitors) FROM main.rows v WHERE v.level = 2 AND v.host = o.host AND v.start = o.start), NULL, NULL, NULL, sum(r.lines), NULL,
    sum(r.late_lines), 1
  FROM {}days o JOIN main.hosts h ON h.id = o.host
    CROSS JOIN main.rows r ON r.level IN (0, 1) AND r.host = o.host AND r.start >= o.start AND r.start < o.start + 86400
  WHERE (r.level = 0) = ((r.host, r.start - r.start % 3600) IN (SELECT host, start FROM {}hours))
  GROUP BY o.host, o.start;

CREATE TEMP VIEW {}top AS
  SELECT l.name AS level, h.name AS host, strftime('%Y-%m-%dT%H:%M:%SZ', r.start, 'unixepoch') AS start, r.start AS unix,
    j.value ->> 0 AS list, j.value ->> 1 AS value, j.value ->> 2 AS requests, j.value ->> 3 AS response_bytes
  FROM main.levels l JOIN main.rows r ON r.level = l.id JOIN main.hosts h ON h.id = r.host JOIN main.reports d ON d.id = r.report,
    json_each(report_lists(d.data)) j;

CREATE TEMP VIEW {}findings AS
  SELECT
    h.name AS host, strftime('%Y-%m-%dT%H:%M:%SZ', f.start, 'unixepoch') AS start, f.start AS unix,
    CASE f.verdict WHEN 1 THEN 'normal' WHEN 2 THEN 'watch' WHEN 3 THEN 'suspected' WHEN 4 THEN 'attack' ELSE 'unknown' END AS verdict, f.kind AS kind,
    f.points AS points, f.confidence AS confidence, f.requests AS requests, f.normal_requests AS normal_requests, f.revision AS revision
  FROM main.judgements f JOIN main.hosts h ON h.id = f.host
  WHERE NOT EXISTS (SELECT 1 FROM main.judgements l WHERE l.host = f.host AND l.start = f.start AND l.revision > f.revision);

CREATE TEMP VIEW {}dead_letters AS
  SELECT id, source, reason, lines, strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000000000, 'unixepoch') AS at, extent_source IS NOT NULL AS set_aside, tries
  FROM main.letters;

CREATE TEMP VIEW {}sources AS
  SELECT s.source AS source, s.lines AS lines, s.bytes AS bytes, s.behind AS behind,
    strftime('%Y-%m-%dT%H:%M:%SZ', nullif(s.frontier, 0) / 1000000000, 'unixepoch') AS frontier,
    strftime('%Y-%m-%dT%H:%M:%SZ', nullif(s.newest, 0) / 1000000000, 'unixepoch') AS newest, s.problem AS problem,
    (SELECT coalesce(sum(d.lines), 0) FROM main.source_dead d WHERE d.source = s.source) AS dead_lines
  FROM main.source_states s;

CREATE TEMP VIEW traffic AS SELECT * FROM {}traffic;
CREATE TEMP VIEW top AS SELECT * FROM {}top;
CREATE TEMP VIEW findings AS SELECT * FROM {}findings;
CREATE TEMP VIEW dead_letters AS SELECT * FROM {}dead_letters;
CREATE TEMP VIEW sources AS SELECT * FROM {}sources;
