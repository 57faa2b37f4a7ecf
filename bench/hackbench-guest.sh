# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel: hackbench-guest.sh SCXRUN OBJECT SCX_SIMPLE ROUNDS. Prints `time WHO SECONDS` for each run; round 0 only warms up.
scxrun=$1 object=$2 simple=$3 rounds=$4
for round in $(seq 0 $rounds); do
    for who in policy simple default; do
        run=
        case $who in
        policy) $scxrun --no-stats $object > /run/log 2>&1 & run=$! ;;
        simple) $simple > /run/log 2>&1 & run=$! ;;
        esac
        until [ -z "$run" ] || [ "$(cat /sys/kernel/sched_ext/state)" = enabled ]; do
            sleep 0.1
            kill -0 $run 2> /dev/null || { cat /run/log; exit 1; }
        done
        took=$(hackbench -g 2 -l 100 | sed -n 's/^Time: *//p')
        [ -z "$run" ] || {
            state=$(cat /sys/kernel/sched_ext/state)
            kill -TERM $run
            wait $run
            [ "$state" = enabled ] || { echo "$who ended during the load"; cat /run/log; exit 1; }
        }
        [ $round = 0 ] || echo "time $who $took"
    done
done
