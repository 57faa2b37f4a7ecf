#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Is each diagnostic of Codes.def expected by a test, explained in docs/errors, and is there no page for a code that is gone?"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
rows = re.findall(r'SCX_DIAGNOSTIC\("(SCX\d{4})", (\w+)', (root / "compiler/support/Codes.def").read_text())
codes = [code for code, _ in rows]
problems = [f"{code} is listed twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
# These say that the compiler itself is wrong: no policy may cause them.
impossible = {"SCX0802"}
# Only what is checked counts: an expectation, or a FileCheck line.
tested = set()
for path in (root / "test").rglob("*"):
    if path.suffix in (".scx", ".test") and "inputs" not in path.parts:
        for line in path.read_text(errors="replace").splitlines():
            if "RUN:" not in line and re.search(r"//\s*(error|warning):|^(// )?[A-Z]+(-NEXT)?:", line):
                tested.update(re.findall(r"SCX\d{4}", line))
for code, name in rows:
    if code not in tested and code not in impossible:
        problems.append(f"{code} ({name}) is expected by no test")
    if not (root / f"docs/errors/{code}.md").exists():
        problems.append(f"{code} ({name}) has no page docs/errors/{code}.md")
for page in (root / "docs/errors").glob("SCX*.md"):
    if page.stem not in codes:
        problems.append(f"docs/errors/{page.name} explains a code that does not exist")
if problems:
    sys.exit("\n".join(problems))
