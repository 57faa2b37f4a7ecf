#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""tables.py PROBE PAGE [--rewrite]: do the tables of the page equal those that the code prints?"""
import pathlib
import re
import subprocess
import sys

TABLE = re.compile(r"<!-- table: (.*?) -->\n(.*?)<!-- end -->", re.S)
made = dict(TABLE.findall(subprocess.run([sys.argv[1], "--tables"], check=True, capture_output=True, text=True).stdout))
page = pathlib.Path(sys.argv[2])
text = page.read_text()
if missing := made.keys() - {name for name, _ in TABLE.findall(text)}:
    sys.exit(f"{page} has no table {', '.join(sorted(missing))}")
new = TABLE.sub(lambda m: f"<!-- table: {m[1]} -->\n{made.get(m[1], m[2])}<!-- end -->", text)
if "--rewrite" in sys.argv:
    page.write_text(new)
elif new != text:
    sys.exit(f"{page} does not list what the code has; run this with --rewrite")
