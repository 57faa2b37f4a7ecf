# SPDX-License-Identifier: GPL-2.0-only
# Sourced by run.sh: a policy's life, from load to its end, good and bad.
test_kill() { # SIGKILL gives the default scheduler back, and everybody goes on
    hog 1
    start $objects/fair.bpf.o
    disown $run
    expect enabled "$(state)" state
    runs_on $hog
    kill -9 $run
    until_state disabled 10
    runs_on $hog
    kill -9 $hog
}

test_signals() { # SIGINT and SIGTERM end in order, with the table
    for signal in INT TERM; do
        start $objects/fair.bpf.o
        sleep 1
        kill -$signal $run
        finish 0
        expect disabled "$(state)" "state after SIG$signal"
        has out '^queue +tasks +direct +cpu share +wait p50 +wait p99$'
        has out '^main +[1-9][0-9]* +[0-9]+ +100\.0% '
        expect 1 "$(grep -c '' err)" "lines of err"
    done
}

test_stats() { # a table every second, then the closing one; the same as JSON, and nothing else on standard output
    run 0 --for 4s --stats 1 $objects/fair.bpf.o
    [ "$(grep -c '^after ' out)" -ge 2 ] || bad "$(grep -c '^after ' out) tables in 4 s"
    tail -1 out > last
    has last '^main '
    run 0 --for 4s --stats 1 --json $objects/fair.bpf.o
    python3 - out <<'PY' || bad "the JSON is wrong"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert len(lines) >= 3, lines
assert all("exit" not in d and d["queues"][0]["tasks"] > 0 for d in lines[:-1]), lines
end = lines[-1]["exit"]
assert (end["kind"], end["error"], end["restart"]) == (64, False, False) and "user" in end["reason"], end
assert 3.9 < lines[-1]["seconds"] < 6, lines
PY
    run 0 --for 1s --no-stats $objects/fair.bpf.o
    expect "" "$(cat out)" "output with --no-stats"
}

test_histograms() { # linear ones, several of one name, and for each queue and rule: what is counted where, and how it is shown; counters as well
    echo > /sys/kernel/tracing/trace
    start --json $objects/histograms.bpf.o
    for nice in 7 4 0; do
        python3 -c 'import os, time, sys
os.nice(int(sys.argv[1])); os.sched_setscheduler(0, 7, os.sched_param(0))
for _ in range(20): time.sleep(0.05)' $nice & # SCHED_EXT
        eval pid_$nice=$!
    done
    wait $pid_7 $pid_4 $pid_0
    kill -INT $run
    finish 0
    python3 - out <<'PY' || { bad "the histograms are wrong"; cat out; }
import json, sys
figures = json.loads(open(sys.argv[1]).readlines()[-1])
h, c = figures["histograms"], figures["counters"]
steps = h["steps of ten"]
assert (steps["buckets"], steps["width"], steps["unit"], steps["count"]) == ([3, 1, 0, 1, 2], 10**7, "ns", 7), steps
assert (steps["p50"], steps["p99"]) == (15e6, 40e6), steps
assert h["numbers"]["buckets"] == [5, 5, 5, 6], h
assert [h[f"shelves[{i}]"]["buckets"] for i in range(3)] == [[1, 0, 0], [0, 1, 0], [0, 0, 1]], h
assert h["powers"] == {"count": 2, "p50": 0, "p99": 7}, h
def only(name, wanted, least=15):  # all there is stands in that bucket
    counts = h[name]["buckets"]
    assert sum(counts) == counts[wanted] >= least, (name, counts)
only("by_queue[high]", 0, 30)
low = h["by_queue[low]"]["buckets"]  # the three may have begun to run before they were in any queue, and count as in the first
assert low[0] <= 3 and low[1] >= 15 and low[2:] == [0, 0, 0], low
only("by_rule[nice > 5 -> low]", 1)
only("by_rule[nice > 0 -> high]", 0)
only("by_rule[else -> high]", 0)
assert sum(h['by_rule[comm is "rule-none" -> low]']["buckets"]) == 0, h
logs = [h[f"by_rule_log[{rule}]"] for rule in ("nice > 5 -> low", "nice > 0 -> high", "else -> high")]
assert [(l["p50"], l["p99"]) for l in logs] == [(7, 7), (4, 4), (0, 0)], logs
assert [c[f"of a kind[{i}]"] for i in range(3)] == [1, 11, 21] and len(c) == 3 + 2 + 4, c
assert [c[f"runs[{queue}]"] for queue in ("low", "high")] == [sum(h[f"by_queue[{queue}]"]["buckets"]) for queue in ("low", "high")], figures
for rule in ("nice > 5 -> low", "nice > 0 -> high", "else -> high"):
    assert c[f"rule_runs[{rule}]"] == sum(h[f"by_rule[{rule}]"]["buckets"]) >= 15, (rule, figures)
PY
    cp /sys/kernel/tracing/trace out
    has out 'kinds 1 21 0$' # the last is out of range
    run 0 --for 1s $objects/histograms.bpf.o
    has out '^ +21  of a kind\[2\]$'
    has out '^ +7 +15\.00ms +40\.00ms  steps of ten$'
    has out '^ +3   0ns \.\. 10\.00ms$'
    has out '^ +2   40\.00ms \.\. $'
    has out '^ +6   15 \.\. $'
}

