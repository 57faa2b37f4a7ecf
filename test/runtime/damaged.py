# SPDX-License-Identifier: GPL-2.0-only
"""Is every damaged object answered with one line and exit code 1? usage: damaged.py SCXRUN GOOD_OBJECT WORK_FOLDER OBJCOPY"""
import copy
import json
import os
import random
import subprocess
import sys

scxrun, good, work, objcopy = sys.argv[1:]
os.makedirs(work, exist_ok=True)
whole = open(good, "rb").read()
failures = 0


def run(data, name):
    path = os.path.join(work, "object")
    with open(path, "wb") as f:
        f.write(data)
    return subprocess.run([scxrun, "--list", path], capture_output=True, text=True, errors="replace", timeout=60)


def refuses(data, name, text):
    global failures
    r = run(data, name)
    if r.returncode != 1 or r.stdout or r.stderr.count("\n") != 1 or not r.stderr.startswith("scxrun: ") or ";" not in r.stderr or text not in r.stderr:
        failures += 1
        print("%s: exit %d, %r %r, expected one line with %r" % (name, r.returncode, r.stdout[:200], r.stderr[:300], text))


meta_path = os.path.join(work, "meta.json")
subprocess.run([objcopy, "--dump-section", ".scx.meta=" + meta_path, good, os.path.join(work, "copy")], check=True)
meta = json.load(open(meta_path))


def with_meta(text):
    with open(meta_path, "wb") as f:
        f.write(text)
    out = os.path.join(work, "changed")
    subprocess.run([objcopy, "--update-section", ".scx.meta=" + meta_path, good, out], check=True)
    return open(out, "rb").read()


def changed(change):
    m = copy.deepcopy(meta)
    change(m)
    return with_meta(json.dumps(m).encode())


