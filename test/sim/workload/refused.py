#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Is each bad input refused with the words that stand above it?

usage: refused.py DRIVER CASES MODE. CASES holds inputs, each below a line `=== MESSAGE`. MODE: `workload` and `machine` read it as a file (MESSAGE begins at the position),
`name` takes its one line as an argument of the machine.
"""
import subprocess
import sys
import tempfile

driver, cases, mode = sys.argv[1:]
wrong = count = 0
with tempfile.TemporaryDirectory() as folder:
    for case in open(cases).read().split("\n=== ")[1:]:
        message, _, text = case.partition("\n")
        path = folder + "/input.json"
        open(path, "w").write(text)
        arguments = {"workload": [path], "machine": ["--machine", path], "name": ["--machine", text.strip()]}[mode]
        run = subprocess.run([driver, *arguments], capture_output=True, text=True)
        expected = "error: " + ("" if mode == "name" else path + ":") + message + "\n"
        count += 1
        if run.stdout != expected or run.returncode != 1:
            wrong += 1
            print("expected %s     got %s" % (expected, run.stdout or "nothing, exit %d %s\n" % (run.returncode, run.stderr)))
print("%d inputs refused, %d not as expected" % (count - wrong, wrong))
sys.exit(wrong > 0 or count == 0)
