#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does docs/stdlib.md say what the doc comments of stdlib/*.scx say, and has everything there such a comment?

`--rewrite` writes the page anew."""
import pathlib
import sys

import library

HEAD = """# The standard library

Made from the doc comments of `stdlib/*.scx` by `test/docs/stdlib.py . --rewrite`. How disciplines work is in the [reference](language.md#disciplines); each is some lines of the language itself and can be
copied and changed. `prelude` is always there, the others need `use NAME;`.
"""


def table(column, rows):
    return ["", f"| {column} | type | default | meaning |", "|---|---|---|---|"] + [
        f"| `{row['name']}` | {row['type']} | {row['value'] and '`' + row['value'] + '`'} | {escaped(row['doc'])} |" for row in rows
    ]


def escaped(text):
    return text.replace("|", "\\|")


def described(module, d):
    """One declaration as lines."""
    if d["kind"] != "discipline":
        return ["", f"### `{d['name']}`", "", d["doc"]]
    lines = [] if d["name"] == module else ["", f"### {d['name']}"]
    lines += ["", d["doc"], "", f"    queue NAME: {library.signature(d)};"]
    if d["options"]:
        lines += ["", "By itself: " + ", ".join(f"`{option.removesuffix(';')}`" for option in d["options"]) + "."]
    for column, key in (("argument", "parameters"), ("of each task", "task"), ("of each queue", "queue")):
        if d[key]:
            lines += table(column, d[key])
    if d["hooks"]:
        lines += ["", "| `on` | what it does |", "|---|---|"] + [f"| `{h['name']}` | {escaped(h['doc'])} |" for h in d["hooks"]]
    return lines


def undocumented(module, d):
    if not d["doc"]:
        yield f"stdlib/{module}.scx: `{d['name']}` has no doc comment"
    for key in ("parameters", "task", "queue", "hooks"):
        for row in d.get(key, []):
            if not row["doc"]:
                yield f"stdlib/{module}.scx: `{row['name']}` of `{d['name']}` has no doc comment"


def main():
    root = pathlib.Path(sys.argv[1])
    page = root / "docs/stdlib.md"
    lines, problems = [], []
    for path in sorted((root / "stdlib").glob("*.scx")):
        declarations = library.module(path.read_text())
        if not declarations:
            problems.append(f"stdlib/{path.name}: nothing is declared there, or test/docs/library.py cannot read it")
        lines += ["", f"## {path.stem}"]
        for d in declarations:
            problems += undocumented(path.stem, d)
            lines += described(path.stem, d)
    text = HEAD + "\n".join(lines) + "\n"
    if "--rewrite" in sys.argv:
        page.write_text(text)
    elif not page.exists() or page.read_text() != text:
        problems.append("docs/stdlib.md is out of date; `test/docs/stdlib.py . --rewrite` writes it anew")
    if problems:
        sys.exit("\n".join(problems))


main()