assert run(with_meta(json.dumps(meta).encode()), "same").returncode == 0, "the unchanged object has to be good"
for length in list(range(0, 200, 7)) + list(range(200, len(whole), max(1, len(whole) // 60))) + [len(whole) - 1]:
    refuses(whole[:length], "truncated to %d" % length, "is not a policy object")
refuses(b"", "an empty file", "no ELF file")
refuses(open("/bin/true", "rb").read(), "a program", "not for BPF")
refuses(b"hello" * 100, "text", "no ELF file")
refuses(with_meta(b"{"), "half a JSON", "damaged")
refuses(with_meta(b"[" * 100000), "deep JSON", "damaged")
refuses(with_meta(b"\xff\xfe"), "no UTF-8", "damaged")
refuses(with_meta(b"{}"), "empty JSON", "damaged")
refuses(changed(lambda m: m.update(format=3)), "newer", "object newer than this scxrun")
refuses(changed(lambda m: m.update(format=1)), "older", "object older than this scxrun; compile the policy again")
for name, told in (("no list", 3), ("no expressions", {"hints": False, "gpu": False}), ("a number as expression", {"cgroups": [1], "hints": False, "gpu": False}),
                   ("too many expressions", {"cgroups": ["a"] * 65, "hints": False, "gpu": False}), ("hints as text", {"cgroups": [], "hints": "yes", "gpu": False})):
    refuses(changed(lambda m: m.update(told=told)), "told: " + name, "damaged")
for name, told in (("cgroup_bits__", {"cgroups": ["a"], "hints": False, "gpu": False}), ("hints__", {"cgroups": [], "hints": True, "gpu": False}), ("gpu_users__", {"cgroups": [], "hints": False, "gpu": True})):
    refuses(changed(lambda m: m.update(told=told)), "a map that is not there", "it has no map `%s`" % name)
assert run(changed(lambda m: m.pop("told")), "before told").returncode == 0, "an object that is told nothing has to be good"
for key in ("format", "policy", "params", "queues", "rules", "counters", "histograms", "enums", "flags", "optional", "queue_place"):
    refuses(changed(lambda m: m.pop(key)), "without " + key, "damaged")
    refuses(changed(lambda m: m.update({key: 1.5})), "number for " + key, "damaged")
p = lambda m: m["params"][0]
for name, change in (("a policy's name that the kernel takes for none", lambda m: m.update(policy="a b")), ("no name", lambda m: m.update(policy="")), ("a long name", lambda m: m.update(policy="a" * 128)),
                     ("a parameter's name that is no identifier", lambda m: p(m).update(name="a-b")), ("a symbol that is none", lambda m: p(m).update(symbol="../x")),
                     ("a flag that is none", lambda m: m["flags"].append("A|B")), ("a live parameter where none can change", lambda m: p(m).update(live=True)),
                     ("a range without a value in it", lambda m: p(m).update(min=5, max=4)), ("two parameters of one name", lambda m: m["params"].append(p(m))),
                     ("two queues of one name", lambda m: m["queues"].append(m["queues"][0])), ("a counter's name that is none", lambda m: m["queues"][0].update(tasks="a b"))):
    refuses(changed(change), name, "damaged")
hostile = run(changed(lambda m: (m.update(doc="\x1b[2Jgone\x07"), m["rules"][0].update(text="\x1b]0;x\x07"))), "control characters")
assert hostile.returncode == 0 and "?[2Jgone?" in hostile.stdout and "\x1b" not in hostile.stdout, hostile
twice = os.path.join(work, "twice")
subprocess.run([objcopy, "--add-section", ".scx.other=" + meta_path, good, twice], check=True)
refuses(open(twice, "rb").read().replace(b".scx.other\0", b".scx.meta\0\0"), "two descriptions", "two sections .scx.meta")
refuses(whole + b"\0" * (64 << 20), "a huge file", "more than 64 MiB")
refuses(changed(lambda m: p(m).update(symbol="nowhere")), "missing symbol", "no variable `nowhere`")
refuses(changed(lambda m: p(m).update(symbol="stats__")), "a symbol of another size", "has 1 bytes instead of 8")
refuses(changed(lambda m: p(m).update(section=".text")), "a section that holds no parameters", "damaged")
refuses(changed(lambda m: p(m).update(type="colour")), "unknown type", "damaged")
refuses(changed(lambda m: p(m).update(default=2**63)), "default above 64 bits", "damaged")
refuses(changed(lambda m: p(m).update(default=0)), "default outside its range", "damaged")
refuses(changed(lambda m: m.update(queue_place="nowhere")), "a place of queues that there is not", "damaged")
refuses(whole.replace(b"\0queue__\0", b"\0queued_\0"), "queues of tasks that nobody keeps", "it keeps no queues of tasks")
refuses(changed(lambda m: m["queues"][0].update(tasks="nowhere")), "missing counter", "no counter `nowhere`")
refuses(changed(lambda m: m["queues"][0].update(wait="cpu__")), "a histogram of another size", "instead of 2048")
optional = {"program": meta["policy"] + "_enqueue", "member": "later", "hook": "later", "since": "9.9"}
assert run(changed(lambda m: m["optional"].append(optional)), "optional").returncode == 0, "a hook that is there is good"
refuses(changed(lambda m: m["optional"].append({**optional, "program": "nowhere"})), "missing program", "no program `nowhere`")
refuses(changed(lambda m: m["optional"].append({"program": optional["program"]})), "half a hook", "damaged")
h = {"name": meta["queues"][0]["wait"], "label": "", "line": 1}
histogram = lambda **more: changed(lambda m: m["histograms"].append({**h, **more}))
assert run(histogram(width=1, buckets=256, unit=""), "linear").returncode == 0, "a linear histogram in its place is good"
assert run(histogram(width=1, buckets=128, parts=["a", "b"]), "two").returncode == 0, "two of one name are good"
refuses(histogram(width=0, buckets=256), "no width", "damaged")
refuses(histogram(width=1, buckets=2000), "too many buckets", "damaged")
refuses(histogram(width=1), "no buckets", "damaged")
refuses(histogram(parts=["a", "b"]), "more histograms than there is room for", "instead of 4096")

# Single wrong bytes anywhere: the object may still be good, or it is refused in one line; a crash has a negative exit code.
random.seed(1)
for i in range(400):
    data = bytearray(whole)
    data[random.randrange(len(data)) if i % 2 else random.randrange(64)] = random.randrange(256)
    r = run(bytes(data), "flip %d" % i)
    if r.returncode not in (0, 1) or (r.returncode == 1 and (r.stdout or r.stderr.count("\n") != 1 or not r.stderr.startswith("scxrun: "))):
        failures += 1
        print("flip %d: exit %d, %r" % (i, r.returncode, r.stderr[:300]))
assert run(changed(lambda m: m.update(future=[1])), "unknown member").returncode == 0, "unknown members are ignored"
sys.exit(1 if failures else 0)
