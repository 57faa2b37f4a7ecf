# SPDX-License-Identifier: GPL-2.0-only
"""Random expressions of a given type over what can be named at a place (a Scope), and sets of CPUs.

An expression knows how loosely it binds, so that brackets stand only where they are needed (and now and then where they are not)."""
import copy

OR, AND, NOT, COMPARE, BITS, MEET, SUM, PRODUCT, UNARY, POSTFIX = range(1, 11)
SCALARS = ["bool", "int", "duration", "time", "ratio", "cpu"]


class E(str):
    def __new__(cls, text, binds=POSTFIX):
        made = super().__new__(cls, text)
        made.binds = binds
        return made

    def at(self, level):
        return self if self.binds >= level else E("(%s)" % self)


class Field:
    def __init__(self, name, type, length=0):
        self.name, self.type, self.length = name, type, length


class Scope:
    """What can be named: tasks, CPUs, locals; and where the text stands: contexts, inside which discipline, how deep in loops."""

    def __init__(self, tasks=(), cpus=(), contexts=("other",), bare=False, fixed=False, discipline=None, slice=False):
        self.tasks, self.cpus, self.contexts = list(tasks), list(cpus), frozenset(contexts)
        self.bare, self.fixed, self.discipline, self.slice = bare, fixed, discipline, slice
        self.locals = []  # (name, type, whether it can be assigned)
        self.olds = []    # instances opened from `from`
        self.groups = []  # names of cgroups
        self.rule = False # what may be missing need not be opened
        self.loops = 0
        self.turns = 1    # of all loops around, multiplied
        self.result = None
        self.returns = False

    def inner(self, **changes):
        made = copy.copy(self)
        for name in ("tasks", "cpus", "locals", "olds", "groups"):
            setattr(made, name, list(getattr(self, name)))
        for name, value in changes.items():
            setattr(made, name, value)
        return made

    def legal(self, *where):
        return self.contexts <= frozenset(where)


TASK_ATTRIBUTES = {
    "int": ["pid", "tgid", "ppid", "uid", "gid", "nice", "nice", "weight", "weight", "static_prio", "nspid", "pidns", "cgroup.weight", "wakeups", "hint"],
    "bool": ["kthread", "leader", "exiting", "pinned", "migration_disabled", "wake.sync", "wake.fork", "numa_pinned", "uses_gpu"],
    "duration": ["slice", "runtime", "waited", "last_ran", "avg_run", "last_slept"],
    "cpu": ["cpu"],
}
CPU_ATTRIBUTES = {"int": ["id", "llc", "core", "node", "capacity", "local.len"], "bool": ["idle"]}
CHANGING = ("idle", "local.len")
CGROUP_ATTRIBUTES = {"int": ["weight", "tasks", "runnable"]}
NAMES = ["Xorg", "kwin*", "*shell", "*work*", "hackbench", "sh", "sleep*", "k*", "*d", "rcu_preempt", "*", "a-name-of-15-by", "migration/0", "*/0"]
CGROUPS = ["/", "/system.slice", "/system.slice/backup*", "user.slice", "*.scope", "app-*/x", "/a/b/c"]
EXPRESSIONS = ["^/$", r"\.service$", "web|api", "^/a/[a-z0-9]+/(b|c)*$"]
EXES = ["/", "/usr/bin/*", "/usr/bin/bash", "python3*", "*sh", "bin/*a*"]
POLICIES = ["normal", "fifo", "rr", "batch", "idle", "deadline", "ext"]


