#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does scxc say to every policy in the documentation what the documentation says it does?

Each block ```scx of README.md and docs/**/*.md is compiled to an object. Words behind `scx` say what the block is:

    (nothing)      a whole policy, and scxc has nothing to say about it
    fragment       some declarations; what they lack to be a policy is added (`completed`), and warnings are free
    queues=a,b     with `fragment`: these queues exist as well
    module=NAME    a module; a policy uses it, and later blocks of the page may say `use ./NAME;`
    error=CODE     scxc refuses it with this code and no other
    warning=CODE   scxc warns with this code and says nothing else

A block ```sh error=CODE is a command that fails so; the page's folder holds policy.scx, a policy with `param quantum: duration`.
"""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

POLICY = "policy sample;\nparam quantum: duration = 5ms in 1ms..100ms;\nqueue all: fifo { slice: quantum; }\n"
FENCE = re.compile(r"^( {0,3})(`{3,})(.*)$")


class Block:
    """One fenced block: where it begins, its language, the words behind that, its text."""

    def __init__(self, page, line, info):
        self.page, self.line = page, line
        language, *words = info.split() or [""]
        self.language = language
        self.words = dict(word.partition("=")[::2] for word in words)
        self.text = ""

    def expected(self):
        return self.words.get("error") or self.words.get("warning")


def blocks_of(page):
    found, fence = [], None
    for number, line in enumerate(page.read_text().split("\n"), 1):
        match = FENCE.match(line)
        if fence is None and match:
            fence = match.group(2)
            found.append(Block(page, number, match.group(3)))
        elif fence is not None and match and match.group(2).startswith(fence) and not match.group(3).strip():
            fence = None
        elif fence is not None:
            found[-1].text += line + "\n"
    return found


def completed(text, queues):
    """The declarations with the least that makes a policy of them. It is put behind them, so that their lines keep their numbers."""
    code = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)
    names = queues + re.findall(r"\bqueue\s+(\w+)\s*:", code)
    added = [f"queue {name}: fifo;" for name in queues]
    if not names:  # a discipline is compiled where a queue uses it
        orderings = re.findall(r"\bdiscipline\s+(\w+)", code) or ["fifo"]
        names = [f"all{i or ''}" for i in range(len(orderings))]
        added += [f"queue {name}: {ordering};" for name, ordering in zip(names, orderings)]
    if not re.search(r"^\s*policy\s+\w+\s*[;{]", code, re.M):
        added.append("policy fragment;")
    several = len(names) > 1
    if several and not re.search(r"\bmatch\s*\{", code) and not re.search(r"\bon enqueue\b.*\binsert\(", code, re.S):
        rules = [f"pid == {number} -> {name};" for number, name in enumerate(names[:-1], 2)]
        added.append("match { %s else -> %s; }" % (" ".join(rules), names[-1]))
    if several and not re.search(r"^\s*dispatch\b", code, re.M) and ".consume()" not in code:
        added.append("dispatch { %s }" % " ".join(name + ";" for name in names))
    return text + "\n".join(added) + "\n"


def source(block, folder):
    """What scxc gets for the block."""
    queues = [name for name in block.words.get("queues", "").split(",") if name]
    if "module" in block.words:
        name = block.words["module"] or "module"
        (folder / (name + ".scx")).write_text(block.text)
        disciplines = re.findall(r"^discipline\s+(\w+)", block.text, re.M)
        uses = "use ./%s;\n" % name + "".join(f"queue q{i}: {d};\n" for i, d in enumerate(disciplines))
        return completed(uses, [])
    if "fragment" in block.words:
        return completed(block.text, queues)
    return block.text


def ask(scxc, block, folder):
    """(exit status, diagnostics) of scxc for the block."""
    if block.language == "sh":
        command = [scxc, *shlex.split(block.text)[1:], "--diagnostics=json"]
        run = subprocess.run(command, cwd=folder, capture_output=True, timeout=60)
    else:
        command = [scxc, "-", "--diagnostics=json", "-o", folder / "block.o"]
        run = subprocess.run(command, cwd=folder, capture_output=True, timeout=60, input=source(block, folder).encode())
    said = run.stderr.decode(errors="replace")
    try:
        return run.returncode, [json.loads(line) for line in said.splitlines()]
    except json.JSONDecodeError:
        return run.returncode, [{"severity": "error", "code": "", "message": said.strip(), "file": "", "line": 0}]


def problem(scxc, block, folder):
    """What is wrong with the block, or nothing."""
    unknown = set(block.words) - {"fragment", "queues", "module", "error", "warning"}
    if unknown:
        return f"the words `{' '.join(sorted(unknown))}` behind the fence mean nothing"
    status, diagnostics = ask(scxc, block, folder)
    if status not in (0, 1):
        return f"scxc ended with {status}"
    if "fragment" in block.words and "warning" not in block.words:
        diagnostics = [d for d in diagnostics if d["severity"] == "error"]
    wanted = {block.expected()} - {None}
    said = "".join(f"\n    line {block.line + d['line'] if d['file'] == '<stdin>' else '?'}: {d['severity']}[{d['code']}]: {d['message']}" for d in diagnostics[:5])
    if {d["code"] for d in diagnostics} != wanted:
        return f"{'expected ' + wanted.pop() if wanted else 'it should compile'}, scxc says {said or 'nothing'}"
    if (status == 1) != ("error" in block.words):
        return f"scxc ended with {status}{said}"
    return None


def pages(root):
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def main():
    scxc, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    problems, tried = [], 0
    for page in pages(root):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "policy.scx").write_text(POLICY)
            for block in blocks_of(page):
                if block.language == "scx" or (block.language == "sh" and block.expected()):
                    tried += 1
                    if wrong := problem(scxc, block, folder):
                        problems.append(f"{page.relative_to(root)}:{block.line}: {wrong}")
    print(f"{tried} blocks tried")
    if problems or not tried:
        sys.exit("\n".join(problems or ["no block was found"]))


if __name__ == "__main__":
    main()
