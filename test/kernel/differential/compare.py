# SPDX-License-Identifier: GPL-2.0-only
"""compare.py simulate SCXSIM OBJECTS | measure SCXRUN OBJECTS SIMULATED | judge SIMULATED MEASURED
The same policies under the same rt-app files, simulated and on a real kernel; judge compares each task's share of the CPU time, and of `sleepers`, who waits longer."""
import glob
import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 4
POINTS = 2  # percentage points by which shares may differ
# How long waits are is the host's doing where the CPU is emulated; who waits longer is not. Waits of which one is longer by ORDERED in the simulation have this order. If all are alike there, within ALIKE, as in a
# FIFO, which prefers nobody, none is longer than another by more than EVEN. Waits that differ less say nothing where weights count: what is 100 us of work there takes five to ten times as long under emulation, so
# that a task of little weight, alike in the simulation, has used up what is due to it.
ORDERED, ALIKE, EVEN = 1.5, 1.25, 2

# Policy, and the workloads under which it is compared.
PAIRS = {
    "fifo": ("hogs", "pinned", "sleepers"), "fair": ("hogs", "pinned", "sleepers"), "priority": ("pinned", "sleepers"), "lottery": ("hogs", "sleepers"), "llc": ("hogs", "pinned", "sleepers"),
    "c/scx_simple": ("hogs", "pinned", "sleepers"), "c/scx_qmap": ("hogs", "sleepers"), "c/scx_central": ("hogs", "sleepers"), "c/scx_flatcg": ("hogs", "sleepers"),
}
# What the loaders in C set before they load.
SETTINGS = {
    "c/scx_simple": [], "c/scx_qmap": ["slice_ns=20000000"],
    "c/scx_central": ["nr_cpu_ids=4", "slice_ns=20000000"], "c/scx_flatcg": ["nr_cpus=4"],
}
WAITS = ("eager", "plain", "patient", "heavy", "bound")  # tasks that sleep


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
    """By thread: its kind, CPU time and time spent waiting for a CPU in ns, and how often it began to run."""
    out = {}
    for task in glob.glob(f"/proc/{pid}/task/*"):
        with open(f"{task}/comm") as comm, open(f"{task}/schedstat") as schedstat:
            kind = comm.read().strip().rsplit("-", 1)[0]
            if kind != "rt":
                out[task] = kind, [int(word) for word in schedstat.read().split()]
    return out


def complete(pid, kinds):
    """Waits until all threads are there and have their nice values."""
    end = time.monotonic() + 60
    while sorted(kind for kind, _ in had(pid).values()) != sorted(kinds):
        if time.monotonic() > end:
            sys.exit(f"rt-app has {sorted(had(pid).values())}, not {sorted(kinds)}")
        time.sleep(0.1)
    time.sleep(1)


def begin(scxrun, objects, policy):
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


def measure(scxrun, objects, simulated):
    os.chdir("/run")
    with open(simulated) as f:
        simulated = json.load(f)
    for policy, workloads in PAIRS.items():
        for workload in workloads:
            scheduler = begin(scxrun, objects, policy)
            kinds = [kind for kind, _ in simulated[f"{policy} {workload}"]["had"]]
            for _ in range(3):
                load = subprocess.Popen(["rt-app", f"{HERE}/{workload}.json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                complete(load.pid, kinds)
                before = had(load.pid)
                time.sleep(SECONDS)
                after = had(load.pid)
                end(load)
                grown = [(kind, [now - then for now, then in zip(figures, before[task][1])]) for task, (kind, figures) in after.items()]
                shares = [(kind, ran) for kind, (ran, _, _) in grown]
                wait = {kind: waited / max(runs, 1) for kind, (_, waited, runs) in grown if kind in WAITS}
                print(json.dumps({"pair": f"{policy} {workload}", "had": shares, "wait": wait}), flush=True)
                if not problems(simulated[f"{policy} {workload}"], [{"had": shares, "wait": wait}])[0]:
                    break
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


def problems(ours, runs):
    """What is wrong with these runs, and the median of their shares. The host may take CPUs from the guest for a while: what disagrees is measured again, and the median counts."""
    found, expected = [], groups(ours["had"])
    real = {kind: [statistics.median(groups(run["had"])[kind][i] for run in runs) for i in range(len(values))] for kind, values in expected.items()}
    worst = max(abs(a - b) for kind in expected for a, b in zip(expected[kind], real[kind]))
    if worst > POINTS:
        found.append(f"shares differ by {worst:.1f} points")
    waits = {kind: statistics.median(run["wait"][kind] for run in runs) for kind in ours["wait"]}
    for short, long in itertools.permutations(waits, 2):
        ratio = ours["wait"][long] / max(ours["wait"][short], 1)
        if ratio >= ORDERED and waits[long] <= waits[short]:
            found.append(f"{long} waits no longer than {short}")
    if waits and max(ours["wait"].values()) <= ALIKE * min(ours["wait"].values()) and max(waits.values()) > EVEN * min(waits.values()):
        found.append("they do not wait alike")
    return found, expected, real, worst, waits


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
        if pair not in seen:
            sys.exit(f"{pair} was not measured")
        found, expected, real, worst, waits = problems(ours, seen[pair])
        failed += bool(found)
        text = "; ".join(f"{kind} {sum(expected[kind]):.1f}/{sum(real[kind]):.1f}" for kind in expected)
        waited = "; ".join(f"{kind} {ours['wait'][kind] / 1e6:.2f}/{waits[kind] / 1e6:.2f}" for kind in waits)
        print(f"{pair}: {'FAILED' if found else 'ok'} in {len(seen[pair])}, simulated/real in % {text}, worst {worst:.1f}"
              f"{', waits in ms ' + waited if waited else ''}{''.join(' -- ' + what for what in found)}")
    print(f"{len(simulated)} pairs, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    {"simulate": simulate, "measure": measure, "judge": judge}[sys.argv[1]](*sys.argv[2:])
