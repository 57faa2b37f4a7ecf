# SPDX-License-Identifier: GPL-2.0-only
# Sourced by run.sh: who looks on while a policy runs, and sees what is so.
script() { # NAME LINE…: a program of that name, which the kernel shows as the task's
    printf '#!/bin/sh\n' > "/run/$1"
    printf '%s\n' "${@:2}" >> "/run/$1"
    chmod +x "/run/$1"
}
background() { # COMMAND…: its pid in $last
    "$@" &
    last=$!
    disown $last
    started="$started $last"
}
end_started() {
    kill -9 $started 2> /dev/null
    started=
}
end_last() { # so that the next one is not kept waiting
    kill -9 $last
}
explained() { # PID QUEUE RULE REGEX…: the rule it matches, and lines that are told
    ask 0 explain --for 100ms "$1"
    has answer "^  yes  $3"
    [ "$(sed -n 's/^it goes to \(.*\) when.*/\1/p' answer)" = "$2" ] || has answer ": queue $2, slice "
    local line
    for line in "${@:4}"; do
        has answer "$line"
    done
}

test_explain() { # which rule, and why none before it: for tasks of each kind
    ask 1 explain 1
    has refused '^scxrun: no scxrun runs here; start a policy first$'
    script spinner 'while :; do :; done'
    script patient1 'while :; do :; done'
    script napper 'while :; do sleep 0.02; done'
    mkdir /sys/fs/cgroup/seen-5 /sys/fs/cgroup/gentle-one
    start $objects/seen.bpf.o
    background /run/spinner
    local plain=$last
    explained $plain rest 'else -> rest' '^spinner \[[0-9]+\]: queue rest, slice 5\.00ms \([0-9.]+[mu]s left\), (runs on|waits at) CPU [0-3], ran ' '^         - kthread is false$' '^         - hint == 7: hint is 0$' \
        '^         - cgroup matches "\^/seen-\[0-9\]\+\$": cgroup is "/"$' '^         - exe is "\*sleep": exe is "/.*"$' '^         - humble: nice > 0: nice is 0$' '^         - humble: policy is batch \| idle: policy is normal$' \
        '^         - burst < patience: burst is [0-9.]+ms, patience is 12\.00ms$' '^         - asked < 0: asked is [0-9]+$' '^(waits, of the last|it did not begin to run in) 100\.00ms'
    expect 1 "$(grep -c '^  yes ' answer)" "rules that match"
    expect 9 "$(grep -c '^  \(yes\|no\) ' answer)" "rules that are told"
    explained 2 system 'kthread -> system' '^kthreadd \[2\]: queue system, slice 2\.00ms' '^         \+ kthread is true$'
    expect 1 "$(grep -c '^  \(yes\|no\) ' answer)" "rules that are told of a kernel thread"
    background /run/spinner
    ask 0 hint 7 --pid $last
    explained $last told 'hint == 7 -> told' '^         \+ hint == 7: hint is 7$'
    end_last
    background /run/spinner
    echo $last > /sys/fs/cgroup/seen-5/cgroup.procs
    sleep 1 # until scxrun has told
    explained $last grouped 'cgroup matches "\^/seen-\[0-9\]\+\$" -> grouped' '^         \+ cgroup matches .*: cgroup is "/seen-5"$'
    end_last
    background /run/spinner
    echo $last > /sys/fs/cgroup/gentle-one/cgroup.procs
    explained $last gentle 'cgroup is "/gentle\*" -> gentle' 'slice 40\.00ms' '^         \+ cgroup is "/gentle\*": cgroup is "/gentle-one"$'
    end_last
    background sleep 1000
    explained $last named 'exe is "\*sleep" -> named' '^         \+ exe is "\*sleep": exe is ".*sleep"$' 'sleeps, last on CPU' '^it did not begin to run in 100\.00ms$'
    background nice -n 3 /run/spinner
    explained $last humbled 'humble and not comm is "patient\*" -> humbled' '^         \+ humble: nice > 0: nice is 3$' '^         \+ not comm is "patient\*": comm is "spinner"$' 'slice 8\.00ms'
    end_last
    background chrt -b 0 /run/spinner
    explained $last humbled 'humble and not' '^         \+ humble: policy is batch \| idle: policy is batch$'
    end_last
    background nice -n 3 /run/patient1
    explained $last rest 'else -> rest' '^         \+ humble: nice > 0: nice is 3$' '^         - not comm is "patient\*": comm is "patient1"$'
    end_last
    background /run/napper
    sleep 7
    explained $last quick 'burst < patience -> quick' '^         \+ burst < patience: burst is [0-9.]+[mu]s, patience is 12\.00ms$' '^waits, of the last 100\.00ms, the newest first: [0-9.]+[mun]?s'
    end_last
    ask 0 set patience=1s
    explained $plain quick 'burst < patience -> quick' '^         \+ burst < patience: burst is [0-9.]+ms, patience is 1\.00s$' '^it goes to quick when it waits next$|: queue quick,'
    ask 0 set patience=12ms
    background sh -c 'kill -STOP $$; exit' # what is asked about it changes nothing of it
    sleep 1
    explained $last rest 'else -> rest'
    local asked
    asked=$(grep -o 'asked is [0-9]*' answer)
    explained $last rest 'else -> rest'
    expect "$asked" "$(grep -o 'asked is [0-9]*' answer)" "state of who was asked about twice"
    background chrt -f 5 sleep 1000
    ask 0 explain $last
    has answer '^sleep \[[0-9]+\]: its scheduling policy is fifo, so `seen` does not schedule it$'
    ask 1 explain 4000000
    has refused '^scxrun: there is no thread 4000000; '
    nobody timeout 20 $scxrun explain 1 > answer 2> refused
    expect 1 $? "exit code of explain without rights"
    has refused '^scxrun: thread 1 is not yours; try sudo$'
    background setpriv --reuid=65534 --clear-groups sleep 1000
    sleep 0.3
    nobody timeout 20 $scxrun explain --for 100ms $last > answer 2> refused
    expect 0 $? "exit code of explain of one's own"
    has answer '^  yes  exe is "\*sleep" -> named$'
    ask 0 explain --for 100ms --json $plain
    python3 -c 'import json; d = json.load(open("answer")); assert d["rules"][d["rule"]]["queue"] == "rest" and not d["rules"][5]["conditions"][0]["holds"] and d["rules"][5]["conditions"][0]["of"] == "humble", d' || bad "the document of explain"
    end_started
    kill -INT $run
    finish 0
    lacks out 'error'
}

