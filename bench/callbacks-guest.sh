# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel: callbacks-guest.sh SCXRUN OBJECT SCX_SIMPLE BPFTOOL ROUNDS. The kernel's figures before and after each load, one line of JSON each.
scxrun=$1 object=$2 simple=$3 bpftool=$4 rounds=$5
echo 1 > /proc/sys/kernel/bpf_stats_enabled

figures() { # WHO WHEN
    echo "{\"who\": \"$1\", \"when\": \"$2\", \"switches\": $(sed -n 's/^ctxt //p' /proc/stat), \"programs\": $($bpftool --json prog list)}"
}
hog() { i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; }
load() { # fixed work: tasks that wake each other beside hogs, whose slices end; then a task that wakes on an idle CPU
    for n in 1 2 3; do hog & hogs="$hogs $!"; done
    hackbench -g 1 -l 200 > /dev/null
    wait $hogs
    hogs=
    cyclictest --quiet --interval 2000 --loops 1000 > /dev/null
}
for round in $(seq $rounds); do
    for who in policy simple; do
        case $who in
        policy) $scxrun --no-stats $object > /run/log 2>&1 & ;;
        simple) $simple > /run/log 2>&1 & ;;
        esac
        run=$!
        until [ "$(cat /sys/kernel/sched_ext/state)" = enabled ]; do
            sleep 0.1
            kill -0 $run 2> /dev/null || { cat /run/log; exit 1; }
        done
        figures $who before
        load
        figures $who after
        state=$(cat /sys/kernel/sched_ext/state)
        kill -TERM $run
        wait $run
        [ "$state" = enabled ] || { echo "$who ended during the load"; cat /run/log; exit 1; }
    done
done
