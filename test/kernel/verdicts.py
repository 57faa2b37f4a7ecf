# SPDX-License-Identifier: GPL-2.0-only
"""For scripts in the test kernel: what they judge, and what a policy wrote to the trace pipe since a mark. What stands after a mark was decided after what stood before it."""
import sys
import time

TRACING = "/sys/kernel/tracing/"
CGROUP = "/sys/fs/cgroup/"
failures = 0
marks = 0


def judge(what, good, found=""):
    global failures
    failures += not good
    print("%s: %s" % (what, "ok" if good else "FAILED, %s" % (found,)), flush=True)


def leave():
    """At the end: the status says whether all was good."""
    sys.exit(failures != 0)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def wait_for(good, seconds):
    """How long it took until it was so; None if it never was."""
    start = time.monotonic()
    while not good():
        if time.monotonic() - start > seconds:
            return None
        time.sleep(0.02)
    return time.monotonic() - start


def policy_runs():
    return open("/sys/kernel/sched_ext/state").read().strip() == "enabled"


def mark():
    global marks
    marks += 1
    write(TRACING + "trace_marker", "mark %d." % marks)
    return "mark %d." % marks


def since(here, event="bpf_trace_printk: "):
    """The lines of that kind after a mark."""
    text = open(TRACING + "trace").read()
    return [line.split(event)[1] for line in text[text.index(here):].split("\n") if event in line]
