"""Asks zetasketch what it makes of our sketches. zetasketch-py wraps a port of Google's own library, whose format BigQuery's HLL_COUNT reads.

    python3 -m venv /tmp/zetasketch && /tmp/zetasketch/bin/pip install zetasketch-py==0.1.3
    /tmp/zetasketch/bin/python sketch_oracle.py      # in this folder

Reads sketches.tsv (visitors, sketch of all, sketches of two overlapping parts) and writes sketch_oracle.tsv (visitors, values, estimate of
all, estimate of the merged parts). With --check it writes nothing and fails where the file says something else.
"""

import sys
from pathlib import Path

from zetasketch_py import HyperLogLogPlusPlus

here = Path(__file__).parent
lines = []
for line in (here / "sketches.tsv").read_text().splitlines():
    visitors, *sketches = line.split("\t")
    whole, first, second = (bytes.fromhex(s) for s in sketches)
    sketch = HyperLogLogPlusPlus.from_bytes(whole)
    assert (sketch.normal_precision, sketch.sparse_precision) == (12, 17)
    merged = HyperLogLogPlusPlus.from_bytes(first)
    merged.merge(second)
    lines.append(f"{visitors}\t{sketch.num_values()}\t{sketch.result()}\t{merged.result()}\n")

if "--check" in sys.argv:
    sys.exit(0 if "".join(lines) == (here / "sketch_oracle.tsv").read_text() else "sketch_oracle.tsv differs")
(here / "sketch_oracle.tsv").write_text("".join(lines))
