# SPDX-License-Identifier: GPL-2.0-only
"""Tasks that act and are judged, for scripts in the test kernel.

The policy writes a line of `fields` to the trace pipe each time a task of group 4242 begins to run. Such a subject is a shell that does what it is told
and then waits for the next line; what it wrote of itself after a mark was decided after what stood before the mark."""
import os
import subprocess
import sys
import time

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from verdicts import TRACING, judge, mark, policy_runs, since, wait_for, write

SHELL = 'while read -r line; do eval "$line"; done'
queues = [] # their names, in the policy's order
fields = [] # what a line of the policy says


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
        here = mark()
        for _ in range(times):
            self.tell(command)
        return [run for run in runs_after(here) if run["pid"] == self.pid]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def runs_after(here):
    return [dict(zip(fields, map(int, line.split()))) for line in since(here)]


def belongs(what, subject, queue, command="echo"):
    runs = subject.runs(command)
    where = {queues[run["queue"]] for run in runs}
    judge(what, where == {queue}, where)
    return runs


def begin(scxrun, object, out):
    """The policy runs when this returns."""
    write(TRACING + "buffer_size_kb", "16384")
    policy = subprocess.Popen([scxrun, "--stats", "1000", "--json", object], stdout=open(out, "w"), stderr=subprocess.STDOUT)
    wait_for(policy_runs, 30)
    return policy
