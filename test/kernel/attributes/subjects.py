# SPDX-License-Identifier: GPL-2.0-only
"""Tasks that act and are judged, for scripts in the test kernel.

The policy writes a line of `fields` to the trace pipe each time a task of group 4242 begins to run. Such a subject is a shell that does what it is told
and then waits for the next line; what it wrote of itself after a mark was decided after what stood before the mark."""
import os
import subprocess
import time

TRACING = "/sys/kernel/tracing/"
CGROUP = "/sys/fs/cgroup/"
SHELL = 'while read -r line; do eval "$line"; done'
queues = [] # their names, in the policy's order
fields = [] # what a line of the policy says
failures = 0
marks = 0


def judge(what, good, found=""):
    global failures
    failures += not good
    print("%s: %s" % (what, "ok" if good else "FAILED, %s" % (found,)), flush=True)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


class Subject:
    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.setgid(4242))
        self.pid = self.process.pid

    def tell(self, command):
        """The subject does it and answers; it waits again soon after."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        time.sleep(0.05)
        return answer

    def runs(self, command="echo", times=3):
        """What it was each time it began to run, from now on."""
        global marks
        marks += 1
        write(TRACING + "trace_marker", "mark %d." % marks)
        for _ in range(times):
            self.tell(command)
        return [run for run in runs_after("mark %d." % marks) if run["pid"] == self.pid]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def runs_after(mark):
    text = open(TRACING + "trace").read()
    found = []
    for line in text[text.index(mark):].split("\n")[1:]:
        if "bpf_trace_printk: " in line:
            values = [int(word) for word in line.split("bpf_trace_printk: ")[1].split()]
            found.append(dict(zip(fields, values)))
    return found


def belongs(what, subject, queue, command="echo"):
    runs = subject.runs(command)
    where = {queues[run["queue"]] for run in runs}
    judge(what, where == {queue}, where)
    return runs


def begin(scxrun, object, out):
    """The policy runs when this returns."""
    write(TRACING + "buffer_size_kb", "16384")
    policy = subprocess.Popen([scxrun, "--stats", "1000", "--json", object], stdout=open(out, "w"), stderr=subprocess.STDOUT)
    wait_for(lambda: open("/sys/kernel/sched_ext/state").read().strip() == "enabled", 30)
    return policy


def wait_for(good, seconds):
    """How long it took until it was so; None if it never was."""
    start = time.monotonic()
    while not good():
        if time.monotonic() - start > seconds:
            return None
        time.sleep(0.02)
    return time.monotonic() - start
