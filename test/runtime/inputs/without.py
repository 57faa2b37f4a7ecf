# SPDX-License-Identifier: GPL-2.0-only
"""A kernel in which names are missing: usage: without.py BTF NAME… > NEW_BTF. Each name is another one there, of the same length."""
import sys

kernel = open(sys.argv[1], "rb").read()
for name in sys.argv[2:]:
    was = b"\0" + name.encode() + b"\0"
    if was not in kernel:
        sys.exit("%s is not in %s" % (name, sys.argv[1]))
    kernel = kernel.replace(was, b"\0_" + name[1:].encode() + b"\0")
sys.stdout.buffer.write(kernel)
