-- Levels: 0 minute, 1 hour, 2 day. Kinds: 0 provisional, 1 closed, 2 late. Starts of slots are Unix seconds, other instants Unix nanoseconds (0: none).

CREATE TABLE hosts (
  id    INTEGER PRIMARY KEY,
  name  TEXT NOT NULL UNIQUE,
  named INTEGER NOT NULL DEFAULT 0 -- may be named from now on, whoever asks for it
) STRICT;

CREATE TABLE host_sources (
  host   INTEGER NOT NULL REFERENCES hosts,
  source TEXT NOT NULL,
  PRIMARY KEY (host, source)
) STRICT, WITHOUT ROWID;

-- What charts need of each row, side by side for each host; the whole row is in reports. Rows of older generations are deleted when a newer one is
-- written, so that every row counts.
CREATE TABLE rows (
  level           INTEGER NOT NULL,
  host            INTEGER NOT NULL REFERENCES hosts,
  start           INTEGER NOT NULL,
  kind            INTEGER NOT NULL,
  seq             INTEGER NOT NULL,
  generation      INTEGER NOT NULL,
  report          INTEGER NOT NULL,
  requests        INTEGER NOT NULL,
  lines           INTEGER NOT NULL,
  line_xor        INTEGER NOT NULL,
  late_lines      INTEGER NOT NULL,
  last_event      INTEGER NOT NULL,
  response_bytes  INTEGER,
  status_1xx      INTEGER, -- all seven are NULL where no status is logged
  status_2xx      INTEGER,
  status_3xx      INTEGER,
  status_4xx      INTEGER,
  status_5xx      INTEGER,
  status_none     INTEGER,
  status_other    INTEGER,
  cache_hits      INTEGER,
  cache_hit_bytes INTEGER,
  visitors        INTEGER,
  p50             REAL,
  p95             REAL,
  p99             REAL,
  PRIMARY KEY (level, host, start, kind, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX rows_by_time ON rows (level, start);
CREATE INDEX rows_open ON rows (start) WHERE level = 0 AND kind = 0;

CREATE TABLE reports (
  id   INTEGER PRIMARY KEY,
  data BLOB NOT NULL
) STRICT;

-- The generation of an hour and of its minutes; 0 where there is none.
CREATE TABLE generations (
  hour       INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL
) STRICT;

CREATE TABLE batches (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE partials (
  id    INTEGER PRIMARY KEY AUTOINCREMENT,
  level INTEGER NOT NULL,
  host  INTEGER NOT NULL REFERENCES hosts,
  start INTEGER NOT NULL,
  data  BLOB NOT NULL
) STRICT;

CREATE INDEX partials_by_slot ON partials (level, host, start);

CREATE TABLE cursor (
  source TEXT NOT NULL,
  file   TEXT NOT NULL,
  first  INTEGER NOT NULL,
  after  INTEGER NOT NULL,
  PRIMARY KEY (source, file, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE source_states (
  source   TEXT PRIMARY KEY,
  frontier INTEGER NOT NULL,
  newest   INTEGER NOT NULL,
  lines    INTEGER NOT NULL,
  bytes    INTEGER NOT NULL,
  behind   INTEGER NOT NULL,
  oldest   INTEGER NOT NULL,
  problem  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE source_dead (
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  lines  INTEGER NOT NULL,
  PRIMARY KEY (source, reason)
) STRICT, WITHOUT ROWID;

-- Dead letters; those with an extent were set aside whole and can be tried again.
CREATE TABLE letters (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  source        TEXT NOT NULL,
  reason        TEXT NOT NULL,
  lines         INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  letter        BLOB NOT NULL,
  extent_source TEXT, -- NULL where there is no extent
  extent_file   TEXT,
  extent_first  INTEGER,
  extent_after  INTEGER,
  tries         INTEGER NOT NULL,
  next          INTEGER NOT NULL
) STRICT;

CREATE INDEX letters_aside ON letters (at) WHERE extent_source IS NOT NULL;

CREATE TABLE incomplete (
  level INTEGER NOT NULL,
  start INTEGER NOT NULL,
  PRIMARY KEY (level, start)
) STRICT, WITHOUT ROWID;

CREATE TABLE facts (
  only        INTEGER PRIMARY KEY CHECK (only = 1),
  last_commit INTEGER NOT NULL,
  last_event  INTEGER NOT NULL
) STRICT;

INSERT INTO facts VALUES (1, 0, 0);

-- What `floodgauge query` may read; top is made by the program, as its rows are in the reports. A stretch of time is found fast by unix, not by start.

CREATE TABLE levels (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;

INSERT INTO levels VALUES (0, 'minute'), (1, 'hour'), (2, 'day');

CREATE VIEW traffic AS
  SELECT l.name AS level, h.name AS host, strftime('%Y-%m-%dT%H:%M:%SZ', r.start, 'unixepoch') AS start, r.start AS unix,
    CASE r.kind WHEN 0 THEN 'provisional' WHEN 1 THEN 'closed' ELSE 'late' END AS kind, r.generation AS generation,
    r.requests AS requests, r.response_bytes AS response_bytes, r.status_1xx AS status_1xx, r.status_2xx AS status_2xx, r.status_3xx AS status_3xx,
    r.status_4xx AS status_4xx, r.status_5xx AS status_5xx, r.status_none AS status_none, r.status_other AS status_other,
    r.cache_hits AS cache_hits, r.cache_hit_bytes AS cache_hit_bytes, r.visitors AS visitors, r.p50 AS p50, r.p95 AS p95, r.p99 AS p99,
    r.lines AS lines, r.line_xor AS line_xor, r.late_lines AS late_lines, r.kind = 0 AS provisional
  FROM levels l JOIN rows r ON r.level = l.id JOIN hosts h ON h.id = r.host;

CREATE VIEW dead_letters AS
  SELECT id, source, reason, lines, strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000000000, 'unixepoch') AS at, extent_source IS NOT NULL AS set_aside, tries
  FROM letters;

CREATE VIEW sources AS
  SELECT s.source AS source, s.lines AS lines, s.bytes AS bytes, s.behind AS behind,
    strftime('%Y-%m-%dT%H:%M:%SZ', nullif(s.frontier, 0) / 1000000000, 'unixepoch') AS frontier,
    strftime('%Y-%m-%dT%H:%M:%SZ', nullif(s.newest, 0) / 1000000000, 'unixepoch') AS newest, s.problem AS problem,
    (SELECT coalesce(sum(d.lines), 0) FROM source_dead d WHERE d.source = s.source) AS dead_lines
  FROM source_states s;
