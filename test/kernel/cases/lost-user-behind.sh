# SPDX-License-Identifier: GPL-2.0-only
# Another queue keeps every CPU busy: the process comes before it, so that its own queue has its share, in its own order.
ours= others=
for cpu in 0 1 2 3; do hog $cpu; others="$others $hog"; hog $cpu; others="$others $hog"; hog $cpu 5; ours="$ours $hog"; hog $cpu 5; ours="$ours $hog"; done
process_orders all
fell=$(counter all__to_kernel)
measure 6 "$ours" "$others"
set -- $got
at_least 90 $1 $((($1 + $2) * 4 / 10))
fell_back all 0 $fell
