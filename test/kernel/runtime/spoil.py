# SPDX-License-Identifier: GPL-2.0-only
"""Makes an object that a kernel must treat specially: spoil.py KIND GOOD_OBJECT NEW_OBJECT [OBJCOPY]

rejected  a program reads a register it never set, which the verifier refuses
filled    a member that 6.12 lacks is called as one that it has
future    members of the ops struct are called as no kernel does, and the description asks for flags of which one is unknown
"""
import json
import os
import struct
import subprocess
import sys

kind, good, new = sys.argv[1:4]
data = bytearray(open(good, "rb").read())


def sections():
    offset, = struct.unpack_from("<Q", data, 40)
    size, count, names = struct.unpack_from("<HHH", data, 58)
    rows = [struct.unpack_from("<IIQQQQ", data, offset + i * size) for i in range(count)]
    table = rows[names][4]
    for name, _, _, _, start, length in rows:
        yield data[table + name:data.index(b"\0", table + name)].decode(), start, length


def rejected():
    at = next(start for name, start, _ in sections() if name == "struct_ops/enqueue")
    data[at:at + 8] = struct.pack("<BBhi", 0xbf, 0x50, 0, 0)  # r0 = r5, and nothing is in r5 yet
    open(new, "wb").write(data)


def rename(member, other):
    """In BTF, which holds each name between zeros; `other` is no longer."""
    start, length = next((s, n) for name, s, n in sections() if name == ".BTF")
    at = data.index(b"\0" + member + b"\0", start, start + length)
    data[at + 1:at + 1 + len(member)] = other.ljust(len(member), b"\0")


def describe(change):
    """Writes the object, with another description."""
    open(new, "wb").write(data)
    meta = new + ".meta"
    objcopy = sys.argv[4]
    subprocess.run([objcopy, "--dump-section", ".scx.meta=" + meta, new, new + ".copy"], check=True)
    described = json.load(open(meta))
    change(described)
    json.dump(described, open(meta, "w"))
    subprocess.run([objcopy, "--update-section", ".scx.meta=" + meta, new, new + ".copy"], check=True)
    os.replace(new + ".copy", new)


def filled():
    rename(b"cgroup_set_bandwidth", b"cgroup_set_weight")
    describe(lambda described: described["optional"][0].update(member="cgroup_set_weight"))


def future():
    rename(b"timeout_ms", b"timeout_xx")
    rename(b"running", b"runninx")
    describe(lambda described: described.update(flags=["SCX_OPS_ENQ_EXITING", "SCX_OPS_OF_THE_FUTURE"]))


{"rejected": rejected, "filled": filled, "future": future}[kind]()
