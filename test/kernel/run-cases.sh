# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel: run-cases.sh SCXRUN CASES OBJECTS [NAME…] runs each case under its policy. A case starts hogs, measures, and judges by
# the functions below; figures are tenths of a percent of one CPU,
# at_least and at_most take percent.
scxrun=$1 cases=$2 objects=$3
shift 3
names=${*:-$(cd "$cases" && ls *.sh | sed "s,\.sh$,,")}

hog() { # CPUS [NICE]: its pid in $hog
    taskset -c "$1" nice -n "${2:-0}" sh -c 'while :; do :; done' &
    hog=$!
    hogs="$hogs $hog"
}
ticks() { # of CPU time
    set -- $(sed 's/.*) //' "/proc/$1/stat")
    echo $((${12} + ${13}))
}
uptime_ticks() { read -r up rest < /proc/uptime; echo "$up" | tr -d . ; }
measure() { # SECONDS PID…: what each had, in $figures
    seconds=$1
    shift
    sleep 1 # the start-up of the programs is not measured
    before=$(uptime_ticks) old= figures=
    for pid in "$@"; do eval "old_$pid=$(ticks $pid)"; done
    sleep $seconds
    elapsed=$(($(uptime_ticks) - before))
    for pid in "$@"; do
        eval "had=\$(($(ticks $pid) - old_$pid))"
        figures="$figures $((had * 1000 / elapsed))"
    done
}
at_least() { [ "$2" -ge $(($1 * 10)) ] || bad=1; }
at_most() { [ "$2" -le $(($1 * 10)) ] || bad=1; }
ratio() { # A B PERCENT: A is that percentage of B, within 5 of a hundred
    got=$(($1 * 100 / ($2 > 0 ? $2 : 1)))
    echo "ratio $got, promised $3"
    [ $((got * 100)) -ge $(($3 * 95)) ] && [ $((got * 100)) -le $(($3 * 105)) ] || bad=1
}
for name in $names; do
    bad=0 hogs= figures=
    $scxrun "$objects/$name.bpf.o" > /run/log 2>&1 &
    run=$!
    for i in $(seq 100); do
        [ "$(cat /sys/kernel/sched_ext/state)" = enabled ] && break
        sleep 0.1
    done
    if [ "$(cat /sys/kernel/sched_ext/state)" != enabled ]; then
        echo "$name: FAILED, not loaded"
        cat /run/log
        continue
    fi
    . "$cases/$name.sh"
    echo "$name: $figures"
    [ "$(cat /sys/kernel/sched_ext/state)" = enabled ] || bad=1
    kill -9 $hogs 2> /dev/null
    kill -TERM $run
    wait $run || bad=1
    [ $bad = 0 ] && echo "$name: ok" || { echo "$name: FAILED"; tail -5 /run/log; }
done
exit 0
