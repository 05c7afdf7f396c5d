"""The rows of `floodgauge report --format json` as DuckDB makes them: one per host and minute, from LogEntry lines. The yardstick for speed;
duckdb_exact.py is the oracle for correctness. usage: duckdb_report.py FILE
"""
import sys

import duckdb

db = duckdb.connect()
db.execute("set threads=2")
rows = db.execute(f"""
with entries as (
  select strptime(substr(timestamp, 1, 16), '%Y-%m-%dT%H:%M') as minute,
    regexp_extract(httpRequest.requestUrl, '^https?://([^/]+)([^?]*)', ['host', 'path']) as url, httpRequest.status as status,
    httpRequest.responseSize::bigint as bytes, httpRequest.cacheHit as hit, httpRequest.remoteIp as ip,
    rtrim(httpRequest.latency, 's')::double as lat, httpRequest.userAgent as ua, jsonPayload.securityPolicyRequestData.remoteIpInfo.regionCode as cc
  from read_json('{sys.argv[1]}', format='newline_delimited', columns={{timestamp: 'VARCHAR', httpRequest: 'STRUCT(requestUrl VARCHAR, status INT,
    responseSize VARCHAR, cacheHit BOOL, remoteIp VARCHAR, latency VARCHAR, userAgent VARCHAR)',
    jsonPayload: 'STRUCT(securityPolicyRequestData STRUCT(remoteIpInfo STRUCT(regionCode VARCHAR)))'}})),
named as (select minute, url.host as host, url.path as path, * exclude (minute, url) from entries)
select host, minute, count(*) as requests, sum(bytes)::bigint as response_bytes, count(*) filter (status // 100 = 2) as s2,
  count(*) filter (status // 100 = 3) as s3, count(*) filter (status // 100 = 4) as s4, count(*) filter (status // 100 = 5) as s5,
  count(*) filter (hit) as hits, approx_count_distinct(ip) clients, approx_quantile(lat, [0.5, 0.99]) lat, approx_top_k(path, 10) paths,
  approx_top_k(ua, 10) agents, approx_top_k(cc, 10) countries
from named group by 1, 2""").fetchall()
print(len(rows), "rows")
