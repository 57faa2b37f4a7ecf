#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Is what docs/peers.md sets beside scx_layered's matches and options taken by the compiler? layered.py SCXC ROOT

A table stands between `<!-- compiled: KIND -->` and `<!-- end -->`. The code in the second column of each row is a rule's condition (KIND match) or
declarations over the queues a and b, and what they lack to be a policy is added."""
import pathlib
import re
import subprocess
import sys
import tempfile

scxc, root = sys.argv[1], pathlib.Path(sys.argv[2])
TABLE = re.compile(r"<!-- compiled: (\w+) -->\n(.*?)<!-- end -->", re.S)
LEAST = {"queue a": "queue a: fifo;", "queue b": "queue b: fifo;", "match {": "match { nice < 0 -> a; else -> b; }", "dispatch {": "dispatch { a; b; }"}


def policy(kind, code):
    if kind == "match":
        code = "match { %s -> a; else -> b; }" % code
    return "\n".join(["policy layer;", "use fair;", code] + [text for begins, text in LEAST.items() if begins not in code]) + "\n"


failures = count = 0
for kind, table in TABLE.findall((root / "docs/peers.md").read_text()):
    for row in table.strip().split("\n")[2:]:
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        code = re.fullmatch("`(.*)`", cells[1])
        with tempfile.TemporaryDirectory() as work:
            source = pathlib.Path(work, "layer.scx")
            source.write_text(policy(kind, code[1] if code else cells[1]))
            done = subprocess.run([scxc, source, "-o", pathlib.Path(work, "layer.bpf.o")], capture_output=True, text=True)
        count += 1
        if done.returncode:
            failures += 1
            print("%s\n%s" % (row, done.stderr))
print("%d of %d compiled" % (count - failures, count))
sys.exit(failures != 0 or count < 35)
