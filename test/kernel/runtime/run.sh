# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel, by bash: run.sh SCXRUN BPFTOOL OBJECTS NAME… runs each `test_NAME` below and says `NAME: ok` or what it found instead.
scxrun=$1 bpftool=$2 objects=$3
shift 3
sysfs=/sys/kernel/sched_ext
cd /run

bad() { failed=1; echo "    $*"; }
state() { cat $sysfs/state; }
until_state() { # STATE TENTHS
    for i in $(seq "$2"); do
        [ "$(state)" = "$1" ] && return
        sleep 0.1
    done
    bad "the state is $(state) after $2 tenths of a second, not $1"
}
until_lines() { # COUNT FILE REGEX
    for i in $(seq 200); do
        [ "$(grep -cE -- "$3" "$2")" -ge "$1" ] && return
        sleep 0.1
    done
    bad "not $1 lines like \`$3\` in $2 after 20 s:"
    sed 's/^/    | /' "$2"
}
expect() { # WANTED GOT WHAT
    [ "$1" = "$2" ] || bad "$3: $2, expected $1"
}
has() { # FILE REGEX: one line at least
    grep -qE -- "$2" "$1" || { bad "no line like \`$2\` in $1:"; sed 's/^/    | /' "$1"; }
}
lacks() { ! grep -qE -- "$2" "$1" || { bad "a line like \`$2\` in $1:"; sed 's/^/    | /' "$1"; }; }
one_line() { # FILE: an error is one line with what to do
    expect 1 "$(grep -c '' "$1")" "lines of $1"
    has "$1" '^scxrun: .*; '
}
start() { # ARGUMENT…: scxrun in the background, until it says that it schedules; its pid in $run
    rm -f out err
    $scxrun "$@" > out 2> err &
    run=$!
    for i in $(seq 300); do
        grep -q 'schedules this machine' err && return
        kill -0 $run 2> /dev/null || break
        sleep 0.1
    done
    bad "scxrun $* did not start:"
    sed 's/^/    | /' err
}
finish() { # CODE: what scxrun is to end with, within a minute
    for i in $(seq 600); do
        kill -0 $run 2> /dev/null || break
        sleep 0.1
    done
    kill -9 $run 2> /dev/null && bad "scxrun had to be killed"
    wait $run
    expect "$1" $? "exit code"
}
run() { # CODE ARGUMENT…: scxrun in the foreground
    local code=$1
    shift
    rm -f out err
    timeout 60 $scxrun "$@" > out 2> err
    expect "$code" $? "exit code of scxrun $*"
}
hog() { # CPU: its pid in $hog
    taskset -c "$1" sh -c 'while :; do :; done' &
    hog=$!
    disown $hog
}
ticks() { # of CPU time
    set -- $(sed 's/.*) //' "/proc/$1/stat")
    echo $((${12} + ${13}))
}
runs_on() { # PID: it gets CPU time
    local before
    before=$(ticks "$1")
    sleep 1
    [ "$(ticks "$1")" -gt "$((before + 20))" ] || bad "a hog had $(($(ticks "$1") - before)) ticks in a second"
}

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

