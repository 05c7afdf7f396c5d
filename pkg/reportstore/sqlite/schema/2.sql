-- Attack findings and the state of detection. Starts are Unix seconds of minutes, other instants Unix nanoseconds.

-- Findings of minutes, side by side for each host; the highest revision of a minute counts. The whole finding is in data, packed. The view over them is
-- called findings.
CREATE TABLE judgements (
  id              INTEGER PRIMARY KEY,
  host            INTEGER NOT NULL REFERENCES hosts,
  start           INTEGER NOT NULL,
  revision        INTEGER NOT NULL,
  verdict         INTEGER NOT NULL, -- schemas.Verdict
  kind            TEXT NOT NULL,
  points          INTEGER NOT NULL,
  confidence      REAL NOT NULL,
  requests        INTEGER NOT NULL,
  normal_requests REAL NOT NULL,
  data            BLOB NOT NULL,
  UNIQUE (host, start, revision)
) STRICT;

CREATE INDEX judgements_by_time ON judgements (start, host);

-- What is kept of each site from minute to minute, as it was after some minutes, and what was observed since the last of them.
CREATE TABLE detection_states (
  id    INTEGER PRIMARY KEY,
  host  INTEGER NOT NULL REFERENCES hosts,
  start INTEGER NOT NULL,
  data  BLOB NOT NULL,
  UNIQUE (host, start)
) STRICT;

CREATE TABLE observed (
  id    INTEGER PRIMARY KEY,
  host  INTEGER NOT NULL REFERENCES hosts,
  start INTEGER NOT NULL,
  data  BLOB NOT NULL,
  UNIQUE (host, start)
) STRICT;

-- What rules of a host need that fewer than k clients share, until it expires.
CREATE TABLE literals (
  id      INTEGER PRIMARY KEY,
  host    INTEGER NOT NULL REFERENCES hosts,
  name    TEXT NOT NULL,
  expires INTEGER NOT NULL,
  data    BLOB NOT NULL,
  UNIQUE (host, name)
) STRICT;

CREATE INDEX literals_by_expiry ON literals (expires);

-- Every word of people on the case of a host that began in a minute; the latest counts.
CREATE TABLE feedback (
  id      INTEGER PRIMARY KEY,
  host    INTEGER NOT NULL REFERENCES hosts,
  started INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  said_by TEXT NOT NULL,
  undone  INTEGER NOT NULL,
  kinds   TEXT NOT NULL -- of the case, with spaces between
) STRICT;

CREATE INDEX feedback_by_case ON feedback (host, started, at);

CREATE VIEW findings AS
  SELECT
    h.name AS host, strftime('%Y-%m-%dT%H:%M:%SZ', f.start, 'unixepoch') AS start, f.start AS unix,
    CASE f.verdict WHEN 1 THEN 'normal' WHEN 2 THEN 'watch' WHEN 3 THEN 'suspected' WHEN 4 THEN 'attack' ELSE 'unknown' END AS verdict, f.kind AS kind,
    f.points AS points, f.confidence AS confidence, f.requests AS requests, f.normal_requests AS normal_requests, f.revision AS revision
  FROM judgements f JOIN hosts h ON h.id = f.host
  WHERE NOT EXISTS (SELECT 1 FROM judgements l WHERE l.host = f.host AND l.start = f.start AND l.revision > f.revision);