test_trace() { # each decision, as the kernel's own trace has it; filters; a file for Perfetto
    script spinner 'while :; do :; done'
    script napper 'while :; do sleep 0.02; done'
    start $objects/seen.bpf.o
    background taskset -c 1 /run/spinner
    local one=$last
    background taskset -c 1 nice -n 3 /run/spinner
    local two=$last
    background /run/napper
    local nap=$last
    sleep 1
    ask 0 trace --for 1s --json
    cp answer all.json
    ask 0 trace --for 1s --perfetto all.perfetto
    has refused '^scxrun: [0-9]+ decisions in `all.perfetto`; ui.perfetto.dev opens it$'
    ask 0 trace --for 1s --tid $one
    has answer '^ +seconds +cpu +tid +task +queue +waited +rule$'
    has answer "^ +[0-9.]+ +1 +$one spinner +rest +[0-9.]+[um]s  else -> rest$"
    expect 0 "$(tail -n +2 answer | grep -vc " $one spinner ")" "lines of others with --tid"
    ask 0 trace --for 500ms --comm 'spin*' --json
    cp answer comm.json
    ask 0 trace --for 500ms --comm 'spin' --json # a name, not the beginning of one
    expect 0 "$(grep -c '' answer)" "lines of \`spin\`"
    ask 0 trace --for 500ms --queue humbled --json
    cp answer queue.json
    ask 0 trace --for 500ms --pid $nap --json
    cp answer pid.json
    ask 0 trace --count 5 --comm spinner
    expect 6 "$(grep -c '' answer)" "lines with --count 5"
    ask 1 trace --queue nowhere
    has refused '^scxrun: `seen` has no queue `nowhere`; '
    nobody timeout 20 $scxrun trace --for 1s > answer 2> refused
    expect 1 $? "exit code of trace without rights"
    has refused '^scxrun: a trace of what is not yours takes the rights of root'
    # What the kernel says of the same second.
    local tracing=/sys/kernel/tracing
    echo 0 > $tracing/tracing_on
    echo mono > $tracing/trace_clock
    echo 8192 > $tracing/buffer_size_kb
    echo "next_pid == $one || next_pid == $two" > $tracing/events/sched/sched_switch/filter
    echo 1 > $tracing/events/sched/sched_switch/enable
    $scxrun trace --comm spinner --json --for 2s > seen.json 2> err.trace &
    local tracer=$!
    sleep 1
    echo 1 > $tracing/tracing_on
    wait $tracer
    echo 0 > $tracing/tracing_on
    cp $tracing/trace kernel.trace
    echo 0 > $tracing/events/sched/sched_switch/enable
    python3 $here/traced.py $one $two $nap || bad "what was traced is not what ran"
    # Who does not read loses events, and is told.
    $scxrun trace > lost.out 2> lost.err &
    tracer=$!
    sleep 1
    kill -STOP $tracer
    timeout 60 hackbench -g 2 -l 2500 > hackbench.out
    kill -CONT $tracer
    sleep 1
    kill -INT $tracer
    wait $tracer
    has lost.err '^scxrun: [0-9]+ events were lost, as more came than could be read; filter by task or queue$'
    # The policy ends under a trace.
    $scxrun trace > long.out 2> long.err &
    tracer=$!
    sleep 1
    kill -INT $run
    finish 0
    wait $tracer
    expect 0 $? "exit code of a trace whose policy ended"
    has long.err '^scxrun: `seen` ended, and with it the trace$'
    end_started
}

