# SPDX-License-Identifier: GPL-2.0-only
# A thread of the process computes without end on CPU 2. The threads of the process come first, but never twice in a row.
hog 2; a=$hog
process_orders all
spinning=$(ls /proc/$order/task | grep -vx $order)
taskset -cp 2 $spinning > /dev/null
measure 4 $a $spinning
set -- $got
at_least 60 $1 $2
