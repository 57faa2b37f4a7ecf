# SPDX-License-Identifier: GPL-2.0-only
# A task that is allowed CPUs 1 and 2 and may not leave CPU 1 all the same: it comes to run there, alone allowed CPU 1, then allows itself both and runs a BPF program
# at once, of twenty times 8 million rounds. The kernel disables migration meanwhile. Again and again. (x86-64: the number of the system call.)
import ctypes
import os
import struct
import time

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
    instruction(0xB7, dst=6, value=20),          # r6 = 20
    instruction(0x85, src=1, value=4),           # call the rounds below
    instruction(0x17, dst=6, value=1),           # r6 -= 1
    instruction(0x55, dst=6, offset=-3),         # again until it is 0
    instruction(0xB7, dst=0),                    # r0 = 0
    instruction(0x95),                           # exit
    instruction(0xB7, dst=6),                    # the rounds: r6 = 0
    instruction(0xE5, offset=2),                 # may_goto: out of the loop in the end
    instruction(0xB7, dst=6, value=1),           # r6 = 1
    instruction(0x05, offset=-3),                # round again
    instruction(0xB7, dst=0),                    # r0 = 0
    instruction(0x95),                           # exit
])
text, licence = ctypes.create_string_buffer(program), ctypes.create_string_buffer(b"GPL")
loaded = bpf(PROG_LOAD, struct.pack("<IIQQIIQII", TYPE_SYSCALL, len(program) // 8, ctypes.addressof(text), ctypes.addressof(licence), 0, 0, 0, 0, SLEEPABLE))
while True:
    os.sched_setaffinity(0, {1})
    time.sleep(0.001) # it comes back with a slice of its own
    os.sched_setaffinity(0, {1, 2})
    bpf(PROG_TEST_RUN, struct.pack("<I", loaded))
