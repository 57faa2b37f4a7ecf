# SPDX-License-Identifier: GPL-2.0-only
"""What do the compiler's tables hold? Reads their rows from the C++ source; one function a table of docs/language.md.

Each function gives rows {column: text}, in the order of the source; the first column tells them apart."""
import re

import library


def scan(text, start):
    """The C++ initialiser that opens at `start`, as nested lists of its parts; text constants keep their quotes. Also its end."""
    parts, part, at = [], "", start + 1
    while True:
        c = text[at]
        if c == '"':
            end = at + 1
            while text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            part += text[at : end + 1]
            at = end
        elif text.startswith("//", at):
            at = text.index("\n", at)
        elif c == "{" and part.strip():  # a value with a type before it: Type{…}
            end = text.index("}", at)
            part += text[at : end + 1]
            at = end
        elif c == "{":
            inner, at = scan(text, at)
            parts.append(inner)
            part = None
        elif c in ",}":
            if part is not None and part.strip():
                parts.append(part.strip())
            part = ""
            if c == "}":
                return parts, at
        elif part is not None:
            part += c
        at += 1


def array(text, name, columns=None):
    match = re.search(r"\b%s\[\]\s*=\s*\{" % name, text)
    if not match:
        raise SystemExit(f"the source has no table {name}; adapt test/docs/rows.py")
    rows = scan(text, match.end() - 1)[0]
    for row in rows:
        if columns and len(row) != columns:
            raise SystemExit(f"a row of {name} has {len(row)} columns, not {columns}: {row}; adapt test/docs/rows.py")
    return rows


def said(part):
    """The value of a text constant."""
    return re.sub(r"\\(.)", r"\1", part[1:-1])


def escaped(text):
    return text.replace("|", "\\|")


CONTEXTS = {"kSelectCpu": "select_cpu", "kEnqueue": "enqueue", "kDispatch": "dispatch", "kTimer": "every", "kOther": "other",
            "kSleepable": "sleepable", "kDump": "dump", "kCpuRelease": "cpu_release"}


