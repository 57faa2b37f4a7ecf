# SPDX-License-Identifier: GPL-2.0-only
"""Random statements, functions and hooks. A body is a list of lines without their indentation."""
from expressions import BITS, E, SCALARS, Scope

# Where something may stand, as the contexts of docs/language.md.
WALKS = ("dispatch", "every", "sleepable", "dump")
CLAIMS = ("select_cpu", "enqueue")
# Hooks that only add to the declarations: event, arguments, contexts.
HOOKS = {
    "enqueue": (["p"], ("enqueue", "dispatch")), "dequeue": (["p"], ("other",)), "tick": (["p"], ("other",)), "runnable": (["p"], ("other",)),
    "running": (["p"], ("other", "dispatch")), "stopping": (["p", "ran", "runnable"], ("other", "dispatch")), "quiescent": (["p"], ("other",)),
    "sleep": (["p", "used"], ("other",)), "yield": (["p", "to"], ("other",)), "fork": (["p"], ("sleepable",)), "core_sched_before": (["a", "b"], ("other",)), "cgroup_weight": (["g", "weight"], ("other",)), "enable": (["p"], ("other",)), "disable": (["p"], ("other",)), "init_task": (["p"], ("sleepable",)),
    "exit_task": (["p"], ("other",)), "set_weight": (["p", "weight"], ("other",)), "set_affinity": (["p"], ("other",)), "cpu_idle": (["c", "idle"], ("other",)),
    "cpu_online": (["c"], ("sleepable",)), "cpu_offline": (["c"], ("sleepable",)), "cgroup_init": (["g"], ("sleepable",)), "cgroup_exit": (["g"], ("sleepable",)),
    "cgroup_prep_move": (["p", "from", "to"], ("sleepable",)), "cgroup_cancel_move": (["p", "from", "to"], ("other",)), "cgroup_bandwidth": (["g", "period", "quota", "burst"], ("other",)),
    "cgroup_idle": (["g", "idle"], ("other",)), "cpu_release": (["c"], ("cpu_release",)), "cpu_acquire": (["c"], ("other",)), "dump_cpu": (["c", "idle"], ("dump",)), "dump_task": (["p"], ("dump",)),
    "cgroup_move": (["p", "from", "to"], ("other",)), "dump": ([], ("dump",)), "init": ([], ("sleepable",)), "exit": ([], ("sleepable",)),
    "dispatch": (["c", "prev"], ("dispatch",)), "select_cpu": (["p", "prev"], ("select_cpu",)),
}
OF_DISCIPLINE = ["enqueue", "running", "stopping", "sleep", "runnable", "quiescent", "tick", "dequeue", "set_weight", "set_affinity", "exit_task"]
TYPES_OF = {"period": "duration", "quota": "duration", "burst": "duration", "ran": "duration", "used": "duration", "runnable": "bool", "idle": "bool", "weight": "int", "c": "cpu"}


def braces(head, body):
    return [head + " {"] + ["    " + line for line in body] + ["}"]


class Function:
    def __init__(self, name, parameters, result, size, contexts):
        self.name, self.parameters, self.result, self.size, self.contexts = name, parameters, result, size, contexts
        self.free = False  # of the policy


