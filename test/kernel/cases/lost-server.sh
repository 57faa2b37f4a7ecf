# SPDX-License-Identifier: GPL-2.0-only
# The only server of the queue is idle and is not the CPU where tasks wake up: it has to be woken.
figure "$(timeout -s KILL 25 cyclictest --policy=other -q -l 500 -i 4000 2>&1 | grep -o 'Min:.*')"
average=$(echo "$figures" | sed -n 's/.*Avg: *\([0-9]*\).*/\1/p')
[ "${average:-9999999}" -lt 5000 ] || problem "a wake-up takes ${average:-for ever} us on average"
