#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: generate.py SEED: prints one random policy that the checks accept. The same seed gives the same policy.

What it must keep to is what docs/language.md asks of a policy; the constructs of its section "Not yet" are left out."""
import random
import sys

from bodies import HOOKS, OF_DISCIPLINE, Bodies, braces
from expressions import AND, BITS, COMPARE, HELD_BACK, MEET, PRODUCT, SCALARS, SUM, UNARY, E, Expressions, Field, Scope

WORDS = ["all", "batch", "idle", "match", "place", "dispatch", "share", "rotate", "fifo", "lifo", "order", "per", "on", "every", "queue_1", "param", "live", "rest", "normal", "policy_q", "repeat", "ext"]
LIBRARY = {"edf": [("period", "duration")], "fair": [], "lottery": [], "mlfq": [("levels", "int"), ("quantum", "duration"), ("boost", "duration")], "round_robin": [("quantum", "duration")],
           "sjf": [("weight_old", "int")], "srtf": [("weight_old", "int")], "stride": [("stride1", "int")]}
LEAST, MOST = -(1 << 63), (1 << 63) - 1


class Discipline:
    def __init__(self, name):
        self.name = name
        self.parameters, self.task_fields, self.queue_fields, self.functions = [], [], [], []
        self.ordered = False


class Queue:
    def __init__(self, name):
        self.name = name
        self.domain = self.on = self.discipline = self.ordering = None


def wrap(x):
    return (x + (1 << 63)) % (1 << 64) - (1 << 63)


def divide(x, y):
    return 0 if y == 0 else wrap(abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1))


class Generator(Expressions, Bodies):
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.serial = self.size = 0
        self.large = self.chance(6)
        self.limit = 600 if self.large else self.pick(120, 200, 300)
        self.consts, self.params, self.globals, self.task_fields, self.cpu_fields = [], [], [], [], []
        self.enums, self.sets, self.rules, self.functions, self.procedures, self.queues, self.filled = {}, [], [], [], [], [], []
        self.counters, self.histograms, self.disciplines, self.values = [], [], [], {}

    # ---------------------------------------------------------------- declarations

    def some(self, most):
        return range(self.random.randrange(most + 1))

    def enum(self):
        name, values = self.name("kind"), [self.name("v") for _ in range(self.random.randrange(1, 6))]
        self.enums[name] = values
        return ["enum %s { %s }" % (name, ", ".join(values))]

    def fields(self, into, most, arrays=True):
        lines = []
        for _ in self.some(most):
            type = self.pick(*SCALARS, "int", "duration", "time", *self.enums)
            length = self.pick(1, 2, 4, 7, 16, 100) if arrays and self.chance(20) else 0
            f = Field(self.name("s"), type, length)
            into.append(f)
            value = " = " + self.constant(type) if not length and type != "cpu" and self.chance(30) else ""
            lines.append("%s: %s%s%s;" % (f.name, type, "[%d]" % length if length else "", value))
        return lines

    def constant(self, type):
        return self.random.choice(self.enums[type]) if type in self.enums and self.chance(50) else self.literal(type)

    def state(self):
        lines = []
        for kind, into, most in (("task", self.task_fields, 5), ("cpu", self.cpu_fields, 3), ("global", self.globals, 4)):
            if body := self.fields(into, most):
                lines += braces(kind, body)
        return lines

    def parameters(self):
        lines = []
        for _ in self.some(3):
            type = self.pick("int", "duration", "ratio", "bool", *([] if "constant time" in HELD_BACK else ["time"]))
            name = self.name("K")
            self.consts.append((name, type))
            if type in ("int", "duration"):
                text, value = self.known(type, 2, constant=True)
                if value == 0 and "duration >> 0" in HELD_BACK:
                    text, value = E(self.number(type, 7)), 7
                self.values[name] = (type, value)
            else:
                text = self.literal(type)
            lines.append("const %s%s = %s;" % (name, ": " + type if type == "time" or self.chance(30) else "", self.nonzero(text) if type == "duration" else text))
        for _ in self.some(4):
            type = self.pick("int", "int", "duration", "duration", "ratio", "bool", "time", *self.enums)
            name, live = self.name("param"), self.chance(30)
            value = self.random.randrange(-50, 1000)
            self.params.append((name, type, live))
            if type in ("int", "duration"):
                self.values[name] = (type, value)
            text = self.number(type, value) if type in ("int", "duration") else self.constant(type)
            within = " in %s..%s" % (self.number(type, value - 7), self.number(type, value + 1000)) if type in ("int", "duration") and self.chance(50) else ""
            lines += ["/// Parameter %s." % name] if self.chance(50) else []
            lines.append("%sparam %s: %s = %s%s;" % ("live " if live else "", name, type, text, within))
        if self.chance(30):
            name = self.name("cpu_")
            self.params.append((name, "int", False))
            lines.append("param %s: int = %d in 0..1000;" % (name, self.pick(0, 1, 3, 9)))
        return lines

    @staticmethod
    def number(type, value):
        return "%d%s" % (value, "ns" if type == "duration" else "")

    def known(self, type, depth, constant=False):
        """An expression over constants and parameters together with its value, by the reference's arithmetic: what the compiled policy asserts."""
        names = [n for n, (t, _) in self.values.items() if t == type and (not constant or n.startswith("K"))]
        if depth == 0 or self.chance(15):
            if names and self.chance(70):
                name = self.random.choice(names)
                return E(name), self.values[name][1]
            value = self.pick(self.random.randrange(100), self.random.randrange(1 << 40), 1 << self.random.randrange(62), MOST, 0, 1)
            if value == 0 and "duration >> 0" in HELD_BACK:
                value = 1
            return E(self.number(type, value)), value
        op = self.pick("+", "-", "*", "/", "%", "<<", ">>", "ratio", "negate", *(["&", "|"] if type == "int" else []))
        left, x = self.known(type, depth - 1, constant)
        if op == "negate":
            return E("-" + left.at(UNARY), UNARY), wrap(-x)
        if op == "ratio":
            percent = self.random.randrange(300)
            return self.binary("*", PRODUCT, left, E("%d%%" % percent)), divide(wrap(x * percent * 10000), 1000000)
        right, y = self.known(type if op in ("+", "-", "%") else "int", depth - 1, constant)
        value = {"+": lambda: x + y, "-": lambda: x - y, "*": lambda: x * y, "/": lambda: divide(x, y), "%": lambda: x - divide(x, y) * y, "<<": lambda: x << (y & 63),
                 ">>": lambda: x >> (y & 63), "&": lambda: x & y, "|": lambda: x | y}[op]()
        return self.binary(op, {"+": SUM, "-": SUM, "&": MEET, "|": BITS}.get(op, PRODUCT), left, right), wrap(value)

    @staticmethod
    def exactly(type, value):
        unit = "ns" if type == "duration" else ""
        return "%d%s" % (value, unit) if value != LEAST else "%d%s - 1%s" % (value + 1, unit, unit)

    def discipline(self):
        d = Discipline(self.name("d"))
        lines, s = [], Scope(["p"], contexts=("select_cpu", "enqueue", "dispatch"), discipline=d)
        arguments = []
        for i in self.some(3):
            name, type = self.name("a"), self.pick("int", "duration", "ratio", "bool", *self.enums)
            optional = self.chance(50) or bool(arguments and d.parameters[-1][2])
            d.parameters.append((name, type, optional))
            arguments.append("%s: %s%s" % (name, type, " = " + self.literal(type) if optional else ""))
        if self.chance(30):
            name = self.name("K")
            lines.append("const %s = %s;" % (name, "3ms"))
            s.locals.append((name, "duration", False))
        s.locals += [(name, type, False) for name, type, _ in d.parameters]
        d.locals = list(s.locals)
        for kind, into in (("task", d.task_fields), ("queue", d.queue_fields)):
            if body := self.fields(into, 3, arrays=kind == "task" or "array of an instance" not in HELD_BACK):
                lines += braces(kind, body)
        for _ in self.some(2):
            lines += self.function(d)
        if self.chance(60):
            d.ordered = True
            lines.append("order by %s;" % self.key(s))
        if self.chance(30):
            lines.append("slice: %s;" % self.slice_over(s))
        if d.ordered and self.chance(40):
            lines.append("preempts: %s;" % self.pick("self", "none"))
        if self.chance(20):
            lines.append("wait_limit: %dms;" % self.random.randrange(20, 2000))
        if self.chance(20):
            lines.append("steal: %s;" % self.pick("core", "llc", "node", "any"))
        if self.chance(50):
            opened, inner = self.name("o"), Scope(["p"], contexts=("other", "select_cpu", "enqueue", "dispatch"), discipline=d, slice=True)
            inner.locals = list(d.locals)
            inner.returns = "return in join" not in HELD_BACK
            body = self.block(inner, self.random.randrange(1, 3), 2)
            if self.chance(50):
                with_old = inner.inner(olds=[opened])
                body += braces("if let %s = from" % opened, self.block(with_old, 2, 1))
                if self.chance(60):
                    body[-1] = "} else {"
                    body += ["    " + line for line in self.block(inner, 1, 1)] + ["}"]
                lines += braces("on join(p, from)", body)
            else:
                lines += braces("on join(p)", body or ["let nothing = 0ms;"])
        for event in self.random.sample(OF_DISCIPLINE, self.random.randrange(5)):
            lines += self.hook(event, d)
        if self.chance(20):
            lines += self.own_pick(d)
        self.disciplines.append(d)
        return braces("discipline %s%s" % (d.name, "(%s)" % ", ".join(arguments) if arguments else ""), lines)

    def own_pick(self, d):
        s = Scope([], ["c"], contexts=("dispatch",), discipline=d)
        s.locals = d.locals + [("c", "cpu", False)]
        t = self.name("t")
        inner = s.inner(tasks=[t])
        return braces("on dispatch(c)", self.block(s, 2, 1) + braces("for %s in self" % t, ["if %s and c.local.insert(%s) { return; }" % (self.of("bool", inner, 2).at(3), t)]))

    def key(self, s, time=True):
        type = self.pick("int", "duration", "duration", *(["time"] if time else []), *self.enums)
        if places := self.places(type, s):
            if self.chance(50):
                return self.random.choice(places)()
        made = self.a_time(s, 2) if type == "time" else self.of(type, s, 2)
        made = self.nonzero(made)
        return E("max(%s, 0)" % made) if made.binds < SUM and "key &" in HELD_BACK and type == "int" else made.at(SUM)

    def queue(self, name):
        q = Queue(name)
        s = Scope(["p"], contexts=("select_cpu", "enqueue", "dispatch"), bare=True)
        if self.disciplines and self.chance(40):
            q.discipline = self.random.choice(self.disciplines)
            arguments = []
            for parameter, type, optional in q.discipline.parameters:
                if optional and self.chance(50):
                    break
                arguments.append(self.argument_of(type))
                if self.chance(20):
                    arguments[-1] = "%s: %s" % (parameter, arguments[-1])
            ordering = q.discipline.name + ("(%s)" % ", ".join(arguments) if arguments else "")
            if any(":" in a for a in arguments):  # in order or by name: all by name, then any order is right
                arguments = ["%s: %s" % (p[0], a.split(": ")[-1]) for p, a in zip(q.discipline.parameters, arguments)]
                self.random.shuffle(arguments)
                ordering = "%s(%s)" % (q.discipline.name, ", ".join(arguments))
            q.ordered = q.discipline.ordered
        elif self.chance(45):
            kind = self.random.choice(list(LIBRARY))
            self.used.add(kind)
            arguments = []
            for parameter, type in LIBRARY[kind]:
                if self.chance(50):
                    value = self.pick("4", "8", "3") if type == "int" else self.pick("2ms", "10ms", "50ms", "1s")
                    arguments.append("%s: %s" % (parameter, value))
            ordering = kind + ("(%s)" % ", ".join(arguments) if arguments else "")
            q.ordered = kind not in ("round_robin", "lottery")
        elif self.chance(45):
            ordering, q.ordered = "order by " + (self.key(s) if self.chance(75) else "%s, %s" % (self.key(s, time=False), self.key(s, time=False))), True
        else:
            ordering, q.ordered = self.pick("fifo", "fifo", "lifo"), False
        q.domain = self.pick("cpu", "core", "llc", "node") if self.chance(35) else None
        q.on = self.served_set(bare=True) if self.chance(30) else None
        self.queues.append(q)
        q.head = "queue %s: %s%s%s" % (name, ordering, " per " + q.domain if q.domain else "", " on " + q.on if q.on else "")
        return q

    def argument_of(self, type):
        names = [n for n, t, live in self.params if t == type and not live] + [n for n, t in self.consts if t == type]
        if names and self.chance(40):
            return self.random.choice(names)
        return self.amount() if type == "duration" else self.literal(type)

    def options(self, q, rule=False):
        s = Scope(["p"], contexts=("select_cpu", "enqueue", "dispatch"), bare=not rule)
        lines = []
        if self.chance(40):
            lines.append("slice: %s;" % self.slice_over(s))
        if self.chance(25):
            others = [o.name for o in self.queues if o is not q or q.ordered]
            if others:
                lines.append("preempts: %s;" % self.pick("none", " | ".join(self.random.sample(others, self.random.randrange(1, min(3, len(others)) + 1)))))
        if not rule:
            if self.chance(25):
                lines.append("wait_limit: %s;" % self.pick("none", "%dms" % self.random.randrange(10, 3000), "%dms" % self.random.randrange(10, 3000)))
            if q.domain and self.chance(40):
                lines.append("steal: %s;" % self.pick("core", "llc", "node", "any", "none"))
        elif self.chance(30):
            lines += self.place()
        return lines

    # ---------------------------------------------------------------- match, place, dispatch

    def match(self):
        lines = []
        s = Scope(["p"], contexts=("select_cpu", "enqueue", "dispatch"), bare=True)
        s.rule = True
        count = self.random.randrange(10, 40) if self.large and self.chance(50) else self.random.randrange(1, 7)
        for i in range(count + 1):
            q = self.random.choice(self.queues)
            if q not in self.filled:
                self.filled.append(q)
            head = "%s -> %s" % ("else" if i == count else self.of("bool", s, self.pick(1, 2, 3)), q.name)
            self.size = 0
            options = self.options(q, rule=True) if self.chance(25) else []
            lines += braces(head, options) if options else [head + ";"]
        return braces("match", lines)

    def place(self):
        s = Scope(["p"], ["prev"], contexts=("select_cpu",), bare=True)
        s.locals.append(("prev", "cpu", False))
        lines = []
        for _ in range(self.random.randrange(1, 6)):
            what = self.pick("idle prev", "idle cpu", "idle core", "idle cpu", "idle core")
            if what != "idle prev" and self.chance(60):
                what += " in " + self.pick("llc", "node", "core", self.set_over(s, 2), "llc & " + self.set_over(s, 0).at(7))
            lines.append(what + (" if " + self.of("bool", s, 2) if self.chance(30) else "") + ";")
            self.size = 0
        return braces("place", lines + (["else prev;"] if self.chance(50) else []))

    def guard(self):
        """One that may change: whether it is fixed decides if the entry counts as serving."""
        s = Scope([], ["cpu"], contexts=("dispatch",))
        while True:
            made = self.of("bool", s, 2)
            self.size = 0
            if "cpu.idle" in made or ".empty" in made or ".len" in made or "now" in made or "random" in made or any(g.name in made for g in self.globals if not g.length):
                return made
            if self.chance(30):
                return self.binary("and", AND, E("now != now", COMPARE) if self.chance(10) else E("random(3) > 0", COMPARE), made)

    def entries(self, names, depth, guards):
        """Lines of a block that serves each of `names` once without a guard that may stay false."""
        lines = []
        names = list(names)
        self.random.shuffle(names)
        while names:
            if len(names) > 1 and depth > 0 and self.chance(40):
                count = self.random.randrange(2, len(names) + 1)
                part, names = names[:count], names[count:]
                kind = self.pick("share", "rotate", "strict")
                block = self.entry_block(part, kind, depth - 1, guards)
                if guards and self.chance(10):
                    block[-1] += " if " + self.fixed_condition(1) + ";"
                lines += block
                continue
            name = names.pop()
            if guards and self.chance(20):
                lines.append("%s if %s;" % (name, self.guard()))
            if guards and self.chance(15):
                lines.append("%s if %s;" % (name, self.fixed_condition(1)))
                if self.chance(50):
                    lines.append("%s if %s;" % (name, self.fixed_condition(1)))
            else:
                lines.append(name + ";")
        return lines

    def entry_block(self, names, kind, depth, guards):
        if kind == "strict":
            return ["{"] + ["    " + l for l in self.entries(names, depth, guards)] + ["}"]
        if kind == "rotate":
            return braces("rotate", self.entries(names, depth, False))
        lines, names = [], list(names)
        while names:
            if len(names) > 1 and depth > 0 and self.chance(40):
                count = self.random.randrange(2, len(names) + 1)
                part, names = names[:count], names[count:]
                block = self.entry_block(part, self.pick("strict", "rotate", "share"), depth - 1, False)
                block[-1] += ": %d;" % self.pick(1, 2, 3, 100, 10000)
                lines += block
            else:
                lines.append("%s: %d;" % (names.pop(), self.pick(1, 1, 2, 4, 7, 1000)))
        return braces("share", lines)

    def dispatch(self):
        names = [q.name for q in self.filled]
        if len(names) == 1 and self.chance(50):
            return ["dispatch %s;" % names[0]]
        kind = self.pick("strict", "strict", "strict", "share", "rotate")
        block = self.entry_block(names, kind, 3, kind == "strict")
        return ["dispatch " + block[0]] + block[1:]

    # ---------------------------------------------------------------- the policy

    def settings(self):
        lines = []
        if self.chance(50):
            lines.append("slice: %s;" % self.pick("4ms", "10ms", "1ms", "20ms", "SLICE", "length", *([] if "setting over p" in HELD_BACK else ["p.weight * 30us"])))
        if self.chance(30):
            lines.append("timeout: %s;" % self.pick("20s", "30s", "4 * SLICE * 1000"))
        if self.chance(6):
            lines.append("switch: %s;" % self.pick("all", "partial", "all"))
        if self.chance(10):
            lines.append("exiting;")
        return lines

    def policy(self):
        self.used = set()
        settings = self.settings()
        parts = []
        for _ in self.some(2):
            parts.append(self.enum())
        parts.append(self.parameters())
        parts.append(self.state())
        for _ in self.some(2):
            name = self.name("set")
            parts.append(["cpus %s = %s;" % (name, self.served_set())])
            self.sets.append(name)
        for _ in self.some(2):
            self.counters.append(self.name("count"))
            parts.append(["counter %s%s;" % (self.counters[-1], ' "how often"' if self.chance(50) else "")])
        for _ in self.some(1):
            name, several = self.name("spread"), self.chance(40)
            shape, kinds = self.pick(("", ("int", "duration")), (": linear(3, 40)", ("int",)), (": linear(50us, 200)", ("duration",)))
            self.histograms.append((name, several, kinds))
            parts.append(["histogram %s%s%s;" % (name, "[5]" if several else "", shape)])
        for _ in self.some(3):
            parts.append(self.function())
            self.size = 0
        for _ in self.some(2):
            parts.append(self.discipline())
            self.size = 0
        names = self.random.sample(WORDS, 20)
        count = self.random.randrange(8, 20) if self.large else self.pick(1, 1, 2, 2, 3, 3, 4, 5, 6)
        heads = [self.queue(names[i] if self.chance(30) else self.name("q")) for i in range(count)]
        self.size = 0
        for _ in self.some(2):
            s = Scope(["p"], contexts=("select_cpu", "enqueue", "dispatch"), bare=True)
            made = self.name("rule")
            s.rule = True
            parts.append(["rules %s = %s;" % (made, self.of("bool", s, 2))])
            self.rules.append(made)
            self.size = 0
        for q in heads:
            lines = self.options(q)
            parts.append(braces(q.head, lines) if lines else [q.head + ";"])
        by_hand = self.chance(20)
        deciding = set()
        if by_hand:
            self.filled = self.random.sample(self.queues, self.random.randrange(1, count + 1))
            parts += [self.enqueue_by_hand(), self.select_cpu_by_hand()]
            deciding = {"enqueue", "select_cpu"}
        else:
            if count > 1 or self.chance(20):
                parts.append(self.match())
            else:
                self.filled = list(self.queues)
            if self.chance(50):
                parts.append(self.place())
            elif self.chance(15):
                parts.append(self.select_cpu_by_hand())
                deciding = {"select_cpu"}
        if self.chance(50 if by_hand else 10):
            parts.append(self.dispatch_by_hand())
            deciding.add("dispatch")
        elif count > 1 or self.chance(50):
            parts.append(self.dispatch())
        events = [e for e in HOOKS if e not in deciding]
        for event in self.random.sample(events, self.random.randrange(6 if not self.large else 12)):
            parts.append(self.hook(event))
            if self.chance(10) and event not in ("yield", "core_sched_before", "cgroup_prep_move"):
                parts.append(self.hook(event))
        for _ in self.some(1):
            s = Scope(contexts=("every",))
            self.size = 0
            parts.append(braces("every " + self.pick("100ms", "250ms", "1s", *[n for n, (t, v) in self.values.items() if t == "duration" and v > 1000000000]), self.block(s, 3, 2) or ["return;"]))
        if self.values and self.chance(70):
            claims = []
            for _ in range(4):
                type = self.pick("int", "duration")
                text, value = self.known(type, 4)
                claims.append("assert %s == %s;" % (text.at(BITS), self.exactly(type, value)))
            parts.append(braces("on init", claims))
        for module in sorted(self.used):
            parts.append(["use %s;" % module])
        self.random.shuffle(parts)
        parts.append(["const SLICE = 5ms;", "param length: duration = 3ms in 1ms..9ms;"])
        head = braces("policy p", settings) if settings else ["policy p;"]
        return "\n".join(line for part in [head] + parts for line in part) + "\n"


if __name__ == "__main__":
    sys.stdout.write(Generator(int(sys.argv[1])).policy())