test_histograms() { # linear ones, several of one name, and for each queue and rule: what is counted where, and how it is shown
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
h = json.loads(open(sys.argv[1]).readlines()[-1])["histograms"]
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
PY
    run 0 --for 1s $objects/histograms.bpf.o
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
    has err "^scxrun: the kernel's verifier refused the policy: R5 !read_ok \(at .*\.scx:[0-9]+\); .*--verifier-log FILE"
    run 1 --verifier-log /run/log $objects/rejected.bpf.o
    has /run/log '^processed [0-9]+ insns'
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

test_check() { # what is told without loading, by anybody, is what libbpf then does
    local name
    for name in fair optional histograms llc; do
        setpriv --reuid=65534 --clear-groups $scxrun check $objects/$name.bpf.o > check 2> err
        expect 0 $? "exit code of check $name"
        has check "^.*$name.bpf.o will load on this kernel$"
        run 0 --for 100ms --verbose $objects/$name.bpf.o
        sed -n "s/.*extern (func ksym) '\([^']*\)': resolved to vmlinux.*/\1/p" err | sed 's/___.*//' > resolved
        [ "$(grep -c '^kfunc' check)" -ge 5 ] || bad "few kfuncs of $name"
        sed -n 's/^kfunc   \([a-z_0-9]*\).*/\1/p' check | while read -r kfunc; do
            grep -qx "$kfunc" resolved || echo "$kfunc"
        done > unresolved
        expect "" "$(cat unresolved)" "kfuncs of $name that libbpf did not find"
    done
    setpriv --reuid=65534 --clear-groups $scxrun check $objects/future.bpf.o > check 2> err
    expect 0 $? "exit code of check future"
    has check '^without callback runninx '
}

ask() { # CODE ARGUMENT…: a question to the scxrun that runs
    local code=$1
    shift
    rm -f answer refused
    timeout 60 $scxrun "$@" > answer 2> refused
    expect "$code" $? "exit code of scxrun $*"
}
nobody() { setpriv --reuid=65534 --clear-groups "$@"; }
counted() { # COUNTER: its value now, asked without rights
    nobody $scxrun stats --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["counters"][sys.argv[1]])' "$1"
}
quiet_counter() { # COUNTER: it does not move
    local before
    before=$(counted "$1")
    sleep 1
    expect "$before" "$(counted "$1")" "counter $1"
}
moving_counter() { # COUNTER: it moves
    local before
    before=$(counted "$1")
    sleep 1
    [ "$(counted "$1")" -gt "$before" ] || bad "counter $1 stays at $before"
}

test_control() { # live parameters, all of a change or none of it; the state without rights; clients that hang
    ask 1 stats
    has refused '^scxrun: no scxrun runs here; start a policy first$'
    start --set factor=7 $objects/live.bpf.o
    ask 0 list
    has answer '^param  factor: int = 7, by default 1 in 1..100 (live)$'
    quiet_counter heard
    ask 0 set loud=true factor=50 share=33.3333%
    has answer '^factor: 7 -> 50$'
    has answer '^loud: false -> true$'
    has answer '^share: 12\.5% -> 33\.3333%$'
    moving_counter heard
    moving_counter factors
    has err '^scxrun: loud was false, is true \(by process [0-9]+ of user 0\)$'
    ask 0 list --json
    has answer '"name":"loud",.*"value":"true"'
    for wrong in 'wanted=high factor=500:`500` is out of range for `factor`; it takes 1..100' 'wanted=high loud=1:`1` is not a value for `loud`; it takes true or false' 'wanted=high factr=5:the policy has no parameter `factr`; did you mean `factor`\?' \
        'wanted=high fixed=4ms:`fixed` is fixed while the policy runs; start it again with --set fixed=4ms, or declare it a `live param`'; do
        ask 1 set ${wrong%%:*}
        has refused "^scxrun: ${wrong#*:}$"
        expect 1 "$(grep -c '' refused)" "lines of the refusal"
    done
    quiet_counter highs
    nobody timeout 20 $scxrun set wanted=high > answer 2> refused
    expect 1 $? "exit code without rights"
    has refused '^scxrun: a change takes the rights of root or of the user that scxrun runs as; try sudo$'
    nobody timeout 20 $scxrun stats > answer
    has answer '^all +[1-9]'
    python3 - <<'PY' || bad "the protocol is not kept"
import json, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.connect("/run/scx/control")
lines = s.makefile("rw")
def ask(text):
    lines.write(text + "\n")
    lines.flush()
    return json.loads(lines.readline())
assert "JSON object" in ask("nonsense")["error"]
assert "cannot be asked" in ask('{"ask": "dance"}')["error"]
assert "form" in ask('{"ask": "set", "values": {"loud": true}}')["error"]
assert "form" in ask('{"ask": "set", "values": 5}')["error"]
assert "descriptor" in ask('{"ask": "replace"}')["error"]
assert ask('{"ask": "list", "future": 1}')["policy"] == "live"
PY
    python3 $(dirname "$0")/clients.py control > hanging &
    local hanging=$!
    disown $hanging
    until_lines 1 hanging ready
    for i in 1 2 3; do
        nobody timeout 20 $scxrun stats > answer || bad "no answer beside clients that hang"
    done
    ask 0 set loud=false
    quiet_counter heard
    expect enabled "$(state)" "state beside clients that hang"
    [ "$(awk '/VmRSS/ { print $2 }' /proc/$run/status)" -lt 200000 ] || bad "clients that hang made scxrun grow: $(grep VmRSS /proc/$run/status)"
    kill -9 $hanging
    echo 0 > /sys/devices/system/cpu/cpu3/online # loaded again, it has the values that were set
    until_lines 1 err 'CPUs changed, loading again$'
    until_lines 1 err 'schedules this machine, 3 CPUs$'
    ask 0 set loud=true
    moving_counter factors
    echo 1 > /sys/devices/system/cpu/cpu3/online
    until_lines 1 err 'schedules this machine, 4 CPUs$'
    kill -INT $run
    finish 0
    [ ! -e /run/scx/control ] || bad "the socket is left behind"
}

