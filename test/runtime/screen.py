# SPDX-License-Identifier: GPL-2.0-only
"""Drives `scxrun top` in a terminal: usage: screen.py SCXRUN OBJECTS PID COMMAND…: PID is of the scxrun that runs the policy `seen`, COMMAND starts it again."""
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pyte

scxrun, objects, runner = sys.argv[1:4]
start_again = sys.argv[4:]
F = {1: "\x1bOP", 3: "\x1bOR", 4: "\x1bOS", 6: "\x1b[17~", 10: "\x1b[21~"}
BARS = "▁▂▃▄▅▆▇█"


class Terminal:
    def __init__(self, rows=40, columns=100, arguments=(), **environment):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.master, slave = os.openpty()
        self.size(rows, columns)
        env = {"PATH": os.environ["PATH"], "TERM": "screen-256color", "LC_ALL": "C.UTF-8"}
        env.update(environment)
        self.process = subprocess.Popen([scxrun, "top", "--every", "300ms", *arguments], stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        self.screen.resize(rows, columns)
        self.size(rows, columns)
        os.kill(self.process.pid, signal.SIGWINCH)

    def send(self, keys):
        os.write(self.master, keys.encode())

    def read(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.master], [], [], min(left, 0.1))[0]:
                continue
            try:
                data = os.read(self.master, 65536)
            except OSError: # nobody holds the other end
                return
            self.raw += data
            self.stream.feed(data)

    @property
    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def until(self, what, test, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.1)
            if test(self):
                return
        raise AssertionError("not seen: %s\n%s" % (what, "\n".join(self.lines)))

    def until_line(self, regex):
        self.until(regex, lambda t: any(re.search(regex, line) for line in t.lines))

    def ends(self, code):
        end = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.1)
        assert self.process.poll() == code, self.process.poll()
        os.close(self.master)


def at(terminal, regex):
    return next((i for i, line in enumerate(terminal.lines) if re.search(regex, line)), -1)


def selected(terminal):
    """The line the cursor stands on: of another background than the rest."""
    for y in range(1, terminal.screen.lines - 1):
        if terminal.screen.buffer[y][0].bg not in ("default",) or terminal.screen.buffer[y][0].reverse:
            return terminal.lines[y]
    return ""


t = Terminal()
t.until_line(r"^seen, after .*: \d+ CPUs, \d+ tasks, ")
t.until_line(r"^rest +[1-9]")
t.until_line(r"^ +hits +hits/s rule")
t.until_line(r"^ +\d+ +[\d.]+ +else -> rest|else -> rest")
t.until_line(r"^ +[0-3] +[\d.]+% ")
t.until_line(r"spinner +rest +[0-3] (run|wait)")
t.until_line(r"^patience +3ms")
t.until("bars", lambda t: any(bar in line for line in t.lines for bar in BARS))
t.until_line(r"^F1 help .*F10 quit$")
assert b"\x1b[3" in t.raw, "no colours"
subprocess.run([scxrun, "set", "patience=9ms"], check=True, stdout=subprocess.DEVNULL)
t.until_line(r"^patience +9ms +3ms")

# Help and back
t.send(F[1])
t.until_line(r"^ +F3 / +search")
t.send("q")
t.until_line(r"^rest +[1-9]")

