#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does the table of docs/peers.md count the lines of examples/peers/*.scx as they are, and those of their C equals?

A line counts if something is left of it without its comments. The C of simple, qmap, central and flatcg is in Debian's linux-source-6.12 and is counted
where `bench/callbacks` has unpacked it; that of the others is counted if `--scx FOLDER` names a checkout of sched-ext/scx. What is not
at hand stays as it is written. `--rewrite` brings the table up to date."""
import os
import pathlib
import re
import sys

KERNEL = pathlib.Path(os.environ.get("SCX_CACHE", os.path.expanduser("~/.cache/scx"))) / "peers/linux"
TABLE = re.compile(r"(<!-- table: lines -->\n).*?(<!-- end -->)", re.S)
HEAD = ["policy", "lines", "C equal", "BPF C", "loader", "together"]


def kernel(name):
    return KERNEL, [f"tools/sched_ext/scx_{name}.bpf.c"], [f"tools/sched_ext/scx_{name}.c"]


def scxC(name):
    return "scx", [f"scheds/c/scx_{name}.bpf.c"], [f"scheds/c/scx_{name}.c", f"scheds/c/scx_{name}*.h"]


def scxRust(name):
    return "scx", [f"scheds/rust/scx_{name}/src/bpf/*.[ch]"], [f"scheds/rust/scx_{name}/src/*.rs"]


EQUALS = {  # in the order of the table: (tree, patterns of the BPF side, patterns of the loader)
    **{name: kernel(name) for name in ("simple", "qmap", "central", "flatcg")},
    **{name: scxC(name) for name in ("prev", "nest", "pair")},
    **{name: scxRust(name) for name in ("bpfland", "layered", "tickless")},
}
SAME = ("simple", "qmap", "central", "flatcg", "prev", "nest", "pair")  # the others do a part of what their equals do: a ratio would say nothing
TOKENS = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'|//[^\n]*|/\*.*?\*/', re.S)


def lines(text):
    bare = TOKENS.sub(lambda m: "\n" * m.group().count("\n") if m.group().startswith("/") else m.group(), text)
    return sum(1 for line in bare.split("\n") if line.strip())


def counted(tree, patterns):
    """The lines of all files that the patterns name, or None if the tree is not at hand."""
    files = {path for pattern in patterns for path in tree.glob(pattern)} if tree else None
    return sum(lines(path.read_text()) for path in files) if files else None


def row(root, name, scx, written):
    """`written` is the row as it stands, for what cannot be counted here."""
    tree, bpf, loader = EQUALS[name]
    tree = scx if tree == "scx" else tree
    here = lines((root / f"examples/peers/{name}.scx").read_text())
    c = [counted(tree, patterns) for patterns in (bpf, loader)]
    c = [number if number is not None else int(cell) for number, cell in zip(c, written[3:5] or ["0", "0"])]
    times = f"{sum(c) / here:.0f} times" if name in SAME else "–"
    return [f"[{name}](../examples/peers/{name}.scx)", str(here), f"scx_{name}", *map(str, c), times]


def main():
    root, rewrite = pathlib.Path(sys.argv[1]), "--rewrite" in sys.argv
    scx = pathlib.Path(sys.argv[sys.argv.index("--scx") + 1]) if "--scx" in sys.argv else None
    page = root / "docs/peers.md"
    text, problems = page.read_text(), []
    table = TABLE.search(text)
    if not table:
        sys.exit("docs/peers.md has no table `lines`")
    there = {}
    for line in table.group().split("\n"):
        if match := re.match(r"\| \[(\w+)\]", line):
            there[match.group(1)] = [cell.strip() for cell in line.strip("|").split("|")]
    rows = {name: row(root, name, scx, there.get(name, [])) for name in EQUALS}
    for path in sorted((root / "examples/peers").glob("*.scx")):
        if path.stem not in rows:
            problems.append(f"{path.name} has no row; name its C equal in test/docs/peers.py")
    if rewrite:
        made = "\n".join("| " + " | ".join(cells) + " |" for cells in [HEAD, ["---"] * len(HEAD), *rows.values()])
        page.write_text(TABLE.sub(lambda m: m.group(1) + made + "\n" + m.group(2), text))
    else:
        problems += [f"the row of {name} should be\n    | " + " | ".join(cells) + " |" for name, cells in rows.items() if there.get(name) != cells]
    if problems:
        sys.exit("\n".join("docs/peers.md: " + what for what in problems) + "\n`test/docs/peers.py . --rewrite` brings the table up to date")


main()
