#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""In the test kernel: guest.py SCXRUN SECONDS [--no-work] OBJECT… runs each policy for a moment under a burst of work, and prints one line of JSON on each:
the problem (empty if there is none), seconds to load, instructions the verifier walked, in all and in the largest program. None is begun after so many seconds."""
import ctypes
import json
import os
import platform
import struct
import subprocess
import sys
import time

scxrun, seconds, objects = sys.argv[1], float(sys.argv[2]), [a for a in sys.argv[3:] if a != "--no-work"]
libc = ctypes.CDLL(None, use_errno=True)
BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD = 11, 13, 15
SYSCALL = {"x86_64": 321, "aarch64": 280}[platform.machine()]


def bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes, 128)
    return libc.syscall(SYSCALL, command, buffer, 128), buffer


def programs():
    """Name and verified_insns of each loaded program, by id (struct bpf_prog_info of include/uapi/linux/bpf.h)."""
    found, last = {}, 0
    while True:
        result, answer = bpf(BPF_PROG_GET_NEXT_ID, struct.pack("I", last))
        if result:
            return found
        last = struct.unpack_from("I", answer, 4)[0]
        fd, _ = bpf(BPF_PROG_GET_FD_BY_ID, struct.pack("I", last))
        if fd < 0:
            continue
        info = ctypes.create_string_buffer(232)
        bpf(BPF_OBJ_GET_INFO_BY_FD, struct.pack("IIQ", fd, 232, ctypes.addressof(info)))
        os.close(fd)
        found[last] = (info.raw[64:80].split(b"\0")[0].decode(), struct.unpack_from("I", info, 216)[0])


def state():
    with open("/sys/kernel/sched_ext/state") as f:
        return f.read().strip()


def look_on(path):
    """What is wrong with those that look on, for a third of the policies; their programs are loaded and walked as well."""
    if sum(path.encode()) % 3:
        return ""
    for command in ["trace", "--for", "300ms", "--count", "20"], ["top", "--once"]:
        ran = subprocess.run([scxrun, *command], capture_output=True, text=True, errors="replace", timeout=60)
        if ran.returncode:
            return "%s says %d: %s" % (command[0], ran.returncode, ran.stderr[-300:])
    return ""


GROUPS = ["/sys/fs/cgroup/" + g for g in ("heavy", "heavy/a", "heavy/a/b", "light")]


def put(path, text):
    """A policy may refuse a move."""
    try:
        with open(path, "w") as f:
            f.write(text)
    except OSError:
        pass


def groups():
    """A tree of cgroups with the cpu controller, one of which comes while the policy runs."""
    put("/sys/fs/cgroup/cgroup.subtree_control", "+cpu")
    for group, weight in zip(GROUPS, (300, 50, 100, 20)):
        if not os.path.exists(group):
            os.mkdir(group)
        put(group + "/cpu.weight", str(weight))
        if group in GROUPS[:2]:
            put(group + "/cgroup.subtree_control", "+cpu")


def ungroup():
    """The next policy sees them come."""
    for group in (GROUPS[3], GROUPS[2]):
        try:
            os.rmdir(group)
        except OSError:
            pass


def burst():
    """Short pinned and unpinned shells of different nice values, one that changes both, some in cgroups or on their way between them, and groups that wake
    each other. True if all of it ends.
    Each has a fixed amount of work, so it ends under every order that leaves no CPU idle, however unfair: what does not end is lost."""
    cpus = os.cpu_count()
    start = lambda *command: subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    count = "i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done"
    work = [start(*(["taskset", "-c", str(i)] if i < cpus else []), "nice", "-n", str([0, 5, -3, 19][i % 4]), "sh", "-c", count) for i in range(cpus + 2)]
    work.append(start("sh", "-c", "for i in 1 2; do sleep 0.03; taskset -p -c 0,%d $$; renice -n $i $$; done" % (cpus - 1)))
    groups()
    for name in GROUPS[2:]:
        work.append(start("sh", "-c", "echo $$ > %s/cgroup.procs; %s; (%s) & wait" % (name, count, count)))
    work.append(start("sh", "-c", "for g in %s %s %s; do echo $$ > $g/cgroup.procs; echo 40 > $g/cpu.weight; sleep 0.01; done; true" % (GROUPS[3], GROUPS[2], "/sys/fs/cgroup")))
    work.append(start("hackbench", "-g", "1", "-f", "4", "-l", "20"))
    end = time.monotonic() + 60
    try:
        return all([w.wait(max(0.1, end - time.monotonic())) == 0 for w in work])
    except subprocess.TimeoutExpired:
        return False
    finally:
        for w in work:
            w.kill()


def log_end(path):
    """The verifier's reason stands near the end of its log, before the figures."""
    if not os.path.exists(path):
        return ""
    with open(path, errors="replace") as f:
        lines = [l.strip() for l in f if l.strip() and not l.startswith(("processed ", "verification time", "stack depth", "-- END", "libbpf", "max_states"))]
    return " | ".join(lines[-3:])[-400:]


def run(path):
    log, verifier = "/run/scxrun.log", "/run/verifier.log"
    for old in (log, verifier):
        if os.path.exists(old):
            os.remove(old)
    before, begin = programs(), time.monotonic()
    with open(log, "w") as out:
        process = subprocess.Popen([scxrun, path, "--verifier-log", verifier, *(["--no-stats"] if sum(path.encode()) % 2 else [])], stdout=out, stderr=out)
    while state() != "enabled" and process.poll() is None and time.monotonic() - begin < 200:
        time.sleep(0.02)
    answer = {"object": os.path.basename(path), "problem": "", "seconds": round(time.monotonic() - begin, 2)}
    text = lambda: open(log, errors="replace").read()
    if state() != "enabled":
        process.kill()
        answer["problem"] = "not loaded: " + " ".join(l for l in text().splitlines() if l.startswith("scxrun:"))[:400] + " # " + log_end(verifier)
        return answer
    loaded = {i: p for i, p in programs().items() if i not in before}
    answer["instructions"] = sum(n for _, n in loaded.values())
    answer["largest"] = "%s %d" % max(loaded.values(), key=lambda p: p[1], default=("", 0))
    begun = time.monotonic()
    answer["programs"] = dict(loaded.values())
    looked = look_on(path)
    ended = "--no-work" in sys.argv or burst()
    answer["work"] = round(time.monotonic() - begun, 2)
    time.sleep(0.2)
    last = state()
    process.terminate()
    try:
        code = process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        code = "none, it does not end"
    ungroup()
    if last != "enabled" or code != 0:
        answer["problem"] = "state %s, scxrun %s: %s" % (last, code, " ".join(l for l in text().splitlines() if l.startswith("scxrun:"))[:500])
    elif not ended:
        answer["problem"] = "the work did not end in time"
    elif looked:
        answer["problem"] = looked
    return answer


for o in objects:
    if time.monotonic() < seconds:
        print(json.dumps(run(o)), flush=True)
