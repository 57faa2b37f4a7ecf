# SPDX-License-Identifier: GPL-2.0-only
"""Is what an object says of a queue in user space believed only where it holds? usage: userspace.py SCXRUN GOOD_OBJECT WORK_FOLDER OBJCOPY"""
import copy
import json
import os
import subprocess
import sys

scxrun, good, work, objcopy = sys.argv[1:]
os.makedirs(work, exist_ok=True)
failures = 0
path = os.path.join(work, "meta.json")
subprocess.run([objcopy, "--dump-section", ".scx.meta=" + path, good, os.path.join(work, "copy")], check=True)
meta = json.load(open(path))
length = os.path.getsize(path) # the section has a symbol of this size
queue = next(i for i, q in enumerate(meta["queues"]) if "user" in q)
section = meta["queues"][queue]["user"]["host"]["section"]


def made(change, *more):
    m = copy.deepcopy(meta)
    change(m["queues"][queue]["user"])
    with open(path, "w") as f:
        f.write(json.dumps(m).ljust(length))
    out = os.path.join(work, "changed")
    subprocess.run([objcopy, "--update-section", ".scx.meta=" + path, *more, good, out], check=True)
    return subprocess.run([scxrun, "--list", out], capture_output=True, text=True, timeout=60)


def refuses(what, text, change, *more):
    global failures
    r = made(change, *more)
    if r.returncode != 1 or r.stdout or r.stderr.count("\n") != 1 or text not in r.stderr:
        failures += 1
        print("%s: exit %d, %r, expected one line with %r" % (what, r.returncode, r.stderr[:300], text))


assert made(lambda u: None).returncode == 0, "the unchanged object has to be good"
for key in ("time_ns", "wait_limit_ns", "shared", "records", "answers", "attributes", "to_kernel", "to_process", "spilled", "host"):
    refuses("without " + key, "damaged", lambda u: u.pop(key))
    refuses("a fraction for " + key, "damaged", lambda u: u.update({key: 1.5}))
for key in ("arch", "section", "task_bytes", "queue_bytes", "lifo", "parameters", "functions"):
    refuses("without " + key, "damaged", lambda u: u["host"].pop(key))
for what, change in (("a time of nothing", {"time_ns": 0}), ("a time of hours", {"time_ns": 10**13}), ("a limit below zero", {"wait_limit_ns": -1}), ("too many attributes", {"attributes": ["a"] * 65}),
                     ("a variable's name that is none", {"shared": "a b"})):
    refuses(what, "damaged", lambda u: u.update(change))
for what, change in (("a function of no name that there is", {"functions": {"format": 0}}), ("a function behind the code", {"functions": {"key": 10**6}}), ("a function before it", {"functions": {"key": -1}}),
                     ("a function at a half", {"functions": {"key": 0.5}}), ("state that is no words", {"task_bytes": 4}), ("state without end", {"task_bytes": 1 << 40}), ("less than no state", {"queue_bytes": -8}),
                     ("another section", {"section": ".text"}), ("code of another machine under its name", {"arch": "m68k"}), ("a parameter that there is not", {"parameters": ["nowhere"]})):
    refuses(what, "damaged", lambda u: u["host"].update(change))
refuses("no code", "damaged", lambda u: None, "--remove-section", section)
big = os.path.join(work, "big")
open(big, "wb").write(b"\xc3" * ((1 << 20) + 1))
refuses("code without end", "damaged", lambda u: None, "--update-section", section + "=" + big)
refuses("shared words that are not there", "no variable `nowhere`", lambda u: u.update(shared="nowhere"))
refuses("a ring that is not there", "no map `nowhere`", lambda u: u.update(records="nowhere"))
refuses("a counter that is not there", "no counter `nowhere`", lambda u: u.update(spilled="nowhere"))
sys.exit(1 if failures else 0)
