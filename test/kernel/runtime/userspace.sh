# SPDX-License-Identifier: GPL-2.0-only
# Sourced by run.sh: queues that a process orders. Whatever becomes of the process, the policy goes on, and nobody is lost.
process() { # the child of scxrun that orders queues
    pgrep -P $run -x scx-order
}
loads() { # SECONDS: hackbench and stress-ng at once; each ends in order, so nobody was lost
    timeout 120 stress-ng --cpu 4 --switch 2 --timer 1 --fork 1 --affinity 1 --timeout "$1" > stress 2>&1 &
    local stress=$! until=$(($(cut -d. -f1 /proc/uptime) + $1))
    while [ "$(cut -d. -f1 /proc/uptime)" -lt "$until" ]; do
        timeout 120 hackbench -g 2 -l 30 > hack 2>&1 || bad "hackbench: $(cat hack)"
    done
    wait $stress || bad "stress-ng: $(cat stress)"
}
until_counted() { # COUNTER LEAST
    for i in $(seq 100); do
        [ "$(counted "$1")" -ge "$2" ] && return
        sleep 0.1
    done
    bad "$1 is $(counted "$1") after 10 s, not $2"
}
scheduled() { # the policy that was begun is still there
    expect enabled "$(state)" "state after $1"
    expect "$began" "$(cat $sysfs/enable_seq)" "schedulers begun until after $1"
    runs_on $hog
}
under_process() { # ARGUMENT…: a policy under load; its process is stopped, killed, and comes back
    start "$@" $objects/userland.bpf.o
    hog 1
    local began=$(cat $sysfs/enable_seq) first
    until_counted all__to_process 1
    loads 10
    scheduled load
    first=$(process)
    [ "$(counted all__spilled)" -lt "$(($(counted all__to_process) * 1000 + 100))" ] || bad "$(counted all__spilled) tasks were not told"
    expect 0 "$(sed 's/.*) //' /proc/$first/stat | cut -d' ' -f10)" "major faults of the process"

    local fell=$(counted all__to_kernel)
    kill -STOP $first
    until_counted all__to_kernel $((fell + 1))
    loads 3
    scheduled SIGSTOP
    until_lines 1 err 'is ordered by the kernel now'
    kill -CONT $first
    until_lines 2 err 'is ordered by the process in user space now'
    loads 3
    scheduled SIGCONT
    expect "$first" "$(process)" "the process after SIGCONT"

    fell=$(counted all__to_kernel)
    kill -KILL $first
    until_lines 1 err 'has died \(killed by Killed\); the kernel orders them, it starts again in [0-9]+ ms$'
    loads 3
    until_counted all__to_kernel $((fell + 1))
    scheduled SIGKILL
    until_lines 3 err 'is ordered by the process in user space now'
    [ "$(process)" != "$first" ] || bad "the process is still $first"
    ended
    pgrep -x scx-order > /dev/null && bad "a process is left behind"
}

test_userland() { under_process; }
test_predict() { under_process --user-policy $objects/predict.so; }

test_slow() { # a plug-in that keeps CPUs waiting: the kernel orders the queue, the plug-in again when it has caught up, over and over
    start --user-policy $objects/slow.so $objects/userland.bpf.o
    hog 1
    local began=$(cat $sysfs/enable_seq)
    until_counted all__to_process 1
    loads 8
    scheduled "a slow plug-in"
    until_counted all__to_kernel 2
    until_counted all__to_process 3
    has err 'is ordered by the kernel now; [0-9]+ times so far'
    ended
}

test_changes() { # CPUs that go and come, and policies that follow each other: the process comes and goes with its policy
    local began first cpu=/sys/devices/system/cpu/cpu3/online
    start --user-policy $objects/predict.so $objects/userland.bpf.o
    hog 1
    until_counted all__to_process 1
    first=$(process)
    for cpus in 3 4; do
        echo $((cpus - 3)) > $cpu
        until_lines $((cpus - 2)) err 'CPUs changed, loading again$'
        until_lines $((cpus - 2)) err "schedules this machine, $cpus CPUs$"
        until_counted all__to_process 1
        expect 1 "$(pgrep -c -x scx-order)" "processes with $cpus CPUs"
        [ "$(process)" != "$first" ] || bad "the process is still $first"
        loads 2
        runs_on $hog
    done
    ask 0 replace --grace 2s $objects/fair.bpf.o # from such a queue to none
    expect "" "$(pgrep -x scx-order)" "processes under fair"
    runs_on $hog
    ask 0 replace --grace 2s $objects/userland.bpf.o # and back, and once more
    until_counted all__to_process 1
    first=$(process)
    ask 0 replace --grace 2s $objects/userland.bpf.o
    until_counted all__to_process 1
    expect 1 "$(pgrep -c -x scx-order)" "processes under the second"
    [ "$(process)" != "$first" ] || bad "the process is still $first"
    ask 3 replace --grace 20s --set most=3 $objects/start.bpf.o # what does not hold leaves it as it was
    has refused '`userland` schedules again$'
    until_counted all__to_process 1
    began=$(cat $sysfs/enable_seq)
    loads 2
    scheduled changes
    ended
    pgrep -x scx-order > /dev/null && bad "a process is left behind"
}

test_refused_plugins() { # said before anything is scheduled
    run 1 --user-policy ./nowhere.so $objects/userland.bpf.o
    one_line err
    has err '^scxrun: cannot load `./nowhere.so` \(.*\); name a shared object that is built against libscx.h$'
    run 1 --user-policy $objects/empty.so $objects/userland.bpf.o
    has err 'defines no `scx_user_policy`; see libscx.h$'
    run 1 --user-policy $objects/older.so $objects/userland.bpf.o
    has err 'was built against another libscx.h \(0 instead of 2\); build it again$'
    run 1 --user-policy $objects/predict.so $objects/fair.bpf.o
    has err 'has nothing to order; give a queue of `fair` a `backing: userspace\(TIME\)`$'
    expect disabled "$(state)" state
}