test_replace() { # the next policy is loaded before the old one goes; the old one is put back if the new one fails
    local began victim
    start $objects/fair.bpf.o
    hog 1
    began=$(cat $sysfs/enable_seq)
    ask 1 replace $objects/rejected.bpf.o
    has refused "the kernel's verifier refused the policy"
    ask 1 replace --set most=3000 $objects/start.bpf.o
    has refused 'out of range for `most`'
    ask 1 replace $objects/none.bpf.o
    nobody timeout 20 $scxrun replace $objects/llc.bpf.o > answer 2> refused
    has refused '^scxrun: a new policy takes the rights of root'
    expect "$began" "$(cat $sysfs/enable_seq)" "schedulers begun after refusals"
    expect fair "$(cat $sysfs/root/ops)" scheduler
    runs_on $hog
    ask 0 replace --grace 2s $objects/live.bpf.o
    has answer '^live follows fair; [0-9.]+ ms without a policy$'
    has answer '^it holds$'
    echo "replace: $(head -1 answer)"
    expect live "$(cat $sysfs/root/ops)" scheduler
    runs_on $hog
    has out '^main ' # closing figures of the first
    ask 0 set loud=true
    ask 3 replace --grace 20s --set most=3 $objects/start.bpf.o
    has refused '^scxrun: `start` did not hold: .*assert failed at .*; `live` schedules again$'
    expect live "$(cat $sysfs/root/ops)" "scheduler after a start that failed"
    moving_counter heard # with the values it had
    ask 0 replace --no-wait --grace 40s $objects/stall.bpf.o
    ask 1 replace $objects/fair.bpf.o
    has refused '^scxrun: `stall` is on trial; wait [0-9]+ s more$'
    nice -n 5 sleep 0.1 &
    victim=$!
    until_lines 1 err '^scxrun: `stall` did not hold: runnable task stall .*; `live` schedules again$'
    wait $victim
    until_state enabled 50
    expect live "$(cat $sysfs/root/ops)" "scheduler after a stall"
    ask 0 replace --no-wait --grace 0s $objects/fair.bpf.o
    sleep 1
    kill -INT $run
    finish 0
    kill -9 $hog
    expect disabled "$(state)" state
}

