# SPDX-License-Identifier: GPL-2.0-only
"""What does the standard library hold, by its own source? Reads stdlib/*.scx as they are laid out: `///` lines before what they are about."""
import re

DOC = r"((?:^[ ]*///.*\n)*)"


def words(doc):
    """The text of `///` lines, as one paragraph."""
    return " ".join(line.strip().removeprefix("///").strip() for line in doc.strip().split("\n")).strip()


def closing(text, start, pair):
    """Where the bracket that opens at `start` closes."""
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == pair[0]) - (text[at] == pair[1])
        if depth == 0:
            return at
    raise SystemExit(f"a bracket never closes: {text[start : start + 60]}")


def code(text):
    """Without comments, with single blanks."""
    return re.sub(r"\s+", " ", re.sub(r"//.*", "", text)).strip()


def named(text, end):
    """[{name, type, value, doc}] of `name: type = value`, each ended by one of `end`."""
    return [
        {"name": name, "type": kind, "value": value.strip(), "doc": words(doc)}
        for doc, name, kind, value in re.findall(r"((?:[ \t]*///.*\n)*)[ \t]*(\w+): ([\w.\[\]]+)(?: = ((?:[^,;\n()]|\([^()]*\))+))?[ \t]*(?:[%s]|\n|$)" % end, text)
    ]


def discipline(name, doc, text, at):
    """The discipline whose name ends at `at`."""
    made = {"kind": "discipline", "doc": doc, "name": name, "parameters": [], "task": [], "queue": []}
    if text[at] == "(":
        end = closing(text, at, "()")
        made["parameters"] = named(text[at + 1 : end], ",")
        at = end
    at = text.index("{", at)
    body = text[at + 1 : closing(text, at, "{}")]
    for state in re.finditer(r"^    (task|queue)\s*\{", body, re.M):
        open_ = state.end() - 1
        made[state[1]] = named(body[open_ + 1 : closing(body, open_, "{}")], ";")
    made["options"] = [code(line) for line in re.findall(r"^    ((?:order by|slice|preempts|wait_limit|steal)\b.*;)", body, re.M)]
    made["hooks"] = [{"name": code(head), "doc": words(doc)} for doc, head in re.findall(DOC + r"^    on (\w+\s*(?:\([^)]*\))?)", body, re.M)]
    return made


def module(text):
    """The declarations of one module, in order."""
    found = []
    for match in re.finditer(DOC + r"^(?:discipline (\w+)|fn (\w+\([^)]*\)(?: -> \w+)?)|const (\w+)|enum (\w+))[ ]?", text, re.M):
        if match[2]:
            found.append(discipline(match[2], words(match[1]), text, match.end(2)))
        else:
            kind = "fn" if match[3] else "const" if match[4] else "enum"
            found.append({"kind": kind, "doc": words(match[1]), "name": code(match[3] or match[4] or match[5])})
    for state in re.finditer(r"^(task|cpu|cgroup)\s*\{", text, re.M):
        for field in named(text[state.end() : closing(text, state.end() - 1, "{}")], ";"):
            found.append({"kind": "field", "doc": field["doc"], "name": f"{state[1]}.{field['name']}: {field['type']}"})
    return found


def signature(d):
    """`mlfq(levels: int = 3)`"""
    if d["kind"] != "discipline" or not d["parameters"]:
        return d["name"]
    return d["name"] + "(" + ", ".join(p["name"] + ": " + p["type"] + (f" = {p['value']}" if p["value"] else "") for p in d["parameters"]) + ")"
