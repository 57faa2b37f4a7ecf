# SPDX-License-Identifier: GPL-2.0-only
"""compare.py simulate SCXSIM OBJECTS | measure SCXRUN BPFTOOL OBJECTS | judge SIMULATED MEASURED
The same policies under the same rt-app files, simulated and on a real kernel; judge compares each task's share of the CPU time."""
import glob
import json
import os
import signal
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 6
POINTS = 2  # percentage points by which shares may differ

# Policy, and the workloads under which it is compared.
PAIRS = {
    "fifo": ("hogs", "pinned"), "fair": ("hogs", "pinned"), "priority": ("pinned", "sleepers"), "lottery": ("hogs",), "llc": ("hogs", "pinned"),
    "c/scx_simple": ("hogs", "pinned"), "c/scx_qmap": ("hogs",), "c/scx_central": ("hogs",), "c/scx_flatcg": ("hogs",),
}
# What the loaders in C set before they load.
SETTINGS = {
    "c/scx_simple": [], "c/scx_qmap": ["slice_ns=20000000"],
    "c/scx_central": ["nr_cpu_ids=4", "slice_ns=20000000"], "c/scx_flatcg": ["nr_cpus=4"],
}
WAITS = ("eager", "plain", "patient")  # tasks that sleep, so that they wait only after a wake-up


def simulate(scxsim, objects):
    out = {}
    for policy, workloads in PAIRS.items():
        for workload in workloads:
            command = [scxsim, f"{objects}/{policy}.bpf.o", "--workload", f"{HERE}/{workload}.json", "--machine", "4", "--hz", "1000", "--for", f"{SECONDS}s", "--json"]
            for setting in SETTINGS.get(policy, []):
                command += ["--set", setting]
            figures = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
            out[f"{policy} {workload}"] = {
                "had": [(t["name"], t["cpu_ns"]) for t in figures["tasks"]],
                "wait": {g["name"]: g["wait_ns"] / g["wait_count"] for g in figures["groups"] if g["name"] in WAITS},
            }
    print(json.dumps(out, indent=1))


def had(pid):
    """By task name: CPU time and time spent waiting for a CPU in ns, and how often it began to run."""
    out = {}
    for task in glob.glob(f"/proc/{pid}/task/*"):
        with open(f"{task}/comm") as comm, open(f"{task}/schedstat") as schedstat:
            out[comm.read().strip()] = [int(word) for word in schedstat.read().split()]
    return out


def begin(scxrun, bpftool, objects, policy):
    for helper in glob.glob("/proc/[0-9]*/comm"):  # scx_central wants to be enabled on its CPU
        with open(helper) as comm:
            if "_ops_" in comm.read():
                os.sched_setaffinity(int(helper.split("/")[2]), {0})
    command = [f"{objects}/{policy}"] if policy.startswith("c/") else [scxrun, f"{objects}/{policy}.bpf.o"]
    scheduler = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while open("/sys/kernel/sched_ext/state").read().strip() != "enabled":
        if scheduler.poll() is not None or time.monotonic() > end:
            sys.exit(f"{policy} was not loaded")
        time.sleep(0.05)
    return scheduler


def end(load):
    load.send_signal(signal.SIGINT)
    try:
        load.wait(timeout=10)
    except subprocess.TimeoutExpired:  # rt-app wakes its threads once when it ends, and one that begins to wait just then sleeps for ever
        load.kill()
        load.wait()


def measure(scxrun, bpftool, objects):
    os.chdir("/run")
    for policy, workloads in PAIRS.items():
        for workload in workloads:
            scheduler = begin(scxrun, bpftool, objects, policy)
            for attempt in range(3):
                load = subprocess.Popen(["rt-app", f"{HERE}/{workload}.json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(1.5)  # threads are there and have their nice values
                before = had(load.pid)
                time.sleep(SECONDS)
                after = had(load.pid)
                end(load)
                grown = {name: [now - then for now, then in zip(after[name], before[name])] for name in after if name in before and name != "rt-app"}
                shares = [(name.rsplit("-", 1)[0], ran) for name, (ran, _, _) in grown.items()]
                wait = {kind: waited / max(runs, 1) for name, (_, waited, runs) in grown.items() if (kind := name.rsplit("-", 1)[0]) in WAITS}
                print(json.dumps({"pair": f"{policy} {workload}", "attempt": attempt, "had": shares, "wait": wait}), flush=True)
            state = open("/sys/kernel/sched_ext/state").read().strip()
            if state != "enabled":
                sys.exit(f"{policy} under {workload}: sched_ext is {state}")
            scheduler.send_signal(signal.SIGTERM if not policy.startswith("c/") else signal.SIGINT)
            scheduler.wait()


def groups(had):
    """Shares in % of tasks of one kind, in order: instances of a kind are not told apart, since which of them is first is chance."""
    total, kinds = sum(ns for _, ns in had), {}
    for kind, ns in had:
        kinds.setdefault(kind, []).append(100 * ns / total)
    return {kind: sorted(values) for kind, values in kinds.items()}


def judge(simulated, measured):
    with open(simulated) as f:
        simulated = json.load(f)
    seen = {}
    with open(measured) as f:
        for line in f:
            if line.startswith("{"):
                row = json.loads(line)
                seen.setdefault(row["pair"], []).append(row)
    failed = 0
    for pair, ours in simulated.items():
        runs = seen.get(pair, [])
        if not runs:
            sys.exit(f"{pair} was not measured")
        expected, problems = groups(ours["had"]), []
        # The host may take CPUs from the guest for a while: of several runs the median counts.
        real = {kind: [statistics.median(groups(run["had"]).get(kind, [0] * len(values))[i] for run in runs) for i in range(len(values))] for kind, values in expected.items()}
        worst = max(abs(a - b) for kind in expected for a, b in zip(expected[kind], real[kind]))
        if worst > POINTS:
            problems.append(f"shares differ by {worst:.1f} points")
        if ours["wait"]:
            order = sorted(ours["wait"], key=lambda name: ours["wait"][name])
            found = {name: statistics.median(run["wait"].get(name, 0) for run in runs) for name in order}
            if sorted(found, key=lambda name: found[name]) != order:
                problems.append(f"waits {found} are not in the order of {ours['latency']}")
        failed += bool(problems)
        text = "; ".join(f"{kind} {sum(expected[kind]):.1f}/{sum(real[kind]):.1f}" for kind in expected)
        print(f"{pair}: {'ok' if not problems else 'FAILED'}, simulated/real in % {text}, worst {worst:.1f}{''.join(' -- ' + p for p in problems)}")
    print(f"{len(simulated)} pairs, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    {"simulate": simulate, "measure": measure, "judge": judge}[sys.argv[1]](*sys.argv[2:])
