#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: generate.py SEED FOLDER: writes FOLDER/SEED.scx, a random policy that the checks accept, and the modules it uses. The same seed gives the same files.

What it must keep to is what docs/language.md asks of a policy; the constructs of its section "Not yet" are left out."""
import os
import random
import re
import sys

from bodies import HOOKS, Bodies, braces
from decisions import Decisions
from declarations import Declarations
from expressions import Expressions, Scope
from processes import Processes

WORDS = ["all", "batch", "idle", "match", "place", "dispatch", "share", "rotate", "fifo", "lifo", "order", "per", "on", "every", "queue_1", "param", "live", "rest", "normal", "policy_q", "repeat", "ext"]


class Generator(Expressions, Declarations, Bodies, Decisions, Processes):
    def __init__(self, seed):
        self.random, self.seed = random.Random(seed), seed
        self.serial = self.size = 0
        self.large = self.chance(6)
        self.limit = 600 if self.large else self.pick(120, 200, 300)
        self.consts, self.params, self.globals, self.task_fields, self.cpu_fields, self.cgroup_fields = [], [], [], [], [], []
        self.enums, self.sets, self.rules, self.functions, self.procedures, self.queues, self.filled = {}, [], [], [], [], [], []
        self.counters, self.histograms, self.disciplines, self.values = [], [], [], {}
        self.used, self.modules, self.in_module = set(), {}, False
        self.per_rule = False
        self.sure = 0  # percent that queues are promised
        self.forever = self.chance(8)  # slices without an end, and a timer that ends them

    # ---------------------------------------------------------------- modules

    def module(self):
        """A file of declarations that know nothing of the policy: there is nothing of it yet. Some names are those of other files."""
        name, before, self.in_module = self.name("lib"), self.shared(), True
        parts = [["use ./%s;" % self.file(m)] for m in self.modules if self.chance(50)]
        for _ in self.some(1):
            parts.append(self.enum())
        for _ in self.some(2):
            constant, value = self.name("K"), self.amount()
            self.consts.append((constant, "duration"))
            parts.append(["const %s = %s;" % (constant, value)])
        if self.chance(40):
            parts.append(self.state(shared=True))
        self.consts.append(("SLICE", "duration"))  # the module's own
        parts.append(["const SLICE = 2ms;"])
        for make in self.pick([self.cpus], [self.rule], [self.cpus, self.rule], []) + [self.function] * self.random.randrange(3) + [self.discipline] * self.random.randrange(2):
            parts.append(make())
            self.size = 0
        if self.chance(20):
            parts.append(self.every())
        self.consts.remove(("SLICE", "duration"))
        self.modules[name] = self.shared() - before
        self.consts.append((self.file(name) + ".SLICE", "duration"))
        self.in_module = False
        self.random.shuffle(parts)
        return name, self.text(parts)

    def shared(self):
        """The names that a module can declare."""
        return {*self.enums, *self.sets, *self.rules, *(f.name for f in self.functions + self.procedures), *(d.name for d in self.disciplines), *(n for n, _ in self.consts)} - {"SLICE"}

    def file(self, module):
        return "%s_%s" % (module, self.seed)

    def qualified(self, text):
        """Now and then a module's name stands before what it declares, as `M.x`."""
        for module, names in self.modules.items():
            names = [n for n in names if "." not in n]
            if names:
                text = re.sub(r"\b(%s)\b" % "|".join(sorted(names)), lambda m: self.file(module) + "." + m[0] if self.chance(40) else m[0], text)
        return text

    @staticmethod
    def text(parts):
        return "\n".join(line for part in parts for line in part) + "\n"

    # ---------------------------------------------------------------- the policy

    def settings(self):
        lines = []
        if self.chance(50):
            lines.append("slice: %s;" % self.pick("4ms", "10ms", "1ms", "20ms", "SLICE", "length", "p.weight * 30us"))
        if self.chance(30):
            lines.append("timeout: %s;" % self.pick("20s", "30s", "4 * SLICE * 1000"))
        if self.chance(6):
            lines.append("switch: %s;" % self.pick("all", "partial", "all"))
        if self.chance(10):
            lines.append("exiting;")
        return lines

    def files(self):
        """All files by name; the policy's is the last."""
        made = {}
        for _ in range(self.pick(0, 0, 0, 1, 1, 2)):
            name, text = self.module()
            made[self.file(name)] = text
        made[self.seed] = self.qualified(self.policy())
        return made

    def policy(self):
        settings = self.settings()
        parts = [["use ./%s;" % self.file(m)] for m in self.modules]
        for _ in self.some(2):
            parts.append(self.enum())
        parts += [self.parameters(), self.state(), *(self.cpus() for _ in self.some(2)), *(self.counter() for _ in self.some(2))]
        matches = not self.chance(20)
        self.decide(matches)
        parts += [self.histogram(matches) for _ in self.some(2)]
        for make in [self.function] * self.random.randrange(4) + [self.discipline] * self.random.randrange(3):
            parts.append(make())
            self.size = 0
        names = self.random.sample(WORDS, 20)
        count = self.random.randrange(8, 20) if self.large else self.pick(1, 1, 2, 2, 3, 3, 4, 5, 6)
        heads = [self.queue(names[i] if self.chance(30) else self.name("q")) for i in range(count)]
        self.size = 0
        parts += [self.rule() for _ in self.some(2)]
        declared = [self.declared(q, capacity=matches) for q in heads]
        parts += declared
        parts += self.who_goes_where(matches) + self.who_is_next()
        events = [e for e in HOOKS if e not in self.deciding]
        for event in self.random.sample(events, self.random.randrange(6 if not self.large else 12)):
            parts.append(self.hook(event))
            if self.chance(10) and event not in ("yield", "core_sched_before", "cgroup_prep_move"):
                parts.append(self.hook(event))
        parts += [self.every() for _ in self.some(1)]
        if self.forever:
            parts.append(braces("every 20ms", ["for c in cpus { c.preempt(); }"]))
        if self.values and self.chance(70):
            parts.append(braces("on init", self.claims()))
            parts += [[claim] for claim in self.claims() if self.chance(20)]
        parts += [["use %s;" % module] for module in sorted(self.used)]
        self.to_processes(declared, parts)
        self.random.shuffle(parts)
        parts.append(["const SLICE = 5ms;", "param length: duration = 3ms in 1ms..9ms;"])
        if self.limited:
            parts.append(["param most: ratio = 60% in 30%..100%;", "param least: ratio = 10% in 1%..20%;"])
        return self.text([braces("policy p", settings) if settings else ["policy p;"]] + parts)

    def decide(self, matches):
        """Which hooks stand in the place of declarations."""
        self.deciding = {event for event, percent in (("enqueue", 0 if matches else 100), ("select_cpu", 8 if matches else 80), ("dispatch", 10 if matches else 50)) if self.chance(percent)}
        self.limited = not self.deciding and self.chance(30)

    def who_goes_where(self, matches):
        """`match` and `place`, or hooks in their place."""
        if not matches:
            self.filled = self.random.sample(self.queues, self.random.randrange(1, len(self.queues) + 1))
            return [self.enqueue_by_hand()] + ([self.select_cpu_by_hand()] if "select_cpu" in self.deciding else [])
        parts = []
        if len(self.queues) > 1 or self.per_rule or self.chance(20):
            parts.append(self.match())
        else:
            self.filled = list(self.queues)
        for q in self.queues:
            if q.overflow and q.overflow not in self.filled:
                self.filled.append(q.overflow)
        if "select_cpu" in self.deciding:
            parts.append(self.select_cpu_by_hand())
        elif self.chance(50):
            parts.append(self.place())
        return parts

    def who_is_next(self):
        if "dispatch" in self.deciding:
            return [self.dispatch_by_hand()]
        return [self.dispatch()] if len(self.queues) > 1 or self.queues[0].domain == "cgroup" or self.chance(50) else []


if __name__ == "__main__":
    for name, text in Generator(sys.argv[1]).files().items():
        with open(os.path.join(sys.argv[2], name + ".scx"), "w") as f:
            f.write(text)
