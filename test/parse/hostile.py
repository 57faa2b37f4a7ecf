#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: hostile.py SCXC: does any shape of bad input end in diagnostics and exit code 1, soon, and with positions?"""
import json
import os
import subprocess
import sys
import time

scxc = sys.argv[1]
inputs = {
    "empty brackets": b"const a = " + b"(" * 100000,
    "deep brackets": b"policy p; const a = " + b"(" * 300 + b"1" + b")" * 300 + b";",
    "deep blocks": b"fn f() " + b"{" * 300 + b"}" * 300,
    "deep dispatch": b"dispatch " + b"{" * 300 + b"}" * 300,
    "long sum": b"const a = 1" + b" + 1" * 200000 + b";",
    "sums in brackets": b"const a = " + b"(1 + " * 200 + b"1" + b" + 1)" * 200 + b" + 1" * 3000 + b";",
    "long members": b"const a = b" + b".c" * 100000 + b";",
    "long calls": b"const a = f" + b"()" * 100000 + b";",
    "nots": b"const a = " + b"not " * 100000 + b"true;",
    "minuses": b"const a = " + b"- " * 100000 + b"1;",
    "else chain": b"fn f() { if a { } " + b"else if a { } " * 20000 + b"}",
    "zero bytes": b"policy p;\0\0\0",
    "not UTF-8": b"policy p; rules r = comm is \"\xff\xfe\";",
    "binary": bytes(range(256)) * 200,
    "too large": b"// x\n" * 300000,
    "only quotes": b'"' * 50000,
    "open comments": b"/*" * 50000,
    "bad numbers": b"const a = 1x; " * 20000,
    "bad characters": b"@" * 200000,
}
failed = False
for name, text in inputs.items():
    begin = time.monotonic()
    run = subprocess.run([scxc, "-", "--diagnostics=json", "--emit=source", "-o", "/dev/null"], input=text, capture_output=True, timeout=120)
    said = [json.loads(line) for line in run.stderr.decode().splitlines()]
    problem = None
    if run.returncode != 1:
        problem = f"exit code {run.returncode}"
    elif not said or len(said) > 100:
        problem = f"{len(said)} diagnostics"
    elif not all(d["line"] >= 1 for d in said):
        problem = "a diagnostic without a position"
    elif time.monotonic() - begin > 60:
        problem = "it took more than a minute"
    if problem:
        failed = True
        print(f"{name}: {problem}: {run.stderr[:300]!r}")
# What is long but flat is legal.
flat = {
    "many patterns": b"rules r = comm is " + b" | ".join(b'"t%d*"' % i for i in range(5000)) + b";",
    "many ifs": b"fn f() { " + b"if a { } else { } " * 3000 + b"}",
    "deepest brackets": b"const a = " + b"(" * 256 + b"1" + b")" * 256 + b";",
    "longest sum": b"const a = 1" + b" + 1" * 500 + b";",
}
for name, text in flat.items():
    run = subprocess.run([scxc, "-", "--emit=source", "-o", "/dev/null"], input=text, capture_output=True, timeout=120)
    if run.returncode != 0:
        failed = True
        print(f"{name}: refused: {run.stderr[:300]!r}")
sys.exit(failed)
