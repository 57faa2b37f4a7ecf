#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Do the tables of docs/language.md equal the compiler's own?

A table stands between `<!-- table: NAME -->` and `<!-- end -->`. Its columns come from the rows of the compiler (rows.py); where TABLES
names one more, that column is written by hand, and no row may leave it empty.
`--rewrite` brings the tables up to date; what is written by hand stays, and a new row waits for it."""
import pathlib
import re
import sys

from rows import Compiler

BECOMES = "on the kernel"
TABLES = {  # name: (rows, the column written by hand)
    "hooks": (lambda c: c.hooks(), None),
    "task": (lambda c: c.attributes("Task"), BECOMES),
    "cpu": (lambda c: c.attributes("Cpu"), BECOMES),
    "cgroup": (lambda c: c.attributes("Cgroup"), BECOMES),
    "queue": (lambda c: c.attributes("Queue"), BECOMES),
    "cpuset": (lambda c: c.attributes("CpuSet"), BECOMES),
    "operations": (lambda c: c.operations(), BECOMES),
    "settings": (lambda c: c.settings("policy"), BECOMES),
    "queue options": (lambda c: c.settings("queue"), BECOMES),
    "rule options": (lambda c: c.settings("rule"), BECOMES),
    "policies": (lambda c: c.policies(), None),
    "units": (lambda c: c.units(), None),
    "operators": (lambda c: c.operators(), None),
    "disciplines": (lambda c: c.library("discipline"), None),
    "functions": (lambda c: c.library("fn"), None),
    "diagnostics": (lambda c: c.diagnostics(), None),
}
TABLE = re.compile(r"<!-- table: (.*?) -->\n(.*?)<!-- end -->", re.S)


def cells(line):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def byHand(text, column):
    """{first cell: what is written by hand} of a table as it stands."""
    lines = [line for line in text.split("\n") if line.startswith("|")]
    if not lines or column not in cells(lines[0]):
        return {}
    at = cells(lines[0]).index(column)
    return {cells(line)[0]: (cells(line) + [""] * at)[at] for line in lines[2:]}


def made(rows, column, kept):
    """The table as lines; `kept` are the cells written by hand."""
    lines = []
    for row in rows:
        if column:
            row[column] = kept.get(next(iter(row.values())), "")
        if not lines:
            lines = ["| " + " | ".join(row) + " |", "|" + "---|" * len(row)]
        lines.append("| " + " | ".join(row.values()) + " |")
    return lines


def differences(name, text, table, column):
    """What a person has to know: a row that is missing, a row too many, a row that is out of date, an empty cell."""
    there = {cells(line)[0]: line for line in text.split("\n")[2:] if line.startswith("|")}
    wanted = {cells(line)[0]: line for line in table[2:]}
    for key, line in wanted.items():
        if key not in there:
            yield f"table {name} lacks {key}, which the compiler has"
        elif there[key] != line:
            yield f"table {name}: the row of {key} should be\n    {line}"
        elif column and not cells(line)[-1]:
            yield f"table {name}: say what {key} becomes"
    for key in there:
        if key not in wanted:
            yield f"table {name} has {key}, which the compiler does not have"
    if list(there) != list(wanted) and set(there) == set(wanted):
        yield f"table {name}: the rows stand in another order than in the compiler"


def main():
    root, rewrite = pathlib.Path(sys.argv[1]), "--rewrite" in sys.argv
    page = root / "docs/language.md"
    compiler, problems, seen = Compiler(root), [], []

    def visit(match):
        name, text = match.groups()
        if name not in TABLES:
            problems.append(f"nobody knows a table `{name}`")
            return match.group()
        seen.append(name)
        source, column = TABLES[name]
        table = made(source(compiler), column, byHand(text, column))
        if len(table) < 3:
            problems.append(f"the compiler has no rows for the table {name}")
        if not rewrite:
            problems.extend(differences(name, text, table, column))
        return f"<!-- table: {name} -->\n" + "\n".join(table) + "\n<!-- end -->"

    text = TABLE.sub(visit, page.read_text())
    problems += [f"there is no table {name}" for name in TABLES if name not in seen]
    problems += [f"the table {name} stands there twice" for name in sorted({n for n in seen if seen.count(n) > 1})]
    if rewrite:
        page.write_text(text)
    if problems:
        sys.exit("\n".join("docs/language.md: " + what for what in problems) + "\n`test/docs/tables.py . --rewrite` brings the tables up to date")


main()
