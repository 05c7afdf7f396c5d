CREATE TEMP VIEW top AS
  SELECT l.name AS level, h.name AS host, strftime('%Y-%m-%dT%H:%M:%SZ', r.start, 'unixepoch') AS start, r.start AS unix,
    j.value ->> 0 AS list, j.value ->> 1 AS value, j.value ->> 2 AS requests, j.value ->> 3 AS response_bytes
  FROM levels l JOIN rows r ON r.level = l.id JOIN hosts h ON h.id = r.host JOIN reports d ON d.id = r.report, json_each(report_lists(d.data)) j