class Compiler:
    def __init__(self, root):
        self.root = root
        read = lambda path: (root / path).read_text()
        self.tables = read("compiler/bpf/Tables.cpp")
        self.options = read("compiler/sema/Options.cpp")
        self.optionValues = dict(re.findall(r"^    (\w+),\s*// (.*)$", read("compiler/sema/Options.h"), re.M))
        self.literals = read("compiler/syntax/Literals.cpp")
        self.types = read("compiler/sema/Types.cpp")
        self.codes = read("compiler/support/Codes.def")
        self.stdlib = {path.stem: path.read_text() for path in sorted((root / "stdlib").glob("*.scx"))}

    # ---- names in Tables.cpp

    def type(self, name):
        """`kOptionalCpu` → optional cpu."""
        match = re.search(r"constexpr Type %s\{(?:TypeKind::(\w+)(, true)?)?\};" % re.escape(name), self.tables)
        if not match or not match.group(1):
            return ""
        kind = {"Policy": "scheduling policy", "CpuSet": "cpuset", "CgroupSet": "set of cgroups"}.get(match.group(1), match.group(1).lower())
        return ("optional " if match.group(2) else "") + kind

    def contexts(self, mask):
        names = CONTEXTS
        if mask == "kAnyContext":
            return ["anywhere"]
        found = []
        for term in re.split(r"\s*\|\s*", mask):
            if term in names:
                found.append(names[term])
            else:
                found += self.contexts(re.search(r"constexpr uint32_t %s = (.*);" % re.escape(term), self.tables).group(1))
        return sorted(found, key=list(names.values()).index)

    def owner(self, name):
        alias = re.search(r"constexpr auto %s = (TypeKind::\w+);" % re.escape(name), self.tables)
        return (alias.group(1) if alias else name).removeprefix("TypeKind::")

    # ---- tables of the reference

    def hookRows(self):
        """The rows of kHooks; what is left out at the end has its value in Tables.h: the first kernel, the first slot."""
        header = (self.root / "compiler/bpf/Tables.h").read_text()
        since = re.search(r"std::string_view since = (\"[^\"]*\");", header).group(1)
        for row in array(self.tables, "kHooks"):
            if not 9 <= len(row) <= 11:
                raise SystemExit(f"a row of kHooks has {len(row)} columns: {row}; adapt test/docs/rows.py")
            yield row + [since, "0"][len(row) - 9 :]

    def hooks(self):
        for event, member, origin, arguments, result, context, sleepable, optional, doc, since, _ in self.hookRows():
            names = [] if arguments == [] else [said(a[0]) for a in array(self.tables, arguments)]
            returns = self.type(result)
            callback = f"`{said(member)}`" if said(member) else f"`{said(origin)}`, made from it"
            if (optional == "true") != (said(since) != "6.12"):
                raise SystemExit(f"kHooks: {event} came with {since}, so it is " + ("not optional" if optional == "true" else "optional"))
            yield {
                "`on`": f"`{said(event)}" + (f"({', '.join(names)})`" if names else "`") + (f" → {returns}" if returns else ""),
                "it runs when": escaped(said(doc)),
                "callback": callback + (", sleepable" if sleepable == "true" else "") + (f", since {said(since)}" if optional == "true" else ""),
                "context": ", ".join(self.contexts(context)),
            }

    def legal(self):
        """What each context allows besides what is allowed anywhere."""
        rows = array(self.tables, "kOperations", 10)
        for context in CONTEXTS.values():
            events = [f"`{said(row[0])}`" for row in self.hookRows() if context in self.contexts(row[5])]
            calls = []
            for _, owner, name, _, _, _, _, contexts, internal, _ in rows:
                if internal == "false" and context in self.contexts(contexts):
                    calls.append("`" + {"Queue": "q.", "Cpu": "c.", "Task": "p.", "None": ""}[self.owner(owner)] + said(name) + "`")
            yield {"context": context, "of": ", ".join(events) or "`every`", "legal there": ", ".join(calls) or "–"}

    def attributes(self, owner):
        for of, name, kind, _, _, _, low, high, internal, doc in array(self.tables, "kAttributes", 10):
            if self.owner(of) != owner or internal == "true":
                continue
            bounded = self.type(kind) == "int" and low != high
            yield {
                "attribute": f"`{said(name)}`",
                "type": self.type(kind) + (f" {low}..{high.replace('kMaxCpus - 1', '1023').replace('kMaxCpus', '1024').replace('kMaxCgroups - 1', '1023')}" if bounded else ""),
                "meaning": escaped(said(doc)),
            }

    def operations(self):
        receivers = {"Queue": "q", "Cpu": "c", "Task": "p", "None": ""}
        for _, owner, name, value, parameters, required, result, contexts, internal, doc in array(self.tables, "kOperations", 10):
            if internal == "true":
                continue
            receiver = receivers[self.owner(owner)]
            kinds = [] if parameters == [] else [self.type(p) or "x" for p in array(self.tables, parameters)]
            written = ", ".join(kind if i < int(required) else f"[{kind}]" for i, kind in enumerate(kinds))
            call = (receiver + "." if receiver else "") + said(name).removesuffix("()") + ("" if value == "true" else f"({written})")
            yield {
                "operation": f"`{call}`",
                "result": self.type(result) or ("that of x" if "x" in kinds else ""),
                "legal in": ", ".join(self.contexts(contexts)),
                "meaning": escaped(said(doc)),
            }

    def settings(self, of):
        for scope, name, value, flag, doc in array(self.options, "kOptions", 5):
            if said(scope) == of:
                yield {
                    "option": f"`{said(name)}`",
                    "takes": escaped(self.optionValues[value]),
                    "meaning": escaped(said(doc)),
                }

    def policies(self):
        for name, value in array(self.tables, "kPolicies", 2):
            yield {"value": f"`{said(name)}`", "in the kernel": value}

    def units(self):
        scales = {"Unit::Duration": "ns", "Unit::Ratio": "millionths"}
        for name, scale, unit in array(self.literals, "kUnits", 3):
            if unit in scales:
                yield {"unit": f"`{said(name)}`", "is": f"{int(scale.replace(chr(39), '')):,} {scales[unit]}"}

    def operators(self):
        signs = dict(zip("Or And Eq Ne Lt Le Gt Ge BitOr BitAnd Add Sub Mul Div Rem Shl Shr".split(), "or and == != < <= > >= | & + - * / % << >>".split()))
        results = {}
        for left, op, right, result in array(self.types, "kUnitRules", 4):
            results.setdefault(result.lower(), []).append(f"{left.lower()} {signs[op.removeprefix('Op::')]} {right.lower()}")
        for result, forms in results.items():
            yield {"result": result, "of": ", ".join(f"`{escaped(form)}`" for form in forms)}

    def diagnostics(self):
        for code, severity, text in re.findall(r'^SCX_DIAGNOSTIC\("(SCX\d{4})", \w+, (\w+), "((?:[^"\\]|\\.)*)"\)', self.codes, re.M):
            text = re.sub(r"\{\}", "…", text.replace('\\"', '"'))
            yield {"code": f"[{code}](errors/{code}.md)", "": severity.lower(), "message": escaped(text)}

    def library(self, what):
        for text in self.stdlib.values():
            for d in library.module(text):
                if d["kind"] == what:
                    yield {what if what == "discipline" else "function": f"`{library.signature(d)}`", "meaning": escaped(d["doc"])}
