# SPDX-License-Identifier: GPL-2.0-only
# Sleeps 5 ms, four hundred times; prints how much later than that it ran again: mean, median and longest, in microseconds. It may use the CPUs that its parent may, unlike cyclictest,
# whose threads pin themselves to one each.
import statistics
import time

late = []
for _ in range(400):
    due = time.monotonic_ns() + 5_000_000
    time.sleep(0.005)
    late.append((time.monotonic_ns() - due) // 1000)
print(round(statistics.mean(late)), round(statistics.median(late)), max(late))
