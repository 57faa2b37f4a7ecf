# SPDX-License-Identifier: GPL-2.0-only
"""Does the code that an object carries for this machine do what the language says? usage: host.py OBJECT OBJCOPY WORK_FOLDER"""
import ctypes
import json
import mmap
import os
import subprocess
import sys

obj, objcopy, work = sys.argv[1:]
os.makedirs(work, exist_ok=True)


def section(name):
    path = os.path.join(work, "section")
    subprocess.run([objcopy, "--dump-section", name + "=" + path, obj, os.path.join(work, "copy")], check=True)
    return open(path, "rb").read()


user = json.loads(section(".scx.meta"))["queues"][0]["user"]
host = user["host"]
code = section(host["section"])
memory = mmap.mmap(-1, len(code), prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
memory.write(code)
base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
failures = 0


def words(*values):
    return (ctypes.c_int64 * max(1, len(values)))(*values)


queue, task = words(*[0] * (host["queue_bytes"] // 8)), words(*[0] * (host["task_bytes"] // 8))


def call(what, attributes=(), parameters=(), now=0, ran=0, runnable=1):
    assert len(attributes) in (0, len(user["attributes"])) and len(parameters) in (0, len(host["parameters"])), (user["attributes"], host["parameters"])
    function = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * 5)(base + host["functions"][what])
    given = [queue, task, words(*attributes), words(*parameters), words(now, ran, runnable)] # which have to stay until it has returned
    return function(*[ctypes.addressof(w) for w in given])


def expect(what, got, wanted):
    global failures
    if got != wanted:
        failures += 1
        print("%s: %r, not %r" % (what, got, wanted))


expect("attributes", sorted(user["attributes"]), ["exiting", "nice", "weight"])
expect("parameters", host["parameters"], ["factor", "quick"])
expect("functions", sorted(host["functions"]), ["begin", "enqueue", "join", "key", "running", "stopping"])
at = {name: i for i, name in enumerate(user["attributes"])}


def of(nice=0, weight=100, exiting=0):
    values = [0, 0, 0]
    values[at["nice"]], values[at["weight"]], values[at["exiting"]] = nice, weight, exiting
    return values


# task: level 0, used 1, mood 2, tries 3..6, slow 7; queue: clock 0, sum 1, least 2
call("begin")
expect("initial values", list(task), [0, 5000000, 2, 0, 0, 0, 0, 1])
queue[0] = 77
call("join", of(), (3, 0))
expect("join", task[0], 77)
for nice, weight, wanted in ((0, 100, 1000), (5, 0, 0), (-20, 9548, 10)): # a division by what may be zero
    task[1] = 100000
    call("enqueue", of(nice, weight), (3, 0))
    expect("100000 / %d" % weight, task[3], wanted)
task[1] = -(1 << 63)
call("enqueue", of(0, -1), (3, 0))
expect("the least by -1", task[3], -(1 << 63))
expect("an index out of range reads zero", task[5], 0)
expect("a loop with break and continue", queue[1], 1 + 2 + 4 + 5)
call("running", of(), (3, 0), now=500)
expect("the clock", queue[0], 500)
call("running", of(), (3, 0), now=400)
expect("the clock does not go back", queue[0], 500)
call("stopping", of(exiting=1), (7, 1), ran=1000000, runnable=0)
expect("a parameter", queue[2], 7 * 1000000)
expect("a flag of the task, and one of the event", (task[7] & 255, task[2]), (0, 0))
call("stopping", of(), (7, 0), ran=1000000, runnable=1)
expect("another way", (task[7] & 255, task[2]), (1, 1))
task[0] = 40
expect("a key", call("key", of(3), (7, 0)), 43)
sys.exit(failures)
