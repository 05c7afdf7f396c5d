"""What the rows of `floodgauge report --format json` must say, by DuckDB, from LogEntry lines. usage: duckdb_exact.py FILE

Prints one JSON object a line for each host and minute and then for each host (minute null): counters, bytes, distinct clients (IPv6 by /64),
percentiles of the latency by nearest rank, and requests by method, country, network and raw path. Lines without a status count as "none".
"""
import ipaddress
import json
import sys

import duckdb

NAMES = ["host", "minute", "requests", "response_bytes", "s2", "s3", "s4", "s5", "none", "hits", "clients", "latency", "methods", "countries", "networks",
         "paths"]

REQUESTS = """
create temp table requests as
with entries as (
  select strptime(substr(timestamp, 1, 16), '%Y-%m-%dT%H:%M') as minute,
    regexp_extract(httpRequest.requestUrl, '^https?://([^/]+)([^?]*)', ['host', 'path']) as url, httpRequest as request,
    jsonPayload.securityPolicyRequestData.remoteIpInfo as info
  from read_json('{path}', format='newline_delimited', columns={{timestamp: 'VARCHAR', httpRequest: 'STRUCT(requestUrl VARCHAR, requestMethod VARCHAR,
    status INT, responseSize BIGINT, cacheHit BOOL, remoteIp VARCHAR, latency VARCHAR)',
    jsonPayload: 'STRUCT(securityPolicyRequestData STRUCT(remoteIpInfo STRUCT(regionCode VARCHAR, asn BIGINT)))'}}))
select minute, url.host as host, url.path as path, unnest(request), unnest(info), rtrim(request.latency, 's')::double as seconds from entries
"""

ROWS = """
select host, {minute} as minute, count(*) as requests, sum(responseSize)::bigint as response_bytes, count(*) filter (status // 100 = 2) as s2,
  count(*) filter (status // 100 = 3) as s3, count(*) filter (status // 100 = 4) as s4, count(*) filter (status // 100 = 5) as s5,
  count(*) filter (status is null) as none, count(*) filter (cacheHit) as hits, list(distinct remoteIp) as clients, list_sort(list(seconds)) as latency,
  histogram(requestMethod) as methods, histogram(regionCode) as countries, histogram(asn) as networks, histogram(path) as paths
from requests group by 1, 2 order by 1, 2
"""


def client(text):
    """What counts as one client: an IPv4 address, an IPv6 /64. Regional load balancers write the port behind it."""
    if text.startswith("["):
        text = text[1:text.index("]")]
    elif text.count(":") == 1:
        text = text[:text.index(":")]
    address = ipaddress.ip_address(text)
    return address if address.version == 4 else int(address) >> 64


def nearest_rank(values, percent):
    return values[max(-(-len(values) * percent // 100), 1) - 1]


def printable(row):
    row = dict(zip(NAMES, row))
    row["minute"] = row["minute"] and row["minute"].strftime("%Y-%m-%dT%H:%M:%SZ")
    row["clients"] = len({client(ip) for ip in row["clients"]})
    row["latency"] = [nearest_rank(row["latency"], p) for p in (50, 95, 99)]
    return row


db = duckdb.connect()
db.execute("set threads=2")
db.execute(REQUESTS.format(path=sys.argv[1]))
for minute in "minute", "null::timestamp":
    for row in db.execute(ROWS.format(minute=minute)).fetchall():
        print(json.dumps(printable(row)))
