# SPDX-License-Identifier: GPL-2.0-only
"""Pretends to be an scxrun that runs the policy `seen`, for `scxrun top`: it answers at /run/scx/control, with figures that move. usage: pretend.py"""
import array
import json
import os
import selectors
import signal
import socket
import struct
import tempfile
import time

POLICIES = {
    "seen": ([("system", "fifo"), ("quick", "fifo"), ("rest", "fifo")], [("kthread -> system", "system"), ("burst < patience -> quick", "quick"), ("else -> rest", "rest")], {"patience": "3ms"}),
    "live": ([("all", "fifo")], [], {"factor": "1"}),
}
policy, began = "seen", time.time()
values = {name: dict(row[2]) for name, row in POLICIES.items()}


def passed():
    return time.time() - began


def tasks():
    """Rows as the policy's program writes them: kthreadd, six spinners of which four run, a napper, and sleepers."""
    def row(pid, name, cpu, queue, flags, ran):
        return struct.pack("<iiiiQQQ16s", pid, pid, cpu, queue, flags, int(ran * 1e9), 5000000, name.encode("latin-1"))
    rows = [row(2, "kthreadd", 0, 0, 4, 0)]
    rows += [row(100 + i, "spinner", i % 4, 2, 3 if i < 4 else 2, passed() * 0.6) for i in range(6)]
    rows += [row(150, "napper", 1, 1, 0, passed() * 0.01)]
    rows += [row(200 + i, "sl\xc3p%d" % i, 2, 1, 0, 1) for i in range(60)]
    return b"".join(rows)


def answer(request):
    global policy, began
    queues, rules, parameters = POLICIES[policy]
    ask = request.get("ask")
    if ask == "list":
        return {"policy": policy, "doc": "", "queues": [{"name": n, "ordering": o, "domain": "", "on": "", "doc": ""} for n, o in queues], "rules": [r for r, _ in rules],
                "params": [{"name": n, "type": "duration", "value": v, "number": len(v), "default": parameters[n], "range": "1ms..1s", "live": True, "doc": ""} for n, v in values[policy].items()]}
    if ask == "stats":
        buckets = [0] * 256
        buckets[90] = int(passed() * 100)
        return {"policy": policy, "seconds": passed(), "counters": {}, "histograms": {},
                "queues": [{"name": n, "tasks": int(passed() * 100 * i), "direct": int(passed() * 10 * i), "ran_ns": int(passed() * 1e9 * i), "wait_buckets": buckets} for i, (n, _) in enumerate(queues, 1)],
                "rules": [{"text": r, "short": r, "queue": q, "hits": int(passed() * 10)} for r, q in rules]}
    if ask == "tasks":
        file = tempfile.TemporaryFile()
        file.write(tasks())
        file.seek(0)
        return {"policy": policy, "row": 56, "partial": False}, file
    if ask == "explain":
        looks = {"text": "hint == 7", "holds": False, "looks": [{"text": "hint", "value": "0"}]}
        return {"policy": policy, "tid": request["tid"], "pid": request["tid"], "comm": "napper", "cpu": 1, "scheduling_policy": "normal", "ours": True, "runtime_ns": 5, "slice_left_ns": None, "slice_known": True,
                "slice_ns": 5000000, "state": "sleeps, last on", "queue": "quick", "rule": 1, "rules": [{"text": "hint == 7 -> told", "queue": "told", "conditions": [looks]}, {"text": "burst < patience -> quick", "queue": "quick", "conditions": []}]}
    if ask == "set":
        changes = [{"name": n, "from": values[policy][n], "to": v} for n, v in request["values"].items()]
        values[policy].update(request["values"])
        return {"changes": changes}
    if ask == "replace":
        before, policy, began = policy, os.path.basename(request["path"]).split(".")[0], time.time()
        return {"policy": policy, "before": before, "gap_ms": 1.0, "grace_s": 0}
    return {"error": "what is that; ask something else"}


def stop(*_):
    os.unlink("/run/scx/control")
    os._exit(0)


signal.signal(signal.SIGINT, stop)
os.makedirs("/run/scx", exist_ok=True)
if os.path.exists("/run/scx/control"):
    os.unlink("/run/scx/control")
server = socket.socket(socket.AF_UNIX)
server.bind("/run/scx/control")
server.listen()
clients = {}
waiting = selectors.DefaultSelector()
waiting.register(server, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in waiting.select():
        if key.fileobj is server:
            one = server.accept()[0]
            clients[one] = b""
            waiting.register(one, selectors.EVENT_READ)
            continue
        one = key.fileobj
        try:
            data, _, _, _ = one.recvmsg(65536, socket.CMSG_SPACE(4))
        except OSError:
            data = b""
        if not data:
            waiting.unregister(one)
            one.close()
            del clients[one]
            continue
        clients[one] += data
        while b"\n" in clients[one]:
            line, clients[one] = clients[one].split(b"\n", 1)
            said = answer(json.loads(line))
            files = []
            if isinstance(said, tuple):
                said, file = said
                files = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [file.fileno()]))]
            try:
                one.sendmsg([json.dumps(said).encode() + b"\n"], files)
                if json.loads(line).get("ask") == "replace":
                    one.sendmsg([b'{"kept": true}\n'])
            except OSError: # who asked has gone meanwhile
                break