class Expressions:
    """Mixed into the generator, which has: random, consts, params, globals, task_fields, cpu_fields, cgroup_fields, enums, sets, rules, functions, queues."""

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def pick(self, *choices):
        return self.random.choice(choices)

    def name(self, prefix):
        self.serial += 1
        return prefix + str(self.serial)

    # ---------------------------------------------------------------- literals

    def literal(self, type):
        r = self.random
        if type == "bool":
            return E(self.pick("true", "false"))
        if type == "int":
            value = self.pick(r.randrange(0, 4), r.randrange(0, 100), r.randrange(0, 100), r.randrange(0, 1 << 20), 1 << r.randrange(63), (1 << 63) - 1)
            text = E(format(value, "_") if self.chance(10) else str(value))
            return E("-" + text, UNARY) if self.chance(15) else text
        if type in ("duration", "time"):
            if type == "duration" and self.chance(3):
                return E("0")
            text = E(self.pick("%dus" % r.randrange(1, 1000), "%dms" % r.randrange(1, 50), "%dms" % r.randrange(1, 50), "%d.%dms" % (r.randrange(9), r.randrange(1, 10)),
                               "%dns" % r.randrange(0, 100000), "%ds" % r.randrange(1, 5), "1m", "1h"))
            return E("-" + text, UNARY) if type == "duration" and self.chance(8) else text
        if type == "ratio":
            return E("%d%%" % self.pick(0, 1, 10, 30, 50, 100, 250)) if self.chance(80) else E("%d.5%%" % r.randrange(100))
        if type == "cpu":
            return E("cpu(%d)" % self.pick(0, 1, 2, 3, 5, 7, 63, 2000))
        values = self.enums[type]
        return E(type + "." + r.choice(values))

    def amount(self):
        """A duration that can be a slice: an expression kept within bounds, since a policy may starve by its own slices."""
        return E("%dus" % self.random.randrange(300, 20000)) if self.chance(50) else E("%dms" % self.random.randrange(1, 20))

    def slice_over(self, s, depth=2):
        if self.chance(8):
            return E("min(max(%s, 400us), 20ms)" % self.of("duration", s, depth))
        if self.chance(40):
            return self.amount()
        if s.tasks and self.chance(30):
            return E("%s.weight * %dus" % (s.tasks[0], self.random.randrange(5, 60)), PRODUCT)
        return E("max(%s, min(%s, 20ms))" % (self.pick("500us", "1ms"), self.of("duration", s, depth)))

    # ---------------------------------------------------------------- names

    def places(self, type, s, write=False):
        """What has this type and a name here; functions, so that an index is only made for the one that is taken."""
        found = []

        def add(text, field=None):
            if field and field.length:
                found.append(lambda: E("%s[%s]" % (text, self.index(field.length, s))))
            else:
                found.append(lambda: E(text))

        for name, of, assignable in s.locals:
            if of == type and (assignable or not write):
                add(name)
        if not write:
            for name, of, live in self.params:
                if of == type and not s.discipline and (not live or not s.fixed):
                    add(name)
            for name, of in self.consts:
                if of == type:
                    add(name)
        if s.fixed:
            return found
        fields = s.discipline.task_fields if s.discipline else self.task_fields
        for task in s.tasks:
            for f in fields:
                if f.type == type:
                    add(f.name if s.bare and self.chance(70) else task + "." + f.name, f)
        if s.discipline:
            for f in s.discipline.queue_fields:
                if f.type == type:
                    add(f.name if self.chance(60) else "self." + f.name, f)
            if not write:
                for old in s.olds:
                    for f in s.discipline.queue_fields:
                        if f.type == type:
                            add(old + "." + f.name, f)
            return found
        for f in self.globals:
            if f.type == type:
                add(f.name, f)
        for cpu in s.cpus + [t + ".cpu" for t in s.tasks]:
            for f in self.cpu_fields:
                if f.type == type:
                    add(cpu + "." + f.name, f)
        for group in self.groups(s):
            for f in self.cgroup_fields:
                if f.type == type:
                    add(group + "." + f.name, f)
        if not write:
            for q in self.seen(s):
                if q.discipline and q.discipline.queue_fields and self.chance(30):
                    for f in q.discipline.queue_fields:
                        if f.type == type:
                            add(self.instance(q, s) + "." + f.name, f)
        return found

    def index(self, length, s):
        return self.pick(str(self.random.randrange(length)), str(length), "0", self.of("int", s, 1))

    @staticmethod
    def groups(s):
        """The cgroups that can be named."""
        return s.groups + ([t + ".cgroup" for t in s.tasks] if not s.fixed else [])

    def seen(self, s):
        """The queues of which an instance can be named."""
        return [q for q in self.queues if q.domain != "cgroup" or self.groups(s)]

    def instance(self, q, s):
        """A queue, or one of its instances by a CPU or a cgroup."""
        if q.domain == "cgroup":
            return "%s[%s]" % (q.name, self.of("cgroup", s, 1))
        return "%s[%s]" % (q.name, self.of("cpu", s, 1)) if q.domain and self.chance(50) else q.name

    def into(self, q, s):
        """A queue to insert into: bare, the instance is that of the task's CPU or cgroup."""
        return q.name if q.domain == "cgroup" and self.chance(50) else self.instance(q, s)

    def attribute(self, type, s):
        found = []
        for cpu in s.cpus + ([t + ".cpu" for t in s.tasks] if not s.fixed else []):
            found += [cpu + "." + a for a in CPU_ATTRIBUTES.get(type, []) if a not in CHANGING or not s.fixed]
        found += [group + "." + a for group in self.groups(s) for a in CGROUP_ATTRIBUTES.get(type, [])]
        if not s.fixed:
            for task in s.tasks:
                found += [(a if s.bare and self.chance(70) else task + "." + a) for a in TASK_ATTRIBUTES.get(type, [])] * 2
                found += [task + "." + r for r in self.rules] if type == "bool" and not s.discipline else []
            queues = self.seen(s) if not s.discipline else []
            if queues and type in ("int", "bool"):
                found.append(self.instance(self.random.choice(queues), s) + (".len" if type == "int" else ".empty"))
            if s.discipline and s.slice and type in ("int", "bool"):
                found.append("self.len" if type == "int" else "self.empty")
            if s.discipline and s.slice and s.tasks and type == "duration":
                found += ["slice"] * 2
            if type == "time":
                found += ["now"] * 2
            queues = [q for q in queues if not q.ring]
            if type == "duration" and queues and s.legal("dispatch", "every") and s.loops < 2:
                found.append(self.instance(self.random.choice(queues), s) + ".head_wait")
        if type == "int":
            found.append("cpus.count")
        if type == "ratio":
            found.append("machine.utilisation")
        return E(self.random.choice(found)) if found else None

    def leaf(self, type, s):
        if type == "cgroup":
            return E(self.random.choice(self.groups(s)))
        choice = self.random.randrange(10)
        if choice < 4:
            if found := self.places(type, s):
                return self.random.choice(found)()
        if choice < 8:
            if found := self.attribute(type, s):
                return found
        if type == "time":  # a constant duration is a point on the clock only where a time is assigned or passed
            return self.a_time(s, 0)
        return self.literal(type)

    # ---------------------------------------------------------------- operators

    def binary(self, op, level, left, right):
        left, right = left.at(level), right.at(level + 1)
        return E("%s %s %s" % (left, op, right), level)

    def of(self, type, s, depth):
        """An expression of the type."""
        self.size += 1
        if depth <= 0 or self.size > self.limit:
            return self.leaf(type, s)
        made = self.compound(type, s, depth - 1) or self.leaf(type, s)
        return E("(%s)" % made) if self.chance(4) else made

    def compound(self, type, s, d):
        if type == "bool":
            return self.condition(s, d)
        if self.chance(20):
            return self.leaf(type, s)
        if self.chance(12) and not s.fixed and (call := self.call(type, s, d)):
            return call
        int_, duration, time, ratio = (lambda: self.of("int", s, d)), (lambda: self.nonzero(self.of("duration", s, d))), (lambda: self.of("time", s, d)), (lambda: self.of("ratio", s, d))
        if type == "int":
            return self.pick(
                lambda: self.binary(self.pick("+", "-"), SUM, int_(), int_()),
                lambda: self.binary(self.pick("+", "-"), SUM, int_(), int_()),
                lambda: self.binary(self.pick("*", "/", "%", "<<", ">>"), PRODUCT, int_(), int_()),
                lambda: self.binary("&", MEET, int_(), int_()),
                lambda: self.binary("|", BITS, int_(), int_()),
                lambda: self.binary("/", PRODUCT, duration(), duration()),
                lambda: self.binary("*", PRODUCT, int_(), ratio()) if self.chance(60) else self.binary("*", PRODUCT, ratio(), int_()),
                lambda: E("-" + int_().at(UNARY), UNARY),
                lambda: E("%s(%s, %s)" % (self.pick("min", "max"), int_(), int_())),
                lambda: E("abs(%s)" % int_()),
                lambda: None if s.fixed else E("random(%s)" % int_()))()
        if type == "duration":
            return self.pick(
                lambda: self.binary(self.pick("+", "-", "-"), SUM, duration(), duration()),
                lambda: self.binary("-", SUM, time(), time()) if not s.fixed else None,
                lambda: self.binary("*", PRODUCT, duration(), int_()),
                lambda: self.binary("*", PRODUCT, int_(), duration()),
                lambda: self.binary("*", PRODUCT, duration(), ratio()),
                lambda: self.binary(self.pick("/", "<<", ">>"), PRODUCT, duration(), int_()),
                lambda: self.binary("%", PRODUCT, duration(), duration()),
                lambda: E("-" + duration().at(UNARY), UNARY),
                lambda: E("%s(%s, %s)" % (self.pick("min", "max"), duration(), duration())),
                lambda: E("abs(%s)" % duration()))()
        if type == "time":
            return self.pick(
                lambda: self.binary(self.pick("+", "-"), SUM, self.a_time(s, d), duration()),
                lambda: self.binary("+", SUM, duration(), self.a_time(s, d)),
                lambda: E("%s(%s, %s)" % (self.pick("min", "max"), self.a_time(s, d), self.a_time(s, d))))()
        if type == "ratio":
            return self.binary(self.pick("+", "-"), SUM, ratio(), ratio()) if self.chance(80) else E("-" + ratio().at(UNARY), UNARY)
        if type == "cpu":
            return E("cpu(%s)" % int_())
        return None  # an enum or a cgroup

    def nonzero(self, e):
        """A bare 0 is a duration only where one is needed."""
        return E("1ms") if e.strip("()") == "0" else e

    def a_time(self, s, d):
        found = self.places("time", s)
        if d > 0 and self.chance(30):
            return self.binary("+", SUM, self.a_time(s, 0), self.of("duration", s, d - 1))
        if found and self.chance(70):
            return self.random.choice(found)()
        return E("now")

    def call(self, type, s, d):
        functions = [f for f in (s.discipline.functions + [f for f in self.functions if f.free] if s.discipline else self.functions) if f.result == type and self.size + f.size < self.limit and s.contexts <= f.contexts]
        if type == "int" and self.chance(10):
            return E("clamp(%s, %s, %s)" % (self.of("int", s, d), self.of("int", s, 0), self.of("int", s, 0)))
        if type == "duration" and self.chance(30):
            return E(self.pick("ewma(%s, %s, %s)", "if_zero(%s, %s)").replace("%s", "{}").format(*(self.of(t, s, d) for t in ("duration", "duration", "int"))))
        if not functions:
            return None
        f = self.random.choice(functions)
        self.size += f.size
        if not self.suits(f, s):
            return None
        return E("%s(%s)" % (f.name, ", ".join(self.arguments(f.parameters, lambda of: self.random.choice(s.tasks) if of == "task" else self.argument(of, s, d)))))

    def suits(self, f, s):
        """There are tasks and cgroups to pass to it."""
        types = [of for _, of, _ in f.parameters]
        return ("task" not in types or s.tasks) and ("cgroup" not in types or self.groups(s))

    def arguments(self, parameters, make):
        """In order, or some by name and anywhere: what has no name fills, in order, the parameters that are not named."""
        named = self.random.sample(parameters, self.random.randrange(len(parameters) + 1)) if self.chance(25) else []
        made = []
        for name, type, optional in parameters:
            if (name, type, optional) in named:
                continue
            if optional and self.chance(40):
                break
            made.append(make(type))
        for name, type, _ in named:
            made.insert(self.random.randrange(len(made) + 1), "%s: %s" % (name, make(type)))
        return made

    def argument(self, type, s, d):
        """A value that is assigned or passed."""
        return self.literal(type) if type == "time" and self.chance(20) else self.of(type, s, d)

    # ---------------------------------------------------------------- conditions

    def condition(self, s, d):
        if d > 0 and self.chance(40):
            op, level = self.pick(("and", AND), ("or", OR))
            return self.binary(op, level, self.of("bool", s, d), self.of("bool", s, d))
        if s.rule and s.tasks and self.chance(8):
            there = self.pick("waker", "task(%s)" % self.of("int", s, 0), "p.cpu.running")
            return E("(%s.%s)" % (there, self.pick("kthread", "nice < 0", "comm is \"k*\"", "exe is \"*sh\"", "pinned", "cpu.id == %s.pid" % there)))
        if self.chance(12):
            inner = self.of("bool", s, d)
            return E("not " + inner.at(NOT), NOT)
        if self.chance(8) and not s.fixed and (call := self.call("bool", s, d)):
            return call
        return self.random.choice([self.comparison] * 5 + [self.pattern] * 3 + [self.membership] * 2 + [self.question] * 2)(s, d)

    def comparison(self, s, d):
        type = self.pick("int", "int", "int", "duration", "duration", "time", "ratio", "cpu", "bool", "queue", "policy", "task", "cgroup", *self.enums)
        op = self.pick("==", "!=", "<", "<=", ">", ">=")
        either = self.pick("==", "!=")
        if s.fixed and type not in ("int", "cpu", *self.enums):
            type = "int"
        if type in ("queue", "policy", "task"):
            if not s.tasks or (type == "queue" and (s.discipline or not self.queues)):
                return None
            task = self.random.choice(s.tasks)
            op = either
            if type == "task":
                left, right = E(task), E(self.random.choice(s.tasks))
            else:
                left, right = E(task + "." + type), E(self.random.choice(self.queues).name if type == "queue" else self.random.choice(POLICIES))
        elif type == "cgroup":
            if not self.groups(s):
                return None
            left, op, right = self.of(type, s, d), either, self.of(type, s, d)
        elif type in self.enums:
            found = self.places(type, s)
            if not found:
                return None
            left, right = self.random.choice(found)(), E(self.random.choice(self.enums[type])) if self.chance(60) else self.of(type, s, d)
        else:
            left, right = self.nonzero(self.of(type, s, d)) if type == "duration" else self.of(type, s, d), self.of(type, s, d)
            if type in ("cpu", "bool"):
                op = either
        return E("%s %s %s" % (left.at(BITS), op, right.at(BITS)), COMPARE)

    def pattern(self, s, d):
        if not s.tasks or s.fixed:
            return None
        task = self.random.choice(s.tasks)
        prefix = "" if s.bare and self.chance(70) else task + "."
        kind = self.pick("comm", "comm", "comm", "leader.comm", "cgroup", "cgroup.path", "exe", "policy", "policy", "int", "duration", "queue", "enum")
        several = lambda make: " | ".join(make() for _ in range(self.pick(1, 1, 2, 3)))
        if kind in ("comm", "leader.comm"):
            return E("%s%s is %s" % (prefix, kind, several(lambda: '"%s"' % self.random.choice(NAMES))), COMPARE)
        if kind.startswith("cgroup"):
            if self.chance(50):
                return None
            if self.chance(40):
                return E('%scgroup matches "%s"' % (prefix, self.random.choice(EXPRESSIONS)), COMPARE)
            return E("%s%s is %s" % (prefix, kind, several(lambda: '"%s"' % self.random.choice(CGROUPS))), COMPARE)
        if kind == "exe":
            return E("%sexe is %s" % (prefix, several(lambda: '"%s"' % self.random.choice(EXES))), COMPARE)
        if kind == "policy":
            return E("%spolicy is %s" % (prefix, several(lambda: self.random.choice(POLICIES))), COMPARE)
        if kind == "queue":
            return None if s.discipline or not self.queues else E("%squeue is %s" % (prefix, several(lambda: self.random.choice(self.queues).name)), COMPARE)
        if kind == "enum":
            type = self.random.choice(list(self.enums)) if self.enums else None
            found = type and self.places(type, s)
            return E("%s is %s" % (self.random.choice(found)(), several(lambda: self.random.choice(self.enums[type]))), COMPARE) if found else None

        def alternative():
            low, high = sorted(self.random.randrange(-20, 20) for _ in range(2))
            unit = "" if kind == "int" else "ms"
            return "%d%s..%d%s" % (low, unit, high, unit) if self.chance(50) else "%d%s" % (high, unit)

        return E("%s is %s" % ((self.nonzero(self.of(kind, s, d)) if kind == "duration" else self.of(kind, s, d)).at(BITS), several(alternative)), COMPARE)

    def membership(self, s, d):
        cpus = s.cpus + ([t + ".cpu" for t in s.tasks] if not s.fixed else [])
        cpu = self.random.choice(cpus) if cpus and self.chance(80) else self.of("cpu", s, d)
        set = self.set_over(s, 2)
        return E("%s in %s" % (cpu, set), COMPARE)

    def question(self, s, d):
        if s.tasks and not s.fixed and self.chance(40):
            return E("%s.may_run(%s)" % (self.random.choice(s.tasks), self.of("cpu", s, d)))
        return self.leaf("bool", s) if self.chance(50) else self.comparison(s, d)

    # ---------------------------------------------------------------- sets of CPUs

    def set_over(self, s, depth):
        if depth > 0 and self.chance(35):
            op, level = self.pick(("|", BITS), ("&", MEET), ("-", SUM))
            return self.binary(op, level, self.set_over(s, depth - 1), self.set_over(s, depth - 1))
        if s.tasks and not s.fixed and self.chance(20):
            return E(self.random.choice(s.tasks) + ".affinity")
        if self.sets and not s.discipline and self.chance(30):
            return E(self.random.choice(self.sets))
        return self.fixed_set(s)

    def fixed_set(self, s):
        low = self.pick(0, 0, 0, 1, 2)
        choices = [E("cpus %d..%d" % (low, low + self.random.randrange(6)), UNARY), E("cpus"), E("llc(%d)" % self.pick(0, 0, 1, 3)), E("node(%d)" % self.pick(0, 0, 1)), E("core(%d)" % self.pick(0, 2))]
        if not s.discipline:
            condition = self.fixed_condition(1)
            choices.append(E("cpus(%s)" % condition))
            bounds = [name for name, of, live in self.params if name.startswith("cpu_")]
            if bounds:
                choices.append(E("cpus 0..%s" % self.random.choice(bounds), UNARY))
        return self.random.choice(choices)

    def fixed_condition(self, depth):
        """Over what a CPU is, which never changes; never a constant."""
        cpu = self.pick("cpu.id < %d", "cpu.id >= %d", "cpu.llc == %d", "cpu.node != %d", "cpu.id %% 2 == %d", "cpus.count > %d", "cpu.capacity > %d", "cpu.core == %d", "%d < cpu.id", "cpu in llc(%d)",
                        "cpu in cpus 0..%d") % self.random.randrange(3)
        made = E(cpu, COMPARE)
        if depth > 0 and self.chance(30):
            op, level = self.pick(("and", AND), ("or", OR))
            made = self.binary(op, level, made, self.fixed_condition(depth - 1))
        if self.chance(10):
            made = E("not " + made.at(NOT), NOT)
        return made

    def served_set(self, bare=False):
        """A set for `on`: of constants, never empty."""
        s = Scope(fixed=True)
        if bare and self.chance(15):
            return E("0..%d" % self.random.randrange(5), 0)
        first = E("cpus 0..%d" % self.random.randrange(5), UNARY) if self.chance(40) else self.pick(E("llc(0)"), E("node(0)"), E("llc(1)"), E("core(0)"), E("cpus(%s)" % self.fixed_condition(1)))
        if self.sets and self.chance(30):
            first = E(self.random.choice(self.sets))
        if self.chance(60):
            return first
        if self.chance(50):
            return self.binary("|", BITS, first, self.fixed_set(s))
        if self.chance(50):
            return self.binary("&", MEET, first, E("cpus 0..%d" % self.random.randrange(1, 6), UNARY))
        return self.binary("-", SUM, first, E("cpus %d..7" % self.random.randrange(5, 8), UNARY))
