#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""In the test kernel: told.py SCXRUN OBJECT BPFTOOL. Does a policy know what scxrun tells it: regular expressions over cgroups, hints, GPU use?

Subjects (subjects.py) act, and told.scx says what became of them."""
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import subjects
from subjects import SHELL, Subject, begin, belongs
from verdicts import CGROUP, judge, leave, mark, policy_runs, wait_for, write

scxrun, object, bpftool = sys.argv[1:]
subjects.queues = "ordinary web inner hinted ranged gpu".split()
subjects.fields = "pid queue hint".split()


def move(subject, group):
    write(CGROUP + group + "/cgroup.procs", str(subject.pid))


def becomes(what, subject, queue, seconds):
    """Not at once, but in that time."""
    took = wait_for(lambda: {subjects.queues[run["queue"]] for run in subject.runs(times=2)} == {queue}, seconds)
    judge(what, took is not None, "not in %s s" % seconds)


def expressions():
    subject = Subject("/bin/dash", "-c", SHELL)
    belongs("a task of the root", subject, "ordinary")
    move(subject, "web-1")
    belongs("a cgroup that was there before the policy", subject, "web")
    move(subject, "")
    belongs("after the move back", subject, "ordinary")
    for number in (4, 33, 222, 22): # several: the hierarchy is read again every 5 s besides
        os.mkdir(CGROUP + "api-%d" % number)
        move(subject, "api-%d" % number)
        becomes("a cgroup that came later", subject, "web", 2)
        move(subject, "")
    os.mkdir(CGROUP + "web-x")
    move(subject, "web-x")
    belongs("a cgroup that does not match", subject, "ordinary")
    os.rmdir(CGROUP + "api-22")
    os.mkdir(CGROUP + "api-22")
    move(subject, "api-22")
    becomes("another of the same name", subject, "web", 2)
    for folder, queue, what in (("deep/a/b/inner.abc", "inner", "several levels at once"), ("other/a/inner.abc", "ordinary", "and `not`"), ("api-22/inner.xyz", "inner", "below one that matches")):
        os.makedirs(CGROUP + folder)
        time.sleep(1)
        move(subject, folder)
        belongs(what, subject, queue)
    for i in range(300):
        os.mkdir(CGROUP + "many-%d" % i)
    os.mkdir(CGROUP + "api-333")
    move(subject, "api-333")
    becomes("after many others", subject, "web", 4)
    move(subject, "")
    for i in range(300):
        os.rmdir(CGROUP + "many-%d" % i)
    subject.end()


def hint(*arguments, user=0):
    done = subprocess.run([scxrun, "hint", *map(str, arguments)], stderr=subprocess.PIPE, text=True, user=user)
    return done.returncode, done.stderr.strip()


def hints():
    subject = Subject("/bin/dash", "-c", SHELL)
    belongs("without a hint", subject, "ordinary")
    judge("root tells", hint(5, "--pid", subject.pid) == (0, ""))
    belongs("with a hint", subject, "hinted")
    hint(150, "--tid", subject.pid)
    runs = belongs("with another", subject, "ranged")
    judge("its value", all(run["hint"] == 150 for run in runs), runs)
    subject.tell("%s hint -9000000000 --pid $$; echo" % scxrun)
    runs = belongs("a task tells of itself", subject, "ordinary")
    judge("a negative value", all(run["hint"] == -9000000000 for run in runs), runs)
    answer = hint(5, "--pid", subject.pid, user=4243)
    judge("another user", answer == (1, "scxrun: thread %d belongs to another user" % subject.pid), answer)
    answer = hint("five", "--pid", subject.pid)
    judge("no number", answer == (1, "scxrun: not a number of 64 bits: five"), answer)
    answer = hint(5, "--pid", 4000000)
    judge("nobody", answer == (1, "scxrun: there is no process 4000000"), answer)
    hint(0, "--pid", subject.pid)
    belongs("taken back", subject, "ordinary")
    subject.end()

    # A user without any rights, by the command that begins with a hint: it stays through exec, and a child has it too.
    subject = Subject("setpriv", "--reuid=4242", "--clear-groups", scxrun, "hint", "5", "--", "/bin/dash", "-c", SHELL)
    subject.tell("echo")
    belongs("a user's command", subject, "hinted")
    child = int(subject.tell("sleep 1000 & echo $!"))
    status = subject.tell("grep Uid /proc/$$/status")
    judge("it has no rights", status.split()[1:] == ["4242"] * 4, status)
    subject.process.stdin.write("exec /bin/dash -c '%s'\n" % SHELL)
    subject.tell("echo")
    belongs("after exec", subject, "hinted")
    here = mark()
    for _ in range(3): # it runs for a moment when it is stopped and when it goes on
        os.kill(child, signal.SIGSTOP)
        time.sleep(0.1)
        os.kill(child, signal.SIGCONT)
        time.sleep(0.1)
    runs = [run for run in subjects.runs_after(here) if run["pid"] == child]
    judge("a child inherits it", runs and all(run["hint"] == 5 for run in runs), runs)
    os.kill(child, signal.SIGKILL)
    return subject


def by_hand():
    """The few lines of docs/language.md, from a thread of several."""
    def tell(message):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind("")
            s.sendto(message, "/run/scx/hint")
            return s.recv(200)
    def worker():
        os.setgid(4242)
        answers.append(tell(b"150 %d" % threading.get_native_id()))
        told.set()
        while not over.is_set():
            time.sleep(0.01)
    answers, told, over = [], threading.Event(), threading.Event()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        thread = threading.Thread(target=worker)
        thread.start()
        told.wait()
        os.write(writer, b"%d %s" % (thread.native_id, answers[0]))
        while True: # until it is killed
            time.sleep(0.01)
    tid, answer = os.read(reader, 100).split()
    time.sleep(0.3)
    here = mark()
    time.sleep(0.3)
    lines = subjects.runs_after(here)
    own, other = ({run["hint"] for run in lines if run["pid"] == number} for number in (int(tid), pid))
    judge("one thread of several", answer == b"ok" and own == {150} and other <= {0}, (answer, own, other))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    judge("a thread of nobody", tell(b"5 4000000") == b"there is no thread 4000000")
    judge("no sense", tell(b"5 x") == b"not a thread's number: x" and tell(b"") == b"not a number of 64 bits: ")


def gpu():
    os.makedirs("/dev/dri", exist_ok=True)
    os.mknod("/dev/dri/renderD128", 0o020666, os.makedev(1, 3))
    subject = Subject("/bin/dash", "-c", SHELL)
    belongs("no GPU", subject, "ordinary")
    subject.tell("exec 9< /dev/dri/renderD128; echo")
    becomes("a GPU's device is open", subject, "gpu", 8)
    subject.tell("exec 9<&-; echo")
    becomes("it is closed", subject, "ordinary", 8)
    subject.end()


def utilisation():
    time.sleep(2)
    hogs = [subprocess.Popen(["taskset", "-c", str(cpu), "sh", "-c", "while :; do :; done"]) for cpu in range(2)]
    time.sleep(3)
    hogs += [subprocess.Popen(["taskset", "-c", str(cpu), "sh", "-c", "while :; do :; done"]) for cpu in range(2, 4)]
    time.sleep(3)
    for hog in hogs:
        hog.kill()


def reloaded(subject):
    """A CPU goes: the policy is loaded again."""
    lives = int(open("/sys/kernel/sched_ext/enable_seq").read())
    write("/sys/devices/system/cpu/cpu3/online", "0")
    wait_for(lambda: int(open("/sys/kernel/sched_ext/enable_seq").read()) > lives and policy_runs(), 20)
    judge("loaded again", int(open("/sys/kernel/sched_ext/enable_seq").read()) > lives)
    belongs("a hint outlives that", subject, "hinted")
    hint(0, "--pid", subject.pid)
    move(subject, "web-1")
    belongs("and cgroups are known", subject, "web")
    subject.end()


def without_scxrun():
    subprocess.run([bpftool, "struct_ops", "register", object, "/sys/fs/bpf"], check=True, stdout=subprocess.DEVNULL)
    wait_for(policy_runs, 20)
    subject = Subject("/bin/dash", "-c", SHELL)
    move(subject, "web-1")
    belongs("without scxrun nothing matches", subject, "ordinary")
    subject.end()
    answer = hint(5, "--pid", os.getpid())
    judge("nor takes anybody hints", answer == (1, "scxrun: no policy runs that takes hints; start one whose rules read `hint`"), answer)
    os.unlink("/sys/fs/bpf/told_ops")


def main():
    os.mkdir(CGROUP + "web-1")
    policy = begin(scxrun, object, "/run/told.out")
    utilisation()
    expressions()
    subject = hints()
    by_hand()
    gpu()
    reloaded(subject)
    policy.send_signal(signal.SIGTERM)
    judge("scxrun ends in order", policy.wait() == 0, open("/run/told.out").read())
    judge("the socket is gone", not os.path.exists("/run/scx/hint"))
    ends = [json.loads(line) for line in open("/run/told.out") if line.startswith("{")]
    counters = ends[0]["counters"]
    judge("how busy the machine is", min(counters["calm"], counters["half"], counters["loaded"]) > 10, counters)
    without_scxrun()
    leave()


main()
