# SPDX-License-Identifier: GPL-2.0-only
"""Which queues does a process order? Drawn from random numbers of their own, and written into a policy that is there already: the others of a seed stay as they were."""
import random
import re

TAKEN = {"fair", "stride", "round_robin", "mlfq", "fifo", "lifo"}  # what they do is known to a process
TOLD = r"order by (K\d+|param\d+|weight|nice|pid|now)\b(?!,)(?= per| on| \{|;|$)"


class Processes:
    """Mixed into the generator."""

    def to_processes(self, declared, parts):
        """`declared` has the lines of each queue, `parts` those of the whole policy."""
        draw = random.Random("processes of " + self.seed)
        if draw.randrange(100) >= 40:
            return
        text = self.text(parts)
        for q, lines in zip(self.queues, declared):
            if draw.randrange(100) < 60 and self.may_be_outside(q, lines, text):
                self.put_outside(q, lines, draw.choice(["1ms", "20ms", "50ms", "1s"]))

    def may_be_outside(self, q, lines, text):
        ordering = q.head.split(": ", 1)[1]
        known = re.match(r"\w+", ordering)[0] in TAKEN or re.match(TOLD, ordering)
        slices = [l for l in lines if re.match(r"\s*slice: ", l)] + ["slice: p.cpu"] * bool(re.search(r"-> %s \{\n\s*(.*\n\s*)?slice:" % q.name, text))
        told = not ordering.startswith("fair") or all(re.match(r"\s*slice: (\w+|p\.weight \* \w+);", l) for l in slices)  # what `fair` reads of it
        seen = re.search(r"\bfor \w+ in %s\b|\b%s\.head_wait\b" % (q.name, q.name), text)
        return known and told and not q.domain and not q.ring and not seen and not any(l.strip().startswith("backing:") for l in lines)

    @staticmethod
    def put_outside(q, lines, time):
        more = ["backing: userspace(%s);" % time]
        for i, line in enumerate(lines):
            if re.match(r"\s*preempts:.*\b%s\b" % q.name, line):  # no CPU knows its keys
                lines[i] = "    preempts: none;"
        if re.search(": mlfq", q.head):
            more += ["%s: %s;" % (name, value) for name, value in (("slice", "4ms"), ("preempts", "none")) if not any(l.strip().startswith(name + ":") for l in lines)]
        if lines[0].endswith("{"):
            lines[-1:-1] = ["    " + m for m in more]
        else:
            lines[:] = [q.head + " {", *("    " + m for m in more), "}"]
