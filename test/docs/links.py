#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does every link between the pages lead somewhere: to a file that exists, to a heading that is there?"""
import pathlib
import re
import sys

from blocks import pages


def prose(page):
    """The page without what stands in fences and between backticks."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M))


def anchors(page):
    """As GitHub makes them: lower case, spaces become dashes, other signs go."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def main():
    root, problems, tried = pathlib.Path(sys.argv[1]), [], 0
    for page in pages(root):
        for target in re.findall(r"\]\(([^)]+)\)", prose(page)):
            if re.match(r"\w+:", target):
                continue
            tried += 1
            path, _, anchor = target.partition("#")
            file = (page.parent / path) if path else page
            if not file.exists():
                problems.append(f"{page.relative_to(root)}: {target}: there is no such file")
            elif anchor and anchor not in anchors(file):
                problems.append(f"{page.relative_to(root)}: {target}: there is no such heading")
    if problems or not tried:
        sys.exit("\n".join(problems or ["no link was found"]))


main()
