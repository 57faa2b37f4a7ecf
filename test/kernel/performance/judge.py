# SPDX-License-Identifier: GPL-2.0-only
"""judge.py SCXRUN OBJECT, in the test kernel: what speeds does the kernel hear of when hogs of each queue and others take turns on CPU 1?"""
import re
import subprocess
import sys
import time

scxrun, policy = sys.argv[1:]
TRACING = "/sys/kernel/tracing/"


def write(file, text):
    with open(TRACING + file, "w") as out:
        out.write(text)


def told():
    """[(CPU, speed)] in order."""
    with open(TRACING + "trace") as lines:
        return [(int(cpu), int(perf)) for cpu, perf in re.findall(r"cpu=(\d+) perf=(\d+)", lines.read())]


def hog(nice):
    return subprocess.Popen(["taskset", "-c", "1", "nice", "-n", str(nice), "sh", "-c", "while :; do :; done"])


def take_turns(nice, seconds):
    """What CPU 1 is told while such a hog runs there, and others for a moment now and then."""
    write("trace", "")
    busy, ends = hog(nice), time.monotonic() + seconds
    while time.monotonic() < ends:
        subprocess.run(["taskset", "-c", "1", "true"], check=True)
        time.sleep(0.2)
    busy.kill()
    busy.wait()
    return [perf for cpu, perf in told() if cpu == 1]


write("kprobe_events", "p:pace scx_bpf_cpuperf_set cpu=%di:s32 perf=%si:u32")
write("events/kprobes/pace/enable", "1")
run = subprocess.Popen([scxrun, policy])
while open("/sys/kernel/sched_ext/state").read() != "enabled\n":
    assert run.poll() is None
    time.sleep(0.1)
problems = []
for nice, speed in ((15, 409), (7, 768), (0, 1024)):
    speeds = take_turns(nice, 3)
    print("nice %d: %s" % (nice, speeds))
    wanted = {speed, 1024} if speed < 1024 else set() if not speeds else {1024}
    if set(speeds) != wanted or (speed < 1024 and len(speeds) < 6) or any(a == b for a, b in zip(speeds, speeds[1:])):
        problems.append("under a hog of nice %d the CPU was told %s" % (nice, speeds))
subprocess.run([scxrun, "set", "saving=20%"], check=True)
speeds = take_turns(15, 2)
print("saving=20%%: %s" % speeds)
if 204 not in speeds or 409 in speeds:
    problems.append("the parameter was changed, and the CPU was told %s" % speeds)
run.send_signal(2)
if run.wait() != 0:
    problems.append("scxrun ended with status %d" % run.returncode)
print("\n".join(problems) or "in order")
sys.exit(bool(problems))