test_top() { # as text; in a terminal it is driven by test/runtime/top.test
    ask 1 top --once
    has refused '^scxrun: no scxrun runs here; start a policy first$'
    script spinner 'while :; do :; done'
    script napper 'while :; do sleep 0.02; done'
    start $objects/seen.bpf.o
    for i in 1 2 3 4 5; do
        background /run/spinner
    done
    background nice -n 3 /run/spinner
    background /run/napper
    sleep 1
    nobody timeout 20 $scxrun top --once > answer 2> refused
    expect 0 $? "exit code of top --once"
    has answer '^seen, after [0-9.]+s: 4 CPUs, [0-9]+ tasks, [1-4] run, [2-9] wait$'
    has answer '^rest +[1-9][.0-9]* +[0-9.]+ +[0-9.]+% +[5-9][0-9]\.[0-9]% +[0-9.]+ms +[0-9.]+ms fifo$'
    has answer '^humbled +[0-9.]+ '
    has answer '^ +[0-9.k]+ +[0-9.]+ else -> rest$'
    has answer '^ +[0-3] +(9[0-9]\.[0-9]|100\.0)% (spinner|napper|sleep|scxrun|top) +[0-9]+ [a-z]+$'
    has answer '^ +[0-9]+ +[1-9][0-9.]+% spinner +rest +[0-3] (run|wait) '
    has answer '^patience +12ms +12ms +1ms..1s$'
    ask 1 top < /dev/null
    has refused '^scxrun: there is no terminal to draw on; scxrun top --once prints all as text$'
    end_started
    kill -INT $run
    finish 0
}

test_verified() { # the verifier takes what looks on, whatever the rules ask for
    local name
    for name in desktop layered llc told attributes; do
        start $objects/$name.bpf.o
        ask 0 explain --for 10ms $$
        ask 0 trace --for 200ms --json
        [ -s answer ] || bad "nothing was decided under $name"
        kill -INT $run
        finish 0
    done
}
