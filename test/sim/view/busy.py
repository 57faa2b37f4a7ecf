#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Events of a busy machine for sim-view-replay: busy.py CPUS RUNS. Tasks of several groups run and sleep, three of four queues are one for each pair of CPUs; nothing but the numbers decides."""
import heapq
import random
import sys

cpus, runs = int(sys.argv[1]), int(sys.argv[2])
rng = random.Random(7)
GROUPS = [("web", "interactive", 100, 5, 300_000, 2_000_000), ("compile", "batch", 100, 3, 30_000_000, 2_000_000), ("audio", "interactive", 300, 1, 200_000, 5_000_000), ("backup", "background", 15, 1, 60_000_000, 10_000)]
print(f"machine {cpus}\nqueue interactive\nqueue batch per llc\nqueue background\nrule nice < 0 or burst < 1ms -> interactive\nrule else -> batch\nrule nice > 10 -> background")
tasks, heap = {}, []
pid = 1000
for name, queue, weight, count, burst, sleep in GROUPS:
    for i in range(count * max(cpus // 4, 1)):
        pid += 1
        tasks[pid] = {"queue": queue, "burst": burst, "sleep": sleep, "left": 0, "audio": name == "audio"}
        rule = {"interactive": 0, "batch": 1, "background": 2}[queue]
        print(f"task {pid} {name}-{i} group={name} weight={weight} rule={rule}")
        print(f"0 new {pid}")
        heapq.heappush(heap, (rng.randrange(3_000_000), pid, "wake"))
idle, waiting, running, last = set(range(cpus)), {"interactive": [], "batch": [], "background": []}, {}, {}
done = now = 0
SLICE = {"interactive": 5_000_000, "batch": 20_000_000, "background": 20_000_000}


def start(cpu):
    for queue, list in waiting.items():
        if list:
            task = list.pop(0)
            where = f"{queue}:{task % 2}" if queue == "batch" else queue
            print(f"{now} unqueued {task} dsq={where}\n{now} run {task} cpu={cpu} dsq={where} value={SLICE[queue]}")
            run(task, cpu)
            return
    print(f"{now} idle cpu={cpu}")
    idle.add(cpu)


def run(task, cpu):
    t = tasks[task]
    if last.get(task, cpu) != cpu:
        print(f"{now} migrate {task} cpu={last[task]} value={cpu}")
    last[task] = cpu
    running[cpu] = (task, now)
    heapq.heappush(heap, (now + 2_000 + min(t["left"], SLICE[t["queue"]]), cpu, "stop"))


def enqueue(task):
    queue = tasks[task]["queue"]
    where = f"{queue}:{task % 2}" if queue == "batch" else queue
    print(f"{now} queued {task} dsq={where}")
    waiting[queue].append(task)


while done < runs:
    now, who, what = heapq.heappop(heap)
    if what == "wake":
        t = tasks[who]
        t["left"], t["due"] = int(t["burst"] * (0.3 + 1.4 * rng.random())), now
        waker = rng.choice(list(running.values()))[0] if running and rng.random() < 0.5 else 0
        print(f"{now} wake {who} cpu={last.get(who, 0)} value={waker}")
        if idle:
            cpu = last[who] if last.get(who) in idle else min(idle)
            idle.discard(cpu)
            print(f"{now} run {who} cpu={cpu} dsq=local:{cpu} value={SLICE[t['queue']]}")
            run(who, cpu)
        else:
            enqueue(who)
        continue
    cpu, (task, since) = who, running.pop(who)
    t, ran = tasks[task], now - since - 2_000 # the switch took 2 us
    t["left"] -= ran
    done += 1
    if t["left"] > 0:
        print(f"{now} stop {task} cpu={cpu} value={ran} {'preempted' if waiting['interactive'] and t['queue'] != 'interactive' else 'slice'}")
        enqueue(task)
    else:
        if t["audio"]:
            print(f"{now} period {task} cpu={cpu} value={max(now - t['due'] - 1_000_000, 0)}")
        print(f"{now} stop {task} cpu={cpu} value={ran} slept")
        heapq.heappush(heap, (now + int(t["sleep"] * (0.5 + rng.random())), task, "wake"))
    start(cpu)
print(f"{now} finish")
