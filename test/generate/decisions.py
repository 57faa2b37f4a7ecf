# SPDX-License-Identifier: GPL-2.0-only
"""Random `match`, `place` and `dispatch`."""
from bodies import braces
from expressions import AND, COMPARE, SUM, E, Scope


class Decisions:
    """Mixed into the generator. What `match` fills stands in `filled`, and `dispatch` serves each of those without a guard that may stay false."""

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

    def served(self, name):
        """The queue as an entry: what has an instance for each cgroup is shared or rotates."""
        if self.domains[name] != "cgroup":
            return name
        if self.chance(40):
            return "rotate " + name
        s = Scope(contexts=("other", "dispatch"))
        s.groups = ["cgroup"]
        self.size = 0
        if self.chance(20):
            self.used.add("hweight")
            return "share %s by cgroup.hweight" % name
        return "share %s by %s" % (name, "cgroup.weight" if self.chance(40) else self.of("int", s, 2).at(SUM))

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
            name = self.served(names.pop())
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
                name = self.served(names.pop())
                lines.append("%s: %d;" % ("{ %s; }" % name if " " in name else name, self.pick(1, 1, 2, 4, 7, 1000)))
        return braces("share", lines)

    def dispatch(self):
        names = [q.name for q in self.filled]
        self.domains = {q.name: q.domain for q in self.filled}
        if len(names) == 1 and self.chance(50):
            return ["dispatch %s;" % self.served(names[0])]
        kind = self.pick("strict", "strict", "strict", "share", "rotate")
        block = self.entry_block(names, kind, 3, kind == "strict")
        return ["dispatch " + block[0]] + block[1:]
