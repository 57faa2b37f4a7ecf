#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does each page of docs/errors say what Codes.def says, and show a policy that provokes its code and one that is right?

That the examples do so is the business of blocks.py."""
import pathlib
import re
import sys

from blocks import blocks_of

# Their examples would be too long to read, or there is none: the compiler itself is wrong then. Tests elsewhere provoke them.
WITHOUT_EXAMPLE = {"SCX0105", "SCX0107", "SCX0801", "SCX0802"}


def check(page, severity, text):
    code = page.stem
    lines = page.read_text().split("\n")
    quote = "> " + re.sub(r"\{\}", "…", text)
    if lines[0] != f"# {code}: {severity}":
        yield f"1: the heading should be `# {code}: {severity}`"
    if quote not in lines:
        yield f"3: the message should be quoted as `{quote}`"
    blocks = blocks_of(page)
    for block in blocks:
        if block.expected() and (block.expected() != code or severity not in block.words):
            yield f"{block.line}: an example on this page has to say {severity}={code}"
        if block.language not in ("scx", "sh"):
            yield f"{block.line}: the example needs a language, ```scx or ```sh, to be tried"
    if code in WITHOUT_EXAMPLE:
        return
    if not any(block.expected() for block in blocks):
        yield f"1: no example provokes it; mark one ```scx {severity}={code}"
    if all(block.expected() for block in blocks):
        yield "1: no example is right"


def main():
    root = pathlib.Path(sys.argv[1])
    rows = re.findall(r'^SCX_DIAGNOSTIC\("(SCX\d{4})", \w+, (\w+), "((?:[^"\\]|\\.)*)"\)', (root / "compiler/support/Codes.def").read_text(), re.M)
    problems = []
    for code, severity, text in rows:
        page = root / f"docs/errors/{code}.md"
        if not page.exists():
            problems.append(f"docs/errors/{code}.md: there is no such page")
            continue
        problems += [f"docs/errors/{code}.md:{what}" for what in check(page, severity.lower(), text.replace('\\"', '"'))]
    if problems or not rows:
        sys.exit("\n".join(problems or ["Codes.def has no rows"]))


main()
