# SPDX-License-Identifier: GPL-2.0-only
# Sourced by run.sh: how do its tests start, ask and judge scxrun?
sysfs=/sys/kernel/sched_ext

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