class Bodies:
    """Mixed into the generator, beside Expressions."""

    def block(self, s, statements, depth):
        s = s.inner()
        body = []
        for _ in range(statements):
            if self.size > self.limit:
                break
            body += self.statement(s, depth)
        return body

    def statement(self, s, depth):
        choices = [self.let] * 3 + [self.group] * bool(self.groups(s)) + [self.assign] * 5 + [self.statistic] * 2 + [self.log, self.check]
        if depth > 0:
            choices += [self.branch] * 4 + [self.open] * 2 + [self.scope]
            if s.loops < 2:
                choices += [self.loop] * 3
        if s.loops:
            choices += [self.leave]
        if not s.discipline:
            choices += [self.kick]
            if s.legal("select_cpu", "enqueue", "dispatch", "every"):
                choices += [self.claim]
        if s.legal("other", "every", "dispatch", "enqueue", "select_cpu", "sleepable") and self.procedures:
            choices += [self.procedure]
        return self.random.choice(choices)(s, depth) or []

    def let(self, s, depth):
        type = self.pick(*SCALARS, "int", "int", "duration", *self.enums)
        name, assignable, typed = self.name("x"), self.chance(50), self.chance(30)
        value = self.argument(type, s, 2) if assignable and typed else self.of(type, s, 2)
        value = self.nonzero(value) if type == "duration" else value
        s.locals.append((name, type, assignable))
        return ["var %s%s = %s;" % (name, ": " + type if typed else "", value) if assignable else "let %s = %s;" % (name, value)]

    def group(self, s, depth):
        name, assignable = self.name("x"), self.chance(30)
        made = ["%s %s = %s;" % ("var" if assignable else "let", name, self.of("cgroup", s, 2))]
        s.groups.append(name)
        return made + (["%s = %s;" % (name, self.of("cgroup", s, 2))] if assignable else [])

    def assign(self, s, depth):
        type = self.pick(*SCALARS, "int", "int", "duration", *self.enums)
        places = self.places(type, s, write=True)
        if not places:
            return self.let(s, depth)
        place = self.random.choice(places)()
        if type in ("int", "duration", "ratio", "time") and self.chance(50):
            return ["%s %s %s;" % (place, self.pick("+=", "-="), self.of("duration" if type == "time" else type, s, 2))]
        return ["%s = %s;" % (place, self.argument(type, s, 3))]

    def statistic(self, s, depth):
        if s.discipline or not self.counters + self.histograms:
            return None
        histograms = [h for h in self.histograms if h[1] != "task" or s.tasks]
        if histograms and self.chance(40):
            name, index, kinds = self.random.choice(histograms)
            index = "[%s]" % (self.random.choice(s.tasks) if index == "task" else self.of("int", s, 1)) if index else ""
            return ["%s%s.add(%s);" % (name, index, self.of(self.pick(*kinds), s, 2))]
        return ["%s += %s;" % (self.random.choice(self.counters), self.of("int", s, 1))] if self.counters else None

    def log(self, s, depth):
        if s.loops or self.chance(50):
            return None
        values = [self.of(self.pick(*SCALARS), s, 1) for _ in range(self.pick(0, 1, 1, 2, 3, 12))]
        values = [self.nonzero(v) for v in values]
        if self.counters and not s.discipline:
            values = values[:11] + [self.random.choice(self.counters)]
        if s.tasks:
            values = values[:11] + [self.random.choice(s.tasks) + self.pick("", ".comm", ".leader.comm")]
        return ["log(%s);" % ", ".join(['"%s {{}} 5%%"' % " ".join(["at"] + ["{}"] * len(values))] + values)]

    def check(self, s, depth):
        """An assertion that holds by what the reference says."""
        x, y = ("%s", "%s")
        ints = [n for n, t, _ in s.locals if t == "int"]
        if ints and self.chance(50):
            x, y = self.random.choice(ints), self.random.choice(ints)
            claim = self.pick("%s / 0 == 0", "%s %% 0 == {0}", "min(%s, {1}) <= {1}", "(%s + {1}) - {1} == {0}", "%s | {1} == {1} | {0}", "%s << 64 == {0}", "%s * 0 == 0", "-(-%s) == {0}", "%s / 1 == {0}",
                              "({0} & 255) <= 255 and ({0} & 255) >= %s * 0", "{0} / {1} * {1} + {0} %% {1} == %s or {1} == 0")
            return ["assert %s;" % ((claim % x).format(x, y))]
        if s.tasks and self.chance(60):
            task = self.random.choice(s.tasks)
            return ["assert %s;" % (self.pick("%s.nice >= -20 and %s.nice <= 19", "%s.pid >= 0", "%s.cpu.id < cpus.count", "%s.static_prio - 120 == %s.nice", "%s.cpu.llc >= 0", "%s == %s").replace("%s", task))]
        if s.cpus:
            return ["assert %s;" % (self.pick("%s.id < cpus.count", "%s.capacity <= 1024", "%s in llc(%s.llc)", "%s in core(%s.core)", "%s in cpus", "cpu(%s.id) == %s").replace("%s", self.random.choice(s.cpus)))]
        text, value = self.known("int", 3, constant=bool(s.discipline))
        return ["assert %s == %s;" % (text.at(BITS), self.exactly("int", value))]

    def scope(self, s, depth):
        body = self.block(s, 2, depth - 1)
        return ["{"] + ["    " + line for line in body] + ["}"] if body else None

    def branch(self, s, depth):
        made = braces("if " + self.of("bool", s, 3), self.block(s, self.random.randrange(1, 3), depth - 1))
        while self.chance(25):
            made[-1] = "} else if %s {" % self.of("bool", s, 2)
            made += ["    " + line for line in self.block(s, 1, depth - 1)] + ["}"]
        if self.chance(40):
            made[-1] = "} else {"
            made += ["    " + line for line in self.block(s, self.random.randrange(1, 3), depth - 1)] + ["}"]
        return made

    def open(self, s, depth):
        """`if let`, of each thing that may be missing."""
        name = self.name("o")
        inner = s.inner()
        choices = [("task(%s)" % self.of("int", s, 1), "task")]
        choices += [("%s.waker" % t, "task") for t in s.tasks]
        choices += [("%s.running" % c, "task") for c in s.cpus]
        choices += [("%s.parent" % g, "cgroup") for g in self.groups(s)]
        if s.tasks:
            choices.append(("task(%s.%s)" % (self.random.choice(s.tasks), self.pick("ppid", "tgid", "pid")), "task"))
        if s.legal(*CLAIMS) and not s.loops and not s.discipline:
            choices += [("%s(%s)" % (self.pick("idle_cpu", "idle_core"), self.set_over(s, 1)), "cpu")] * 2
        what, type = self.random.choice(choices)
        body = []
        if type == "task":
            inner.tasks.append(name)
        elif type == "cgroup":
            inner.groups.append(name)
        else:
            inner.cpus.append(name)
            inner.locals.append((name, "cpu", False))
            body = [name + ".kick();"]  # a CPU that is claimed and not used stays invisible
        body += self.block(inner, self.random.randrange(1, 3), depth - 1)
        made = braces("if let %s = %s" % (name, what), body)
        if self.chance(30):
            made[-1] = "} else {"
            made += ["    " + line for line in self.block(s, 1, depth - 1)] + ["}"]
        return made

    def loop(self, s, depth):
        name = self.name("i")
        room = 4096 // s.turns
        if room < 8:
            return None
        turns = self.random.randrange(2, min(room, 40))
        inner = s.inner(loops=s.loops + 1, turns=s.turns * turns)
        kinds = ["range", "range", "repeat", "cpus", "near"]
        queues = [q for q in self.seen(s) if not q.ring]
        if s.legal(*WALKS) and queues and not s.discipline and "sleepable" not in s.contexts:
            kinds += ["queue"] * 2
        if s.turns == 1:
            kinds += ["cgroups"]
        kind = self.random.choice(kinds)
        if kind == "range":
            inner.locals.append((name, "int", False))
            low = self.pick(0, 0, 1, -3)
            over = "%d..%d" % (low, low + turns - 1) if self.chance(50) else "%s..min(%s, %d)" % (low, self.of("int", s, 1), low + turns - 1)
            head = "for %s in %s" % (name, over)
        elif kind == "repeat":
            head = "repeat " + (str(turns) if self.chance(60) else "min(%s, %d)" % (self.of("int", s, 1), turns))
        elif kind == "queue":
            queue = self.random.choice(queues)
            inner.tasks.append(name)
            head = "for %s in %s" % (name, self.instance(queue, s))
        elif kind == "cgroups":
            inner.turns = 1024
            inner.groups.append(name)
            head = "for %s in cgroups" % name
        else:
            inner.cpus.append(name)
            inner.locals.append((name, "cpu", False))
            head = "for %s in %s" % (name, self.set_over(s, 2) if kind == "cpus" else "near(%s)" % self.of("cpu", s, 1))
        body = self.block(inner, self.random.randrange(1, 4), depth - 1)
        return braces(head, body) if body else None

    def leave(self, s, depth):
        what = self.pick("break;", "continue;", "return;" if s.returns and s.result is None else "break;")
        return ["if %s { %s }" % (self.of("bool", s, 2), what)]

    def kick(self, s, depth):
        cpu = self.random.choice(s.cpus) if s.cpus and self.chance(50) else self.of("cpu", s, 1)
        preempts = s.legal("other", "every") and not s.loops and self.chance(40)
        return ["%s.%s();" % (E(cpu).at(10), "preempt" if preempts else "kick")]

    def claim(self, s, depth):
        cpu = self.random.choice(s.cpus) if s.cpus else "cpu(%s)" % self.of("int", s, 1)
        return ["if %s.claim() { %s.kick(); }" % (cpu, cpu)] if s.cpus or self.chance(30) else None

    def procedure(self, s, depth):
        f = self.random.choice(self.procedures)
        if s.discipline or self.size + f.size > self.limit:
            return None
        if not self.suits(f, s):
            return None
        self.size += f.size
        return ["%s(%s);" % (f.name, ", ".join(self.arguments(f.parameters, lambda of: self.random.choice(s.tasks) if of == "task" else self.argument(of, s, 1))))]

    # ---------------------------------------------------------------- functions

    def function(self, discipline=None):
        """Of any context, so that it can be called everywhere."""
        result = self.pick(*SCALARS, "int", "duration", "bool", "cgroup", *self.enums) if self.chance(80) or discipline else None
        name, before = self.name("f"), self.size
        s = Scope(contexts=("any",), discipline=discipline)
        parameters = []
        for i in range(self.random.randrange(4)):
            of, parameter = self.pick("task", "task", "cgroup", *SCALARS, *self.enums), self.name("a")
            optional = of not in ("task", "cpu", "cgroup") and (self.chance(30) or bool(parameters and parameters[-1][2]))
            if parameters and parameters[-1][2] and not optional:
                break
            parameters.append((parameter, of, optional))
            s.locals += [] if of in ("task", "cgroup") else [(parameter, of, False)]
            {"task": s.tasks, "cpu": s.cpus, "cgroup": s.groups}.get(of, []).append(parameter)
        if result == "cgroup" and not self.groups(s):
            result = "int"
        s.result = result
        if not result:
            s.returns = True
        body = self.block(s, self.random.randrange(3), 2)
        if result:
            if self.chance(40):
                body += braces("if " + self.of("bool", s, 2), ["return %s;" % self.of(result, s, 2)])
            body.append("return %s;" % self.of(result, s, 3))
        heads = ", ".join("%s: %s%s" % (n, t, " = " + self.literal(t) if o else "") for n, t, o in parameters)
        made = Function(name, parameters, result, self.size - before + 1, frozenset(HOOK_CONTEXTS))
        made.free = self.in_module
        if discipline:
            discipline.functions.append(made)
        elif result:
            self.functions.append(made)
        else:
            self.procedures.append(made)
        return braces("fn %s(%s)%s" % (name, heads, " -> " + result if result else ""), body or ["return;"])

    # ---------------------------------------------------------------- hooks

    def hook_scope(self, event, discipline=None):
        arguments, contexts = HOOKS[event]
        if self.chance(30) and event != "core_sched_before":
            arguments = arguments[:self.random.randrange(len(arguments) + 1)]
        if discipline and "p" not in arguments:
            arguments = ["p"]
        names = [a if a == "p" or discipline else self.pick(a if a != "idle" else "idles", self.name(a[0])) for a in arguments] # a queue may be called idle
        s = Scope(contexts=contexts, discipline=discipline, slice=bool(discipline))
        s.returns = True
        for argument, name in zip(arguments, names):
            type = "cpu" if event == "select_cpu" and argument == "prev" else TYPES_OF.get(argument)
            if argument in ("p", "a", "b"):
                s.tasks.append(name)
            elif event.startswith("cgroup_") and argument in ("g", "from", "to"):
                s.groups.append(name)
            elif type:
                s.locals.append((name, type, False))
                if type == "cpu":
                    s.cpus.append(name)
        return s, names

    def hook(self, event, discipline=None):
        s, names = self.hook_scope(event, discipline)
        before, self.size = self.size, 0
        body = self.block(s, self.random.randrange(1, 6 if not discipline else 3), self.pick(1, 2, 2, 3))
        self.size = before
        if event == "tick" and names and not discipline and self.chance(20):
            body.append("%s.slice = %s;" % (names[0], self.slice_over(s)))
        if event in ("enqueue", "select_cpu", "running") and names and self.chance(20):
            body.append("%s.slice = %s;" % (names[0], self.slice_over(s)))
        if event == "yield" and names and self.chance(60):
            body += ["%s.slice = 0ns;" % names[0], "return true;"]
        if event == "yield" and len(names) > 1 and self.chance(60):
            inner = s.inner(tasks=s.tasks + [self.name("t")])
            body = braces("if let %s = %s" % (inner.tasks[-1], names[1]), self.block(inner, 2, 1) + ["return false;"]) + body
        if event == "cpu_release" and names and self.chance(60):
            body.append("%s.local.reenqueue();" % names[0])
        if event == "core_sched_before" or (event == "cgroup_prep_move" and self.chance(30)):
            body.append("return %s;" % self.of("bool", s, 3))
        if event == "dispatch" and len(names) > 1:
            inner = s.inner(tasks=[self.name("t")])
            body += braces("if let %s = %s" % (inner.tasks[0], names[1]), self.block(inner, 2, 1))
        return braces("on %s%s" % (event, "(%s)" % ", ".join(names) if names else ""), body or ["return;"])

    def enqueue_by_hand(self):
        """Inserts exactly once on every path."""
        s = Scope(["p"], contexts=("enqueue",))
        return braces("on enqueue(p)", self.block(s, self.random.randrange(3), 2) + self.insert_once(s, 3))

    def insert_once(self, s, depth):
        choice = self.random.randrange(6)
        if depth == 0 or choice < 2:
            queue = self.random.choice(self.filled)
            return ["%s.insert(p%s);" % (self.into(queue, s), ", " + self.slice_over(s) if self.chance(40) else "")]
        if choice < 4:
            made = braces("if " + self.of("bool", s, 2), self.block(s, 1, 1) + self.insert_once(s, depth - 1))
            made[-1] = "} else {"
            return made + ["    " + line for line in self.insert_once(s, depth - 1)] + ["}"]
        if choice == 4:
            return ["if %s and p.cpu.local.insert(p) { return; }" % self.of("bool", s, 1).at(2)] + self.insert_once(s, depth - 1)
        made = braces("if " + self.of("bool", s, 2), self.insert_once(s, depth - 1) + ["return;"])
        return made + self.insert_once(s, depth - 1)

    def move(self, s):
        """The waiting tasks of a queue that a condition chooses go elsewhere."""
        from_, other, t = [q for q in self.filled if not q.ring and q in self.seen(s)], self.random.choice(self.filled), self.name("t")
        if not from_:
            return []
        queue, inner = self.random.choice(from_), s.inner(tasks=[t], loops=1)
        cpu = self.of("cpu", inner, 1).at(10)
        to = self.pick(self.into(other, inner) if other is not queue else "%s.cpu.local" % t, "%s.cpu.local" % t, cpu + ".local")
        then = self.pick("%s.insert(%s%s);" % (to, t, ", " + self.slice_over(inner) if self.chance(30) else ""), "if %s.insert(%s) { break; }" % (to, t))
        return braces("for %s in %s" % (t, self.instance(queue, s)), ["if %s { %s }" % (self.of("bool", inner, 2), then)])

    def select_cpu_by_hand(self):
        s = Scope(["p"], ["prev"], contexts=("select_cpu",))
        s.locals.append(("prev", "cpu", False))
        body = self.block(s, self.random.randrange(3), 1)
        name = self.name("c")
        take = ["%s.local.insert(p%s);" % (name, ", " + self.slice_over(s) if self.chance(50) else ""), "return %s;" % name]
        for _ in range(self.random.randrange(1, 4)):
            name = self.name("c")
            take = ["%s.local.insert(p%s);" % (name, ", " + self.slice_over(s) if self.chance(50) else ""), "return %s;" % name]
            kind = self.random.randrange(3)
            if kind == 0:
                body += braces("if let %s = default_idle(p, prev)" % name, take)
            elif kind == 1:
                body += braces("if let %s = %s(%s)" % (name, self.pick("idle_cpu", "idle_core"), self.set_over(s, 2)), take)
            else:
                body += braces("for %s in near(prev)" % name, braces("if p.may_run(%s) and %s and %s.claim()" % (name, self.of("bool", s, 1).at(3), name), take))
        return braces("on select_cpu(p, prev)", body + ["return prev;"])

    def dispatch_by_hand(self):
        """Each filled queue is consumed at the end, whatever came before."""
        s = Scope([], ["c"], contexts=("dispatch",))
        s.locals.append(("c", "cpu", False))
        body = self.block(s, self.random.randrange(3), 2)
        for queue in self.filled:
            if self.chance(30) and queue in self.seen(s) and not queue.ring:
                t, other = self.name("t"), self.random.choice(self.filled)
                inner = s.inner(tasks=[t])
                then = self.pick("%s.insert(%s); break;" % (self.into(other, inner), t) if other is not queue else "break;", "c.local.insert(%s); break;" % t, "if c.local.insert(%s) { return; }" % t)
                body += braces("for %s in %s" % (t, queue.name), ["if %s { %s }" % (self.of("bool", inner, 2), then)])
        order = list(self.filled)
        self.random.shuffle(order)
        for queue in order:
            if queue.domain == "cgroup":
                g = self.name("g")
                body += braces("for %s in cgroups" % g, ["if %s%s[%s].consume() { return; }" % (self.pick("", "not %s[%s].empty and " % (queue.name, g) if not queue.on else ""), queue.name, g)])
                continue
            body.append(self.pick("if %s.consume() { return; }" % queue.name, "if not %s.empty and %s.consume() { return; }" % (queue.name, queue.name) if not queue.domain and not queue.on else
                                  "if %s.consume() { return; }" % queue.name))
        return braces("on dispatch(c)", body)


HOOK_CONTEXTS = ["select_cpu", "enqueue", "dispatch", "every", "sleepable", "other", "dump", "cpu_release", "any"]
