# SPDX-License-Identifier: GPL-2.0-only
"""many.py COUNT: so many threads that do nothing, until they are killed. Says how many there are."""
import ctypes
import signal
import sys

libc = ctypes.CDLL(None)
attributes, thread = ctypes.create_string_buffer(64), ctypes.c_ulong()
libc.pthread_attr_init(attributes)
libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(64 << 10))
made = 0
while made < int(sys.argv[1]) and libc.pthread_create(ctypes.byref(thread), attributes, libc.pause, None) == 0:
    made += 1
print(made, flush=True)
signal.pause()
