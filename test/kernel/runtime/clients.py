# SPDX-License-Identifier: GPL-2.0-only
"""Clients of scxrun's sockets that behave badly: usage: clients.py control | metrics PORT. Says `ready` when all are there, and stays until it is killed."""
import socket
import sys
import time

kept = []


def connect():
    if sys.argv[1] == "control":
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.connect("/run/scx/control")
    else:
        s = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
    kept.append(s)
    return s


question = b'{"ask": "stats"}\n' if sys.argv[1] == "control" else b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
for _ in range(20):
    connect()  # says nothing
for _ in range(20):
    connect().sendall(question[:8])  # half a question
for _ in range(4):  # asks and does not listen
    s = connect()
    s.setblocking(False)
    try:
        for _ in range(5000):
            s.sendall(question)
    except (BlockingIOError, BrokenPipeError, ConnectionResetError):
        pass
try:
    connect().sendall(b"x" * 10_000_000)  # a line that does not end
except (BrokenPipeError, ConnectionResetError, socket.timeout):
    pass
print("ready", flush=True)
time.sleep(1000)