# The tasks' table: its rows, sorted by CPU time, then by their number; filter, search, tags
t.send("\t\t\t")
t.until_line(r"^ +tid +cpu%- task")
t.until("the busiest first", lambda t: "spinner" in t.lines[at(t, r"^ +tid ") + 1])
t.send("<")
t.until_line(r"^ +tid- ")
tids = [int(line.split()[0]) for line in t.lines[at(t, r"^ +tid- ") + 1:] if re.match(r"^ +\d+ +[\d.]+% \S+", line) and len(line) > 50][:5]
assert tids == sorted(tids, reverse=True) and len(tids) > 2, tids
t.send("I")
t.until_line(r"^ +tid\+ ")
t.send(F[4] + "spinner\r")
t.until("only spinners", lambda t: (i := at(t, r"^ +tid\+ ")) > 0 and "only spinner" in t.lines[i] and "spinner" in t.lines[i + 1] and "spinner" in t.lines[i + 6] and "spinner" not in t.lines[i + 7])
t.send("\x1bOB\x1bOB ") # two down, and tagged: it is at the top now
first = t.lines[at(t, r"^ +tid\+ ") + 3].split()[0]
t.until("the tagged one at the top", lambda t: t.lines[at(t, r"^ +tid\+ ") + 1].split()[:1] == [first])
t.send("U")
t.until("no tag", lambda t: t.lines[at(t, r"^ +tid\+ ") + 1].split()[:1] != [first])
t.send("\\" + "\x7f" * 7 + "\r")
t.until("all again", lambda t: "only spinner" not in "\n".join(t.lines))
t.send("/napp\r")
t.until("the napper is found", lambda t: "napper" in selected(t))
t.send("\r")
t.until_line(r"^  yes  burst < patience -> quick")
t.until_line(r"- hint == 7: hint is 0")
t.send("q")
t.until_line(r"^ +tid\+ ")
t.send("\x1b[4~")
t.send("Z")
t.until_line(r"\(frozen\)")
t.send("Z")

# Sizes, down to nothing, and back
for rows, columns in [(24, 80), (10, 40), (3, 20), (2, 10), (1, 1), (5, 5), (60, 200), (40, 100)]:
    t.resize(rows, columns)
    t.read(0.5)
    assert t.process.poll() is None, (rows, columns)
t.until_line(r"^rest +[1-9]")
t.resize(24, 80)
t.until("80 columns", lambda t: at(t, r"^F1 help") == 23 and at(t, r"^queue ") > 0 and at(t, r"^ +tid") > 0)

# scxrun is stopped, goes on; another policy follows
os.kill(int(runner), signal.SIGSTOP)
t.until_line(r"^scxrun does not answer; is it stopped\?")
os.kill(int(runner), signal.SIGCONT)
t.until_line(r"^seen, after ")
subprocess.run([scxrun, "replace", "--grace", "0s", objects + "/live.bpf.o"], check=True, stdout=subprocess.DEVNULL)
t.until_line(r"^live, after .*: \d+ CPUs")
t.until_line(r"^factor +1 ")
subprocess.run([scxrun, "replace", "--grace", "0s", objects + "/seen.bpf.o"], check=True, stdout=subprocess.DEVNULL)
t.until_line(r"^seen, after ")
t.send(F[10])
t.ends(0)

# No UTF-8; no colour; a terminal that cannot be drawn on; one that goes away
t = Terminal(LC_ALL="C")
t.until("bars of letters", lambda t: any(re.search(r" [.:=+*#@-]{3,}$", line) for line in t.lines))
assert all(byte < 0x80 for byte in t.raw), "not ASCII"
t.send("q")
t.ends(0)
t = Terminal(NO_COLOR="1")
t.until_line(r"^rest +[1-9]")
t.send("\t")
t.read(1)
assert not re.search(rb"\x1b\[(3|4)[0-7]m|\x1b\[[34]8;", t.raw), "colours"
t.send("q")
t.ends(0)
t = Terminal(TERM="dumb")
t.until_line(r"^scxrun: the terminal `dumb` cannot be drawn on; scxrun top --once prints all as text$")
t.ends(1)
t = Terminal()
t.until_line(r"^rest +[1-9]")
os.close(t.master)
t.process.wait(20)

# The policy ends meanwhile, and begins again
t = Terminal()
t.until_line(r"^rest +[1-9]")
os.kill(int(runner), signal.SIGINT)
t.until_line(r"^no scxrun runs here; start a policy first")
again = subprocess.Popen(start_again, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
t.until_line(r"^seen, after ")
t.send("q")
t.ends(0)
again.send_signal(signal.SIGINT)
again.wait(20)
