# SPDX-License-Identifier: GPL-2.0-only
"""Makes an object that a kernel must treat specially: spoil.py KIND GOOD_OBJECT NEW_OBJECT [OBJCOPY]

rejected  a program returns a register it never set, which the verifier refuses
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
    returns_zero = struct.pack("<BBhi", 0xb4, 0, 0, 0) + struct.pack("<BBhi", 0x95, 0, 0, 0)  # w0 = 0; exit
    start, length = next((s, n) for name, s, n in sections() if name == "struct_ops.s/init" or name == "struct_ops/enqueue")
    at = data.rindex(returns_zero, start, start + length)
    data[at:at + 8] = struct.pack("<BBhi", 0xbf, 0x50, 0, 0)  # r0 = r5, which every call before has destroyed
    open(new, "wb").write(data)


def future():
    start, length = next((s, n) for name, s, n in sections() if name == ".BTF")
    for member, unknown in ((b"\0timeout_ms\0", b"\0timeout_xx\0"), (b"\0running\0", b"\0runninx\0")):
        at = data.index(member, start, start + length)
        data[at:at + len(member)] = unknown
    open(new, "wb").write(data)
    meta = new + ".meta"
    objcopy = sys.argv[4]
    subprocess.run([objcopy, "--dump-section", ".scx.meta=" + meta, new, new + ".copy"], check=True)
    described = json.load(open(meta))
    described["flags"] = ["SCX_OPS_ENQ_EXITING", "SCX_OPS_OF_THE_FUTURE"]
    json.dump(described, open(meta, "w"))
    subprocess.run([objcopy, "--update-section", ".scx.meta=" + meta, new, new + ".copy"], check=True)
    os.replace(new + ".copy", new)


{"rejected": rejected, "future": future}[kind]()
