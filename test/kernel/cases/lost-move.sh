# SPDX-License-Identifier: GPL-2.0-only
# A timer moves tasks to the queue that CPUs serve, while these sleep: somebody has to be woken.
figure "$(timeout -s KILL 25 cyclictest --policy=other -q -l 300 -i 10000 2>&1 | grep -o 'Min:.*')"
average=$(echo "$figures" | sed -n 's/.*Avg: *\([0-9]*\).*/\1/p')
[ "${average:-9999999}" -lt 10000 ] || problem "a wake-up takes ${average:-for ever} us on average"