test_metrics() { # a real Prometheus scrapes; clients that hang are no harm; what is no address is told before anything is loaded
    local hanging hogs=
    run 1 --metrics nonsense $objects/fair.bpf.o
    has err '^scxrun: `nonsense` is no address for metrics; write 127.0.0.1:9273, or :9273 for all addresses$'
    run 1 --metrics example.org:80 $objects/fair.bpf.o
    one_line err
    start --metrics 127.0.0.1:9273 $objects/histograms.bpf.o
    for i in 1 2; do # of SCHED_EXT, whom alone this policy schedules
        taskset -c 1 python3 -c 'import os
os.sched_setscheduler(0, 7, os.sched_param(0))
while True: pass' &
        hogs="$hogs $!"
        hog=$!
        disown $hog
    done
    # `| family | type |` of the page
    sed -n 's/^| `\(scx_[a-z_]*\)` | \([a-z]*\) .*/\1 \2/p' "$(dirname "$0")/../../../docs/operations/metrics.md" | grep -v '^scx_policy_counter\|^scx_parameter ' > names
    python3 "$(dirname "$0")/scrape.py" 9273 names || bad "Prometheus does not see what it should"
    python3 "$(dirname "$0")/clients.py" metrics 9273 > hanging &
    hanging=$!
    disown $hanging
    until_lines 1 hanging ready
    runs_on $hog
    expect enabled "$(state)" "state beside clients that hang"
    ask 0 stats
    timeout 30 python3 -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:9273/metrics", timeout=20).read()' || bad "no metrics beside clients that hang"
    kill -9 $hanging $hogs
    kill -INT $run
    finish 0
    start --no-stats --metrics '[::1]:9273' $objects/live.bpf.o
    python3 -c 'import urllib.request; print(urllib.request.urlopen("http://[::1]:9273/metrics", timeout=20).read().decode())' > metrics || bad "no metrics at ::1"
    has metrics '^scx_parameter\{parameter="share",live="true"\} 0\.125$'
    has metrics '^scx_parameter\{parameter="fixed",live="false"\} 0\.003'
    has metrics '^scx_policy_counter_total\{counter="heard"\} 0$'
    lacks metrics '^scx_queue'
    kill -INT $run
    finish 0
}

with_rights() { # CAPABILITIES COMMAND…: as nobody, with these alone
    local rights=$1
    shift
    setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps="-all,$rights" --ambient-caps="-all,$rights" --bounding-set="-all,$rights" --no-new-privs "$@"
}
test_rights() { # CAP_BPF and CAP_PERFMON suffice, and neither alone; the same user may change things then
    local rights scxrun_alone=$scxrun
    mkdir -p /run/scx
    chown 65534 /run/scx
    for rights in +bpf +perfmon +sys_nice; do
        with_rights $rights timeout 60 $scxrun_alone $objects/fair.bpf.o 2> err
        expect 1 $? "exit code with $rights"
        has err '^scxrun: a policy can only be loaded by root, or with CAP_BPF and CAP_PERFMON; try sudo scxrun$'
    done
    scxrun="with_rights +bpf,+perfmon $scxrun_alone"
    start $objects/live.bpf.o
    expect enabled "$(state)" "state with CAP_BPF and CAP_PERFMON"
    scxrun=$scxrun_alone
    nobody $scxrun set loud=true > answer || bad "the same user may not change things"
    moving_counter heard
    setpriv --reuid=65533 --clear-groups $scxrun set loud=false > answer 2> refused && bad "another user may change things"
    kill -INT $run
    finish 0
    expect disabled "$(state)" state
    scxrun="with_rights +bpf,+perfmon $scxrun_alone"
    for name in told histograms; do # what a policy is told: cgroups, hints, GPU users
        start --for 1s $objects/$name.bpf.o
        finish 0
    done
    scxrun=$scxrun_alone
    rm -rf /run/scx
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

for name in "$@"; do
    failed=0
    "test_$name"
    [ $failed = 0 ] && echo "$name: ok" || echo "$name: FAILED"
done
exit 0