test_sets() { # a policy that hears of hotplug and has queues on sets of CPUs is loaded again all the same
    start $objects/sets.bpf.o
    echo 0 > /sys/devices/system/cpu/cpu3/online
    until_lines 1 err 'CPUs changed, loading again$'
    until_lines 1 err 'schedules this machine, 3 CPUs$'
    hog 2
    runs_on $hog
    kill -9 $hog
    echo 1 > /sys/devices/system/cpu/cpu3/online
    until_lines 2 err 'CPUs changed, loading again$'
    until_lines 2 err 'schedules this machine, 4 CPUs$'
    expect enabled "$(state)" state
    kill -INT $run
    finish 0
}

test_hotplug() { # a CPU that goes or comes ends the policy; scxrun loads it again, and --for counts on
    local cpu=/sys/devices/system/cpu/cpu3/online
    start --for 25s --json $objects/fair.bpf.o
    read began rest < /proc/uptime
    echo 0 > $cpu
    until_lines 1 err 'CPUs changed, loading again$'
    until_lines 1 err 'schedules this machine, 3 CPUs$'
    expect enabled "$(state)" "state after CPU 3 went"
    hog 0
    runs_on $hog
    kill -9 $hog
    echo 1 > $cpu
    until_lines 2 err 'CPUs changed, loading again$'
    until_lines 2 err 'schedules this machine, 4 CPUs$'
    expect enabled "$(state)" "state after CPU 3 came"
    hog 3
    runs_on $hog
    kill -9 $hog
    finish 0
    read ended rest < /proc/uptime
    python3 - out $began $ended <<'PY' || bad "the time or the JSON is wrong: $began to $ended"
import json, sys
lives = [json.loads(line) for line in open(sys.argv[1])]
assert [d["exit"]["restart"] for d in lives] == [True, True, False], lives
assert all(d["exit"]["code"] >> 32 & 1 for d in lives[:2]), lives  # SCX_ECODE_RSN_HOTPLUG
assert 24 < float(sys.argv[3]) - float(sys.argv[2]) < 29
PY
}

switches() { sed -n 's/^nonvoluntary_ctxt_switches:[^0-9]*//p' "/proc/$1/status"; }
measure_ring() { # QUANTUM: how often one of two hogs on one CPU had to make way for the other in 4 s, in $made_way
    start --set quantum=$1 $objects/round_robin.bpf.o
    hog 2
    local one=$hog before
    hog 2
    sleep 1
    before=$(switches $one)
    sleep 4
    made_way=$(($(switches $one) - before))
    kill -9 $one $hog
    kill -INT $run
    finish 0
}
test_set() { # a parameter changes what happens; out of its range it is refused before anything is loaded
    local long
    measure_ring 100ms
    long=$made_way
    measure_ring 10ms
    echo "set: made way $long times with 100ms, $made_way with 10ms"
    [ "$long" -ge 5 ] && [ "$long" -le 30 ] || bad "$long is not about 4 s / 200 ms"
    [ "$made_way" -ge $((long * 5)) ] || bad "$made_way is not about ten times $long"
    run 1 --set quantum=1s $objects/round_robin.bpf.o
    one_line err
    has err 'out of range for `quantum`; it takes 500us\.\.100ms$'
    expect disabled "$(state)" state
}

test_two() { # the second is told who is there, the first goes on
    start $objects/fair.bpf.o
    run 1 $objects/round_robin.bpf.o
    one_line err
    has err '^scxrun: another scheduler is running \(`fair`, enabled\); end it first$'
    expect enabled "$(state)" state
    expect fair "$(cat $sysfs/root/ops)" scheduler
    kill -INT $run
    finish 0
}

test_stall() { # a policy that forgets tasks is ended by the watchdog and reported, with the kernel's dump on request
    for options in "" --dump "--dump --json"; do
        start --for 40s $options $objects/stall.bpf.o
        nice -n 5 sleep 0.1 &
        local victim=$!
        finish 3
        wait $victim
        expect disabled "$(state)" state
        has err '^scxrun: the kernel ended stall: runnable task stall \(.* failed to run for [2-9]\.[0-9]*s\)'
        case $options in
        "")
            has out '^forgotten '
            has err '; --dump shows'
            expect 2 "$(grep -c '' err)" "lines of err" ;;
        --dump)
            has err '^CPU states$'
            has err "^ *R [a-z]+\[$victim\] -[0-9]+ms"
            lacks err '; --dump shows' ;;
        *)
            lacks err '^CPU states$'
            python3 - out <<'PY' || bad "the JSON is wrong"
