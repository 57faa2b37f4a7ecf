# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel: run-examples.sh SCXRUN OBJECT… loads each, runs hackbench and tasks pinned to each CPU under it, and tells how it went.
scxrun=$1
shift
for object in "$@"; do
    name=$(basename "$object" .bpf.o); name=${name##*.}
    $scxrun "$object" > /run/log 2>&1 &
    run=$!
    for i in $(seq 100); do
        [ "$(cat /sys/kernel/sched_ext/state)" = enabled ] && break
        sleep 0.1
    done
    for cpu in $(seq 0 $(($(nproc) - 1))); do
        timeout 2 taskset -c $cpu sh -c 'while :; do :; done' &
    done
    timeout 60 hackbench -g 2 -l 100 > /dev/null
    load=$?
    state=$(cat /sys/kernel/sched_ext/state)
    kill -TERM $run # a shell's background jobs ignore SIGINT
    wait $run
    code=$?
    echo "$name: $state, load $load, scxrun $code"
    cat /run/log
done
exit 0
