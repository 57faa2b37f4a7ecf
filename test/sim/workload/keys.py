#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Do the tables of docs/workloads.md say of each key what the reader does with it? And of each built-in workload what it says itself?

usage: keys.py ROOT DRIVER
"""
import re
import subprocess
import sys

root, driver = sys.argv[1:]
page = open(root + "/docs/workloads.md").read()
wrong = []


def told(title):
    """Of the section's rows, what stands in the second column, by each name in the first."""
    section = re.search(r"\n###? %s\n(.*?)(\n##|\Z)" % re.escape(title), page, re.S).group(1)
    rows = {}
    for line in section.split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| `"):
            for name in re.findall(r"`([^`]+)`", cells[0]):
                rows[name] = cells[1]
    return rows


def run(option):
    return subprocess.run([driver, option], capture_output=True, text=True, check=True).stdout.split("\n")[:-1]


sections = {"root": "The top", "global": "`global`", "task": "A task", "phase": "A phase", "event": "Events"}
tables = {place: told(title) for place, title in sections.items()}
known = set()
for line in run("--keys"):
    place, key, fate = line.split()
    known.add((place, key))
    if tables[place].get(key) != fate:
        wrong.append("%s: `%s` is %s; the page says %s" % (place, key, fate, tables[place].get(key)))
for place, rows in tables.items():
    wrong += ["%s: the page has `%s`, which the reader does not know" % (place, key) for key in rows if (place, key) not in known]
workloads = told("Workloads that come along")
for line in run("--list"):
    name, about = line.split(": ", 1)
    if name not in workloads or (name + ".json" in page and workloads[name] != about):
        wrong.append("workload `%s` is `%s`; the page says `%s`" % (name, about, workloads.get(name)))
print("\n".join(wrong) or "%d keys as told" % len(known))
sys.exit(bool(wrong))
