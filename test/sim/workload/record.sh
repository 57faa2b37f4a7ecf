#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Records a mixed load twice, and prints it as the kernel's trace and as `perf sched script`:
#     test/kernel/boot --smp 2 -- sh test/sim/workload/record.sh > both.txt
# inputs/recorded-*.txt are parts of that. `record.sh load` is only the load.
set -eu
export TMPDIR="${TMPDIR:-/run}"
tracing=/sys/kernel/tracing events="sched_switch sched_waking sched_wakeup_new sched_process_fork sched_process_exit"

# A loop, a nice one, two ends of a pipe, a shell that starts programs, a real-time task that sleeps.
load() {
    cd "$(mktemp -d)"
    for applet in sh yes md5sum usleep; do ln -s /bin/busybox $applet; done
    mkfifo pipe
    ./sh -c 'while :; do :; done' & stop=$!
    nice -n 10 ./sh -c 'while :; do :; done' & stop="$stop $!"
    ./yes > pipe & stop="$stop $!"
    ./md5sum < pipe > /dev/null & stop="$stop $!"
    chrt -f 10 ./sh -c "while :; do ./usleep 50000; done" & stop="$stop $!"
    for i in 1 2 3; do
        ./md5sum /bin/busybox > /dev/null
        ./usleep 30000
    done
    kill $stop
}

if [ "${1-}" = load ]; then
    load
    exit
fi
echo global > $tracing/trace_clock
for event in $events; do echo 1 > $tracing/events/sched/$event/enable; done
(load)
for event in $events; do echo 0 > $tracing/events/sched/$event/enable; done
echo "--- the kernel's trace"
cat $tracing/trace
data=$(mktemp)
perf sched record -o "$data" -- sh "$0" load > /dev/null 2>&1
echo "--- perf sched script"
perf --no-pager sched script -i "$data" 2> /dev/null
