#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: reduce.py POLICY.scx TEXT [COMMAND…]: the smallest policy, by leaving out lines and blocks, on which COMMAND still prints TEXT.
{} in the command stands for the file; without a command it is scxc. The result goes to standard output."""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
path, text, command = sys.argv[1], sys.argv[2], sys.argv[3:] or [os.path.join(ROOT, "build/bin/scxc"), "--diagnostics=line", "{}", "-o", "/dev/null"]


def still(lines):
    with tempfile.NamedTemporaryFile("w", suffix=".scx", dir=os.path.dirname(os.path.abspath(path))) as f:  # beside its modules
        f.write("\n".join(lines) + "\n")
        f.flush()
        try:
            ran = subprocess.run([c.replace("{}", f.name) for c in command], capture_output=True, text=True, errors="replace", timeout=600)
        except subprocess.TimeoutExpired:
            return False
        return re.search(text, ran.stdout + ran.stderr + " exit %d" % ran.returncode) is not None


def end(lines, begin):
    """The line behind the statement or block that begins here."""
    depth = 0
    for i in range(begin, len(lines)):
        depth += lines[i].count("{") - lines[i].count("}")
        if depth <= 0:
            return i + 1
    return len(lines)


lines = [l for l in open(path).read().splitlines() if l.strip()]
assert still(lines), "the policy does not show it"
before = None
while before != lines:
    before, i = lines, 0
    while i < len(lines):
        stop = end(lines, i)
        tries = [lines[:i] + lines[stop:]]
        if stop - i > 1:
            tries.append(lines[:i] + lines[i + 1:stop - 1] + lines[stop:])  # the body without its block
            tries.append(lines[:i] + [lines[i].split("{")[0].rstrip() + ";"] + lines[stop:])  # a queue without its options
        tries = [t for t in tries if still(t)]
        if tries:
            lines = tries[0]
        else:
            i += 1
print("\n".join(lines))
