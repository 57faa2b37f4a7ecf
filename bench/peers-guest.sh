# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel: peers-guest.sh PAIR MEASURES ROUNDS BPFTOOL PINGPONG WHO=COMMAND…
# Each WHO in turn, ROUNDS times; no COMMAND is the kernel's own scheduler. A line of JSON for each measure.
pair=$1 measures=$2 rounds=$3 bpftool=$4 pingpong=$5
shift 5
state=/sys/kernel/sched_ext/state

say() { echo "{\"pair\": \"$pair\", \"who\": \"$who\", \"measure\": \"$1\", $2}"; } # MEASURE MEMBERS

hogs() { # COUNT LOOPS: work that never sleeps
    hogs=
    for n in $(seq $1); do (i=0; while [ $i -lt $2 ]; do i=$((i + 1)); done) & hogs="$hogs $!"; done
}
programs() { # the kernel's figures now
    echo "{\"switches\": $(sed -n 's/^ctxt //p' /proc/stat), \"programs\": $($bpftool --json prog list)}"
}
verified() { # instructions that the verifier processed, by the number of the program
    for fd in /proc/$run/fdinfo/*; do
        sed -n 's/^prog_id:[[:space:]]*\(.*\)/"\1":/p; s/^verified_insns:[[:space:]]*//p' $fd 2> /dev/null | paste -sd ' '
    done | grep '": [0-9]' | sort -u | paste -sd ,
}

callbacks() { # fixed work: tasks that wake each other beside hogs, whose slices end; then a task that wakes on an idle CPU
    echo 1 > /proc/sys/kernel/bpf_stats_enabled
    before=$(programs)
    hogs 3 100000
    hackbench -g 1 -l 200 > /dev/null
    wait $hogs
    cyclictest --quiet --interval 2000 --loops 1000 > /dev/null
    say callbacks "\"before\": $before, \"after\": $(programs), \"verified\": {$(verified)}"
    echo 0 > /proc/sys/kernel/bpf_stats_enabled
}
counted() { # the same each time, where instructions are counted
    say counted "\"hackbench, s\": $(hackbench -g 2 -l 100 | sed -n 's/^Time: *//p'), \"pipe, switches/s\": $($pingpong 3000)"
}
hackbench_() { say hackbench "\"s\": $(hackbench -g 2 -l 100 | sed -n 's/^Time: *//p')"; }
pipe() { say pipe "\"switches/s\": $($pingpong 10000)"; }
latency() { # a task that wants the CPU every 5 ms, beside two hogs a CPU
    hogs $(($(nproc) * 2)) 1000000000
    waits=$(cyclictest --verbose --policy=other --interval 5000 --loops 300 |
        sed -n 's/^ *0: *[0-9]*: *\([0-9]*\)$/\1/p' | sort -n |
        awk '{ at[NR] = $1 } END { printf "\"us, p50\": %d, \"us, p99\": %d", at[int(NR * .5) + 1], at[int(NR * .99) + 1] }')
    kill $hogs
    wait $hogs 2> /dev/null
    say latency "$waits"
}

start() { # COMMAND
    run=
    [ -n "$1" ] || return
    # scx_central wants to be enabled on its CPU; the thread that does it is there after the first scheduler.
    for helper in $(grep -l '^s.*_ops_.*helper' /proc/[0-9]*/comm 2> /dev/null); do
        taskset -pc 0 $(echo $helper | cut -d / -f 3) > /dev/null
    done
    $1 > /run/log 2>&1 &
    run=$!
    until [ "$(cat $state)" = enabled ]; do
        sleep 0.1
        kill -0 $run 2> /dev/null || { cat /run/log; exit 1; }
    done
}
stop() {
    [ -n "$run" ] || return 0 # the default scheduler
    was=$(cat $state)
    kill -TERM $run
    wait $run
    [ "$was" = enabled ] || { echo "$who ended during the load"; cat /run/log; exit 1; }
}

# Who comes first is not to be the one that waits for the programs to be read.
{ hackbench -g 1 -l 1; cyclictest --quiet --loops 1; $pingpong 1; programs; } > /dev/null
for round in $(seq $rounds); do
    for contender; do
        who=${contender%%=*}
        start "${contender#*=}"
        for measure in $measures; do
            case $measure in hackbench) hackbench_ ;; *) $measure ;; esac
        done
        stop
    done
done
