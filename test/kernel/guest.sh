# SPDX-License-Identifier: GPL-2.0-only
# Sourced in the test kernel: how does a policy begin and end, and what went wrong? Problems are gathered in $problems, one a line; $scxrun is
# the loader.
scx=/sys/kernel/sched_ext
problems=

problem() { problems="$problems
    $*"; }

now() { # hundredths of a second since boot
    read -r up rest < /proc/uptime
    echo "${up%.*}${up#*.}"
}

start_policy() { # OBJECT [OPTION…]
    problems=
    rejected=$(cat $scx/nr_rejected) enabled=$(cat $scx/enable_seq)
    dmesg -c > /dev/null
    "$scxrun" "$@" > /run/scxrun.log 2>&1 &
    policy=$!
    end=$(($(now) + 6000))
    while [ "$(cat $scx/state)" != enabled ]; do
        if ! kill -0 $policy 2> /dev/null || [ "$(now)" -ge $end ]; then
            problem "not loaded"
            kill -KILL $policy 2> /dev/null
            wait $policy
            return 1
        fi
        sleep 0.1
    done
}

# Still the same policy, started once, that took every task and ends in order.
end_policy() {
    state=$(cat $scx/state)
    [ "$state" = enabled ] || problem "sched_ext is $state"
    [ $(($(cat $scx/enable_seq) - enabled)) = 1 ] || problem "the policy was loaded again"
    [ $(($(cat $scx/nr_rejected) - rejected)) = 0 ] || problem "tasks were rejected"
    kill -TERM $policy 2> /dev/null # a shell's background jobs ignore SIGINT
    wait $policy || problem "scxrun ended with status $?"
}

report() { # NAME [FIGURES]: the verdict, and on failure all there is to know
    if [ -z "$problems" ]; then
        echo "$1: ok${2:+, $2}"
        return 0
    fi
    echo "$1: FAILED${2:+, $2}$problems"
    echo "    -- scxrun"
    sed 's/^/    /' /run/scxrun.log
    echo "    -- kernel"
    dmesg | tail -n 40 | sed 's/^/    /'
    return 1
}
