# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel, by bash: look-on-guest.sh SCXRUN BPFTOOL ROUNDS OBJECT…; a line of JSON for each phase of each policy.
scxrun=$1 bpftool=$2 rounds=$3
shift 3
echo 1 > /proc/sys/kernel/bpf_stats_enabled
cd /run

work() { # the same each time: tasks that wake each other, and some whose slices end
    for n in 1 2 3; do (i=0; while [ $i -lt 50000 ]; do i=$((i + 1)); done) & done
    hackbench -g 1 -l 100 > /dev/null
    wait $(jobs -p | grep -vx -e "$run" -e "${looker:-0}")
}
code() { # one word for the policy's programs as the kernel holds them, after the verifier and before its JIT
    for id in $($bpftool --json prog list | python3 -c 'import json, sys; print(*(p["id"] for p in json.load(sys.stdin) if p["type"] == "struct_ops"))'); do
        rm -f image
        $bpftool prog dump xlated id "$id" file image > /dev/null
        [ -s image ] && sha256sum < image || echo "not seen: $(date +%s%N)"
    done | sha256sum | cut -c 1-16
}
phase() { # NAME
    local before
    before=$($bpftool --json prog list)
    work
    echo "{\"policy\": \"$policy\", \"phase\": \"$1\", \"code\": \"$(code)\", \"before\": $before, \"after\": $($bpftool --json prog list)}"
}
start() { # OBJECT
    $scxrun --no-stats "$1" > log 2>&1 &
    run=$!
    until grep -q 'schedules this machine' log; do
        sleep 0.1
        kill -0 $run 2> /dev/null || { cat log; exit 1; }
    done
}
stop() {
    kill -INT $run
    wait $run
    until [ "$(cat /sys/kernel/sched_ext/state)" = disabled ]; do sleep 0.1; done
}

for object in "$@"; do
    policy=$(basename "$object")
    for round in $(seq $rounds); do
        looker=
        start "$object-bare.bpf.o"
        phase "never"
        stop
        start "$object.bpf.o"
        phase "before"
        $scxrun trace --json > traced 2> trouble &
        looker=$!
        until [ -s traced ]; do sleep 0.1; done
        phase "traced"
        kill -INT $looker
        wait $looker
        looker=
        $scxrun explain --for 100ms $$ > /dev/null
        $scxrun top --once > /dev/null
        phase "after"
        stop
    done
done
