# SPDX-License-Identifier: GPL-2.0-only
"""Random declarations: enums, state, parameters, statistics, disciplines, queues and their options."""
from bodies import OF_DISCIPLINE, braces
from expressions import BITS, MEET, PRODUCT, SCALARS, SUM, UNARY, E, Field, Scope

LIBRARY = {"edf": [("period", "duration")], "fair": [], "lottery": [], "mlfq": [("levels", "int"), ("quantum", "duration"), ("boost", "duration")], "round_robin": [("quantum", "duration")],
           "sjf": [("weight_old", "int")], "srtf": [("weight_old", "int")], "stride": [("stride1", "int")]}
LEAST, MOST = -(1 << 63), (1 << 63) - 1


class Discipline:
    def __init__(self, name):
        self.name = name
        self.parameters, self.task_fields, self.queue_fields, self.functions = [], [], [], []
        self.ordered = self.picks = False  # has a key, chooses by hand

    def arrays(self):
        """In the queue's state, which is then that of a queue without instances."""
        return any(f.length for f in self.queue_fields)


class Queue:
    def __init__(self, name):
        self.name = name
        self.domain = self.on = self.discipline = self.ordering = self.overflow = self.ring = None


def wrap(x):
    return (x + (1 << 63)) % (1 << 64) - (1 << 63)


def divide(x, y):
    return 0 if y == 0 else wrap(abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1))


