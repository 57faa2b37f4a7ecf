# SPDX-License-Identifier: GPL-2.0-only
# The only server of the queue is idle and is not the CPU where tasks wake up: it has to be woken.
max=$(timeout 30 cyclictest --policy=other -q -l 500 -i 2000 2>&1 | sed -n 's/.*Max: *//p')
echo "longest wait ${max:-none} us"
[ "${max:-9999999}" -lt 300000 ] || bad=1
