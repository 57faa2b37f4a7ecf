# SPDX-License-Identifier: GPL-2.0-only
# Sourced by run.sh: what docs/operations promises.
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

test_control() { # live parameters, all of a change or none of it; the state without rights; clients that hang
    ask 1 stats
    has refused '^scxrun: no scxrun runs here; start a policy first$'
    start --set factor=7 $objects/live.bpf.o
    ask 0 list
    has answer '^param  factor: int = 7, by default 1 in 1\.\.100 \(live\)$'
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
    python3 $here/clients.py control > hanging &
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
    sed -n 's/^| `\(scx_[a-z_]*\)` | \([a-z]*\) .*/\1 \2/p' "$here/../../../docs/operations/metrics.md" | grep -v '^scx_parameter ' > names
    python3 "$here/scrape.py" 9273 names || bad "Prometheus does not see what it should"
    python3 $here/clients.py metrics 9273 > hanging &
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

with_rights() { # CAPABILITIES: what runs a program as nobody, with these alone
    echo "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,$1 --ambient-caps=-all,$1 --bounding-set=-all,$1 --no-new-privs"
}
test_rights() { # CAP_BPF and CAP_PERFMON suffice, and neither alone; the same user may change things then
    local rights name root=$scxrun
    mkdir -p /run/scx
    chown 65534 /run/scx
    for rights in +bpf +perfmon +sys_nice; do
        $(with_rights $rights) timeout 60 $root $objects/fair.bpf.o 2> err
        expect 1 $? "exit code with $rights"
        has err '^scxrun: a policy can only be loaded by root, or with CAP_BPF and CAP_PERFMON; try sudo scxrun$'
    done
    scxrun="$(with_rights +bpf,+perfmon) $root"
    start $objects/live.bpf.o
    scxrun=$root
    expect enabled "$(state)" "state with CAP_BPF and CAP_PERFMON"
    nobody $root set loud=true > answer || bad "the same user may not change things"
    moving_counter heard
    setpriv --reuid=65533 --clear-groups $root set loud=false > answer 2> refused && bad "another user may change things"
    kill -INT $run
    finish 0
    expect disabled "$(state)" state
    scxrun="$(with_rights +bpf,+perfmon) $root"
    for name in told histograms; do # what a policy is told: cgroups, hints, GPU users
        start --for 1s $objects/$name.bpf.o
        finish 0
    done
    scxrun=$root
    rm -rf /run/scx
}
