#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Do the diagnostics of a policy equal those its comments expect?

An expectation stands at the end of the line that causes it, or on lines of its own below that line:

    queue a: fifi;   // error: SCX0208 there is no ordering `fifi`
    queue b: fifo;
    // warning: SCX0502 nothing puts tasks into `b`
    // note: text of a note whose place is the line above

The text is a part of the message. What has no place in the file, or its very beginning, is expected above the first line that is not a comment. Lines `// ----` separate policies of their own.
`--rewrite` puts what scxc says now into the file, on lines of their own.
"""
import argparse
import json
import os
import re
import subprocess
import sys

EXPECTATION = re.compile(r"//\s*(error|warning|note):\s*(.*?)\s*$")


def expectations(numbered):
    """[(line number of the cause, kind, text)]"""
    found, cause, started = [], 0, False
    for number, line in numbered:
        match = EXPECTATION.search(line)
        alone = match and line.strip().startswith("//")
        if not alone and (started or not line.strip().startswith("//")):
            cause, started = number, True
        if match:
            found.append((cause if alone else number, match.group(1), match.group(2)))
    return found


def diagnostics(scxc, folder, lines, options):
    """What is said about one policy, whose text goes in through standard input, with empty lines where other policies stand."""
    command = [os.path.abspath(scxc), "-", "--diagnostics=json", "-o", "/dev/null", *options]
    text = "\n".join(lines).encode(errors="surrogateescape")
    run = subprocess.run(command, input=text, cwd=folder, capture_output=True, timeout=60)
    if run.returncode not in (0, 1):
        sys.exit(f"scxc ended with {run.returncode}: {run.stderr.decode(errors='replace')}")
    found, errors = [], False
    for said in map(json.loads, run.stderr.decode(errors="replace").splitlines()):
        errors |= said["severity"] == "error"
        where = lambda place: place["line"] if place["file"] == "<stdin>" else 0
        found.append((where(said), said["severity"], f"{said['code']} {said['message']}"))
        found += [(where(note), "note", note["message"]) for note in said["notes"]]
    if errors != (run.returncode == 1):
        sys.exit(f"scxc ended with {run.returncode}, but {'reported an error' if errors else 'reported no error'}")
    return found


def rewrite(lines, found):
    out, wanted, started = [], {}, False
    for line, kind, text in found:
        wanted.setdefault(line, []).append(f"// {kind}: {text}")
    for number, line in lines:
        match = EXPECTATION.search(line)
        if match and line.strip().startswith("//"):
            continue
        if not started and not line.strip().startswith("//"):
            started = True
            out += wanted.pop(0, [])
        out.append(EXPECTATION.sub("", line).rstrip() if match else line)
        indent = line[: len(line) - len(line.lstrip())]
        out += [indent + text for text in wanted.pop(number, [])]
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scxc", required=True)
    parser.add_argument("--rewrite", action="store_true")
    parser.add_argument("policy")
    parser.add_argument("options", nargs="*", help="more options for scxc, after --")
    args = parser.parse_args()
    with open(args.policy, encoding="utf-8", errors="surrogateescape") as file:
        lines = file.read().split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    sections = [[]]
    for number, line in enumerate(lines, 1):
        if re.match(r"// ---", line):
            sections.append([])
        sections[-1].append((number, line))
    rewritten, problems = [], []
    for section in sections:
        own = dict(section)
        text = [own.get(number, "") for number in range(1, len(lines) + 1)]
        found = diagnostics(args.scxc, os.path.dirname(args.policy) or ".", text, args.options)
        first = next((number for number, line in section if not line.strip().startswith("//")), 0)
        found = [(line if line >= first else 0, kind, text) for line, kind, text in found]
        if args.rewrite:
            rewritten += rewrite(section, found)
            continue
        for line, kind, text in expectations(section):
            hit = next((d for d in found if d[0] == line and d[1] == kind and text in d[2]), None)
            if hit:
                found.remove(hit)
            else:
                problems.append(f"{args.policy}:{line}: expected and not said: {kind}: {text}")
        problems += [f"{args.policy}:{line}: said and not expected: {kind}: {text}" for line, kind, text in found]
    if args.rewrite:
        with open(args.policy, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write("\n".join(rewritten) + "\n")
    elif problems:
        sys.exit("\n".join(problems))


main()
