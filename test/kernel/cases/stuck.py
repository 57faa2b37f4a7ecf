# SPDX-License-Identifier: GPL-2.0-only
# A task that may not leave its CPU, whatever its affinity says: it runs one BPF program after another, each of some 8 million rounds, and the kernel disables
# migration meanwhile. (x86-64: the number of the system call.)
import ctypes
import struct

libc = ctypes.CDLL(None, use_errno=True)
PROG_LOAD, PROG_TEST_RUN, TYPE_SYSCALL, SLEEPABLE = 5, 10, 31, 1 << 4


def bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes, 144)
    result = libc.syscall(321, command, buffer, len(buffer))
    if result < 0:
        raise OSError(ctypes.get_errno(), "bpf command %d" % command)
    return result


def instruction(code, dst=0, src=0, offset=0, value=0):
    return struct.pack("<BBhi", code, dst | src << 4, offset, value)


program = b"".join([
    instruction(0xB7, dst=6),           # r6 = 0
    instruction(0xE5, offset=2),        # may_goto: out of the loop in the end
    instruction(0xB7, dst=6, value=1),  # r6 = 1
    instruction(0x05, offset=-3),       # round again
    instruction(0xB7, dst=0),           # r0 = 0
    instruction(0x95),                  # exit
])
text, licence = ctypes.create_string_buffer(program), ctypes.create_string_buffer(b"GPL")
loaded = bpf(PROG_LOAD, struct.pack("<IIQQIIQII", TYPE_SYSCALL, len(program) // 8, ctypes.addressof(text), ctypes.addressof(licence), 0, 0, 0, 0, SLEEPABLE))
while True:
    bpf(PROG_TEST_RUN, struct.pack("<I", loaded))