class Declarations:
    """Mixed into the generator, beside Expressions and Bodies."""

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

    def state(self, shared=False):
        """Of a module if it is shared."""
        lines = []
        for kind, into, most in (("task", self.task_fields, 5), ("cpu", self.cpu_fields, 3), ("cgroup", self.cgroup_fields, self.pick(0, 3)), ("global", self.globals, 4)):
            if shared and (kind == "global" or self.chance(50)):
                continue
            if body := self.fields(into, most):
                lines += braces(kind, body)
        return lines

    # ---------------------------------------------------------------- statistics, sets, named rules, timers

    def counter(self):
        self.counters.append(self.name("count"))
        return ["counter %s%s;" % (self.counters[-1], ' "how often"' if self.chance(50) else "")]

    def histogram(self, matches):
        name = self.name("spread")
        index, head = self.pick(("", ""), ("", ""), ("int", "[%d]" % self.pick(1, 5, 256)), ("task", " per queue"), *([("task", " per rule")] if matches else []))
        shape, kinds = self.pick(("", ("int", "duration")), (": log2", ("int", "duration")), (": linear(3, 40)", ("int",)), (": linear(50us, 200)", ("duration",)), (": linear(SLICE, 1)", ("duration",)), (": linear(1, 1024)", ("int",)))
        self.per_rule |= head == " per rule"
        self.histograms.append((name, index, kinds))
        return ["histogram %s%s%s%s;" % (name, head, shape, ' "spread"' if self.chance(20) else "")]

    def cpus(self):
        name = self.name("set")
        made = ["cpus %s = %s;" % (name, self.served_set())]
        self.sets.append(name)
        return made

    def rule(self):
        s, name = Scope(["p"], contexts=("select_cpu", "enqueue", "dispatch"), bare=True), self.name("rule")
        s.rule = True
        made = ["rules %s = %s;" % (name, self.of("bool", s, 2))]
        self.rules.append(name)
        self.size = 0
        return made

    def every(self):
        s = Scope(contexts=("every",))
        self.size = 0
        body = self.block(s, 3, 2)
        if self.chance(40) and self.filled:
            body += self.move(s)
        return braces("every " + self.pick("100ms", "250ms", "1s", *[n for n, (t, v) in self.values.items() if t == "duration" and v > 1000000000]), body or ["return;"])

    def claims(self):
        """Constant expressions, and what they have to be."""
        made = []
        for _ in range(4):
            type = self.pick("int", "duration")
            text, value = self.known(type, 4)
            made.append("assert %s == %s;" % (text.at(BITS), self.exactly(type, value)))
        return made

    # ---------------------------------------------------------------- constants and parameters

    def parameters(self):
        lines = []
        for _ in self.some(3):
            type = self.pick("int", "duration", "ratio", "bool", "time")
            name = self.name("K")
            self.consts.append((name, type))
            if type in ("int", "duration"):
                text, value = self.known(type, 2, constant=True)
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

    # ---------------------------------------------------------------- disciplines

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
            if body := self.fields(into, 3):
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
            inner.returns = True
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
            d.picks = True
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
        return made.at(SUM)

    # ---------------------------------------------------------------- queues

    def queue(self, name):
        q = Queue(name)
        s = Scope(["p"], contexts=("select_cpu", "enqueue", "dispatch"), bare=True)
        if self.disciplines and self.chance(40):
            q.discipline = self.random.choice(self.disciplines)
            arguments = ", ".join(self.arguments(q.discipline.parameters, self.argument_of))
            ordering = q.discipline.name + ("(%s)" % arguments if arguments else "")
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
        q.domain = self.pick("cpu", "core", "llc", "node", "cgroup", "cgroup") if self.chance(40) and not (q.discipline and q.discipline.arrays()) else None
        if ordering == "fifo" or ordering.startswith("round_robin") or (q.discipline and not q.ordered and not q.discipline.picks):
            q.ring = self.pick(1, 8, 256, 65536) if self.chance(25) and not q.domain else None
        q.on = self.served_set(bare=True) if self.chance(30) else None
        self.queues.append(q)
        q.head = "queue %s: %s%s%s" % (name, ordering, " per " + q.domain if q.domain else "", " on " + q.on if q.on else "")
        return q

    def argument_of(self, type):
        names = [n for n, t, live in self.params if t == type and not live] + [n for n, t in self.consts if t == type]
        if names and self.chance(40):
            return self.random.choice(names)
        return self.amount() if type == "duration" else self.literal(type)

    def declared(self, q, capacity):
        lines = self.options(q)
        if q.ring or self.chance(4):
            lines.append("backing: %s;" % ("ring(%d)" % q.ring if q.ring else "dsq"))
        if self.limited:
            lines += self.limits(q)
        self.random.shuffle(lines)
        later = self.queues[self.queues.index(q) + 1:]  # those overflow in a row, not in a circle
        if capacity and later and self.chance(20):
            q.overflow = self.random.choice(later)
            most = self.pick(str(self.random.randrange(1, 30)), *("max(%s, 1)" % n for n, (t, _) in self.values.items() if t == "int"))
            lines.append("capacity: %s -> %s;" % (most, q.overflow.name))
        return braces(q.head, lines) if lines else [q.head + ";"]

    def limits(self, q):
        """What the declarations keep, so there is no hook that decides."""
        lines = []
        if self.chance(30):
            lines.append("exclusive;")
        if self.chance(40):
            lines.append("at_most: %s;" % self.pick("30%", "50%", "87.5%", "100%", "most"))
        if self.chance(40) and q.domain != "cgroup" and self.sure <= 80:
            self.sure += 20
            lines.append("at_least: %s;" % self.pick("1%", "12.5%", "20%", "least"))
        return lines

    def options(self, q, rule=False):
        s = Scope(["p"], contexts=("select_cpu", "enqueue", "dispatch"), bare=not rule)
        lines = []
        if self.chance(40):
            lines.append("slice: %s;" % ("forever" if self.forever and self.chance(50) else self.slice_over(s)))
        if self.chance(25):
            others = [o.name for o in self.queues if o is not q or q.ordered]
            if others:
                lines.append("preempts: %s;" % self.pick("none", " | ".join(self.random.sample(others, self.random.randrange(1, min(3, len(others)) + 1)))))
        if not rule:
            if self.chance(25):
                lines.append("wait_limit: %s;" % self.pick("none", "%dms" % self.random.randrange(10, 3000), "%dms" % self.random.randrange(10, 3000)))
            if q.domain and q.domain != "cgroup" and self.chance(40):
                lines.append("steal: %s;" % self.pick("core", "llc", "node", "any", "none"))
        elif self.chance(30):
            lines += self.place()
        return lines