import json, sys
line, = map(json.loads, open(sys.argv[1]))
end = line["exit"]
assert end["error"] and end["kind"] == 1026 and "failed to run" in end["message"] and "CPU states" in end["dump"], end
PY
        esac
    done
}

test_start() { # a start that fails attaches all the same; it is noticed at once
    run 0 --for 1s $objects/start.bpf.o
    run 3 --for 20s --set most=3 $objects/start.bpf.o
    expect 1 "$(grep -c '' err)" "lines of err"
    has err '^scxrun: start did not start: .*assert failed at .*start\.scx:7: most > 3'
    expect "" "$(cat out)" "output"
    expect disabled "$(state)" state
}

test_verifier() { # what the verifier refuses is told in one line with its reason and place; the log on request
    run 1 $objects/rejected.bpf.o
    one_line err
    has err "^scxrun: the kernel's verifier refused the policy: a value is read that nothing has set \(R5 !read_ok\), at .*\.scx:[0-9]+: .*; .*--verifier-log FILE"
    run 1 --verifier-log /run/log $objects/rejected.bpf.o
    has /run/log '^processed [0-9]+ insns'
    has /run/log '^R5 !read_ok$'
    has /run/log '^; .* @ .*\.scx:[0-9]+$'
    run 1 --verifier-log /run/none/log $objects/rejected.bpf.o
    one_line err
    expect disabled "$(state)" state
}

test_kernel_types() { # members that the kernel lacks are left out, flags taken by name where it has them
    start $objects/future.bpf.o
    has err '^scxrun: `on running` never runs here: this kernel has no callback runninx$'
    $bpftool struct_ops dump name future_ops > dump
    has dump '"flags": 4,'
    has dump '"timeout_ms": 0,'
    sleep 1
    expect enabled "$(state)" state
    kill -INT $run
    finish 0
}

test_optional() { # a hook whose callback the kernel lacks is told and left out; where the kernel has it, it runs
    start $objects/optional.bpf.o
    grep -q cgroup_set_bandwidth /sys/kernel/btf/vmlinux || has err '^scxrun: `on cgroup_bandwidth` never runs here: this kernel has no callback cgroup_set_bandwidth, it came with Linux 6.17$'
    kill -INT $run
    finish 0
    start --json $objects/filled.bpf.o
    lacks err 'never runs'
    echo +cpu > /sys/fs/cgroup/cgroup.subtree_control
    mkdir /sys/fs/cgroup/weighed
    echo 333 > /sys/fs/cgroup/weighed/cpu.weight
    rmdir /sys/fs/cgroup/weighed
    kill -INT $run
    finish 0
    has out '"told":1[,}]'
}

test_user() { # whoever is not root is told so
    rm -f err
    setpriv --reuid=65534 --clear-groups $scxrun $objects/fair.bpf.o 2> err
    expect 1 $? "exit code"
    one_line err
    has err '^scxrun: a policy can only be loaded by root, or with CAP_BPF and CAP_PERFMON; try sudo scxrun$'
}

test_no_sched_ext() { # as on a kernel without it
    mount -t tmpfs none /sys/kernel
    run 1 $objects/fair.bpf.o
    umount /sys/kernel
    one_line err
    has err '^scxrun: this kernel has no sched_ext; it takes Linux 6.12 or newer built with CONFIG_SCHED_CLASS_EXT$'
}

test_isolated() { # isolcpus= and sched_ext exclude each other
    run 1 $objects/fair.bpf.o
    one_line err
    has err 'sched_ext does not work with isolated CPUs \(1\), boot without isolcpus=$'
    expect disabled "$(state)" state
}

test_topology() { # sysfs tells all of it; without the loader the kernel's variables tell LLCs and nodes
    run 0 --for 1s $objects/topology.bpf.o
    expect 1 "$(grep -c '' err)" "lines of err"
    $bpftool struct_ops register $objects/topology-bare.bpf.o /sys/fs/bpf/scx > out 2>&1 || bad "$(cat out)"
    expect enabled "$(state)" "state under bpftool"
    rm /sys/fs/bpf/scx/topology_ops
    until_state disabled 20
}

test_bpftool() { # plain bpftool runs an object; its link detached or unlinked, the default scheduler is back
    local name way pin
    for name in fair llc; do
        pin=/sys/fs/bpf/scx/${name}_ops
        for way in unlink detach; do
            $bpftool struct_ops register $objects/$name.bpf.o /sys/fs/bpf/scx > out 2>&1 || bad "$(cat out)"
            has out "^Registered sched_ext_ops ${name}_ops "
            expect enabled "$(state)" "state of $name"
            expect $name "$(cat $sysfs/root/ops)" scheduler
            hog 0
            timeout 60 hackbench -g 2 -l 50 > out 2>&1 || bad "hackbench under $name: $(cat out)"
            runs_on $hog
            expect enabled "$(state)" "state of $name after the load"
            [ $way = unlink ] || $bpftool link detach pinned $pin || bad "detach failed"
            rm $pin
            until_state disabled 20
            runs_on $hog
            kill -9 $hog
        done
    done
}
