# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel: run-steps.sh SCXRUN WORKLOAD OBJECT… loads each, runs the tutorial's workload and hackbench under it, and tells how it went.
scxrun=$1
workload=$2
shift 2
for object in "$@"; do
    $scxrun "$object" > /run/log 2>&1 &
    run=$!
    tries=0
    until [ "$(cat /sys/kernel/sched_ext/state)" = enabled ] || [ $tries = 300 ] || ! kill -0 $run; do
        sleep 0.1
        tries=$((tries + 1))
    done
    timeout 60 python3 "$workload" 2 &
    mixed=$!
    timeout 60 hackbench -g 1 -l 50 > /dev/null
    hackbench=$?
    wait $mixed
    mixed=$?
    state=$(cat /sys/kernel/sched_ext/state)
    kill -TERM $run # a shell's background jobs ignore SIGINT
    wait $run
    code=$?
    echo "$(basename "$object" .bpf.o): $state, hackbench $hackbench, workload $mixed, scxrun $code"
    cat /run/log
done
exit 0
