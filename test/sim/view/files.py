#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""files.py SVG TRACE HTML: timelines of inputs/all-kinds.events."""
import json
import re
import sys
import xml.etree.ElementTree

SVG = "{http://www.w3.org/2000/svg}"
picture = xml.etree.ElementTree.parse(sys.argv[1]).getroot()
assert picture.get("viewBox").startswith("0 0 1200 ") and picture.find(SVG + "title").text == "all-kinds", picture.attrib
words = [t.text for t in picture.iter(SVG + "text")]
assert {"CPU 0", "CPU 1", "web", "batch", "pinned"} <= set(words), words
explained = [t.text for t in picture.iter(SVG + "title")]
run = next(t for t in explained if t.startswith("</script> (1002)") or t.startswith("renamed (1002)"))
assert "on CPU 1" in run and "from web[1], waited 2 ms" in run and "nice < 0 -> web" in run and "yielded" in run, run
assert "offline" in explained and any("missed its deadline by 1.5 ms" in t for t in explained), explained
# 10 ms are 1108 units wide from 76 on: the first run of CPU 1 is from 3 to 5 ms.
assert any(abs(float(r.get("x")) - (76 + 0.3 * 1108)) < 0.01 and abs(float(r.get("width")) - (0.2 * 1108 - 1)) < 0.01 for r in picture.iter(SVG + "rect")), "no bar from 3 to 5 ms"

trace = json.load(open(sys.argv[2]))
events = trace["traceEvents"]
names = {(e["name"], e["pid"], e["tid"]): e["args"]["name"] for e in events if e["ph"] == "M" and e["name"].endswith("_name")}
assert names["process_name", 1, 0] == "CPUs" and names["thread_name", 1, 2] == "CPU 1" and names["thread_name", 2, 1001] == "pinned", names
runs = [e for e in events if e["ph"] == "X" and e["cat"] == "run" and e["pid"] == 1]
assert len(runs) == 4 and runs[0]["ts"] == 3000.0 and runs[0]["dur"] == 2000.0 and runs[0]["tid"] == 2, runs
assert runs[0]["args"] == {"task": "</script>", "pid": 1002, "group": "web", "cpu": 1, "queue": "web[1]", "slice": "5 ms", "waited": "2 ms", "stopped": "yielded", "rule": "nice < 0 -> web"}, runs[0]
begin, end = (next(e for e in events if e["ph"] == p) for p in "sf")
assert (begin["tid"], begin["ts"], end["tid"], end["ts"]) == (1001, 1000.0, 1002, 3000.0) and begin["id"] == end["id"] and end["bp"] == "e", (begin, end)
lengths = [(e["ts"], e["args"]["waiting"]) for e in events if e["ph"] == "C" and e["name"] == "web"]
assert lengths == [(1000.0, 1), (3000.0, 0), (6000.0, 1), (9000.0, 0)], lengths
assert any(e["ph"] == "i" and e["name"] == "missed by 1.5 ms" for e in events) and any(e["name"] == "offline" and e["dur"] == 3000.0 for e in events), events

page = open(sys.argv[3]).read()
assert page.count("</script>") == 2, "a task's name ends the script"
assert not re.search(r'\b(src|href)=(?!"data:)|@import|url\(|https?:', page), "the page asks for something outside"
data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])
assert data["tasks"][1][1] == "</script>" and len(data["runs"]["start"]) == 4 and data["exit"]["reason"] == "runnable task stall", data
