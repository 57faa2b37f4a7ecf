# SPDX-License-Identifier: GPL-2.0-only
# each.sh PROBE OBJECT N: the callback enqueue with `which` from 1 to N.
for which in $(seq 1 "$3"); do
    echo "$which $("$1" "$2" --set "which=$which" enqueue task 0)"
done
