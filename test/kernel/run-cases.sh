# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel: run-cases.sh SCXRUN CASES OBJECTS [PATTERN…] runs each case, or those so named, under its policy; a name of none fails. A case is a script that starts tasks
# and judges by the functions below. They compare what tasks had with each other, and never with the clock on the wall: on a busy host a guest loses time,
# but no task more than another. The status is 0 if all cases are in order.
scxrun=$1 cases=$2 objects=$3
shift 3
. "$(dirname "$0")/guest.sh"

hog() { # CPUS [NICE]: computes without end; its pid in $hog
    taskset -c "$1" nice -n "${2:-0}" sh -c 'while :; do :; done' &
    hog=$!
    killed="$killed $hog"
}
group() { # NAME WEIGHT: a cgroup of that cpu.weight, gone when the case ends
    mkdir "/sys/fs/cgroup/$1"
    echo +cpu > "/sys/fs/cgroup/$1/../cgroup.subtree_control"
    echo "$2" > "/sys/fs/cgroup/$1/cpu.weight"
    groups="$1 $groups"
}
into() { echo $$ > "/sys/fs/cgroup/$1/cgroup.procs"; } # NAME: the tasks that start from now on, and this script, are in that cgroup; `.` is the root
had() { # PID…: CPU time of all together, in microseconds
    sum=0
    for pid in "$@"; do
        read -r ran rest < "/proc/$pid/schedstat"
        sum=$((sum + ran / 1000))
    done
    echo $sum
}
measure() { # SECONDS PIDS…: what each group of pids ("1 2 3") had in that time, in milliseconds, in $got
    seconds=$1
    shift
    sleep 1 # the start-up of the programs is not measured
    before= got=
    for group in "$@"; do before="$before $(had $group)"; done
    sleep $seconds
    for group in "$@"; do
        set -- $before
        got="$got $((($(had $group) - $1) / 1000))"
        shift
        before="$*"
    done
    figure "$got ms"
}
counter() { "$scxrun" stats --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["counters"][sys.argv[1]])' "$1"; } # NAME: of the policy that runs
process_orders() { # QUEUE: it has been handed to the process that orders it, and is; the process's pid in $order
    for attempt in $(seq 100); do
        order=$(pgrep -P $policy -x scx-order)
        [ -n "$order" ] && [ "$(counter "$1__to_process")" -gt "$(counter "$1__to_kernel")" ] && return
        sleep 0.1
    done
    problem "no process orders $1"
}
fell_back() { # QUEUE TIMES BEFORE: so often the kernel has taken the queue over since the counter was BEFORE
    set -- $2 $(($(counter "$1__to_kernel") - $3))
    figure "ordered by the kernel $2 times"
    [ $1 = $2 ] || problem "the kernel took the queue over $2 times, $1 were due"
}
figure() { figures="$figures${figures:+, }${*# }"; }
percent() { echo $(($1 * 100 / ($2 > 0 ? $2 : 1))); }
at_least() { # PERCENT A B: A is at least that much of B
    [ $(($2 * 100)) -ge $(($3 * $1)) ] && [ $3 -gt 0 ] || problem "$(percent $2 $3) % of what is due, at least $1 is promised"
}
# A task that sleeps 5 ms again and again, and may use these CPUs, gets one that soon after, in the mean. The host may have kept its CPUs from the guest meanwhile:
# what came out too slow is measured again in full, and each measurement is told. Who is never woken never is.
wakes_within() { # MICROSECONDS [CPUS [NICE]]
    for attempt in 1 2 3; do
        set -- "$1" "${2:-0-3}" "${3:-0}" $(timeout -s KILL 25 taskset -c "${2:-0-3}" nice -n "${3:-0}" python3 "$cases/sleeper.py")
        [ $# = 6 ] || { problem "no wake-ups in time"; return; }
        figure "woken after $4 us (median $5, longest $6)"
        [ $4 -lt $1 ] && return
    done
    problem "a wake-up took too long in each of $attempt measurements, $1 us are promised in the mean"
}
# A and B, groups of pids, share CPU time as PERCENT : 100 promises, within 5 of a hundred. A window in which the host took its CPUs from the guest at the
# wrong moments is measured again, for twice as long: what the host takes evens out, and what the policy does wrong does not. Each window is told.
promise() { # SECONDS A B PERCENT
    for attempt in 1 2 3 4; do
        measure $1 "$2" "$3"
        set -- "$1" "$2" "$3" "$4" $got
        figure "ratio $(percent $5 $6) for $4"
        [ $(($5 * 10000)) -ge $(($6 * $4 * 95)) ] && [ $(($5 * 10000)) -le $(($6 * $4 * 105)) ] && return
        set -- $(($1 * 2)) "$2" "$3" "$4"
    done
    problem "the ratio was wrong in each of $attempt measurements"
}

count=0 bad=0 failed=
for name in $(cd "$cases" && for pattern in "${@:-*}"; do echo $pattern.sh; done | tr ' ' '\n' | sed 's,\.sh$,,'); do
    count=$((count + 1)) killed= groups= figures=
    plugin=$objects/$name.so
    [ -e "$plugin" ] || plugin=
    if start_policy "$objects/$name.bpf.o" ${plugin:+--user-policy "$plugin"}; then
        . "$cases/$name.sh"
        end_policy # with the tasks still there: what the policy did to them has to be seen
        kill -KILL $killed 2> /dev/null
        wait $killed 2> /dev/null
        for group in $groups; do [ ! -d /sys/fs/cgroup/$group ] || rmdir /sys/fs/cgroup/$group; done
    fi
    report "$name" "$figures" || { bad=$((bad + 1)) failed="$failed $name"; }
done
echo "$count cases, $bad failed${failed:+:$failed}" # by name again: the last line is the one that a shortened log keeps
[ $bad = 0 ]
