# SPDX-License-Identifier: GPL-2.0-only
# Sourced by run.sh, where the first process is systemd: scxrun@.service does what docs/operations/service.md says.
unit() { systemctl show -P "$2" "scxrun@$1"; } # NAME PROPERTY
until_unit() { # NAME PROPERTY VALUE SECONDS
    for i in $(seq $(($4 * 10))); do
        [ "$(unit $1 $2)" = "$3" ] && return
        sleep 0.1
    done
    bad "$2 of scxrun@$1 is $(unit $1 $2) after $4 s, not $3"
}
configure() { # NAME OBJECT [VALUES [OPTIONS]]
    cp $objects/$2.bpf.o /etc/scx/
    printf 'POLICY=/etc/scx/%s.bpf.o\nVALUES=%s\nOPTIONS=%s\n' "$2" "$3" "$4" > /etc/scx/$1.conf
}
begin() { # NAME: it is up, with what it may do and no more
    systemctl start "scxrun@$1" || bad "scxrun@$1 does not start: $(systemctl status scxrun@$1 2>&1)"
    until_state enabled 200
    expect active "$(unit $1 ActiveState)" "state of the unit"
}

test_unit() { # it starts, is sandboxed, tells everybody; is replaced by a reload, restarted when killed, ends in order
    local pid ran
    systemd-analyze verify --man=no scxrun@fair.service > verify 2>&1
    grep -v 'Unknown key .Restart\(Steps\|MaxDelaySec\). in section' verify > complaints
    expect "" "$(cat complaints)" "what systemd-analyze says"
    configure fair fair "" "--metrics 127.0.0.1:9273"
    begin fair
    expect fair "$(cat $sysfs/root/ops)" scheduler
    pid=$(unit fair MainPID)
    grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/$pid/status > rights
    has rights '^CapEff:.000000c000000000$' # CAP_PERFMON, CAP_BPF
    has rights '^CapBnd:.000000c000000000$'
    has rights '^NoNewPrivs:.1$'
    [ "$(stat -c %u /proc/$pid)" -ge 61184 ] || bad "it runs as user $(stat -c %u /proc/$pid)"
    [ "$(awk '/VmLck/ { print $2 }' /proc/$pid/status)" -ge 1000 ] || bad "its memory is not locked"
    nobody $scxrun stats > answer || bad "no statistics without rights"
    has answer '^main '
    timeout 30 python3 -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:9273/metrics", timeout=20).read()' || bad "no metrics"
    hog 1
    configure fair live "--set factor=7" "--metrics 127.0.0.1:9273"
    systemctl reload scxrun@fair || bad "it does not reload: $(systemctl status scxrun@fair 2>&1)"
    expect live "$(cat $sysfs/root/ops)" "scheduler after a reload"
    nobody $scxrun list > answer
    has answer '^param  factor: int = 7,'
    expect "$pid" "$(unit fair MainPID)" "process after a reload"
    configure fair rejected
    systemctl reload scxrun@fair 2> refused && bad "a policy that the kernel refuses was taken"
    expect live "$(cat $sysfs/root/ops)" "scheduler after a reload that failed"
    expect active "$(unit fair ActiveState)" "state after a reload that failed"
    configure fair fair
    kill -KILL $pid
    until_unit fair NRestarts 1 20
    until_state enabled 200
    expect fair "$(cat $sysfs/root/ops)" "scheduler after SIGKILL"
    runs_on $hog
    systemctl stop scxrun@fair
    expect disabled "$(state)" "state after stop"
    expect success "$(unit fair Result)" "result"
    runs_on $hog
    kill -9 $hog
}

test_unit_user() { # a queue that a process orders, by code of the object, inside the sandbox
    configure userland userland
    begin userland
    hog 1
    until_counted all__to_process 1
    runs_on $hog
    systemctl stop scxrun@userland
    expect disabled "$(state)" "state after stop"
    kill -9 $hog
}

test_unit_gives_up() { # what the watchdog ends again and again is given up; what cannot run at all is not tried again
    local began ended victims
    configure stall stall
    while :; do nice -n 5 sleep 0.1 & sleep 0.5; done 2> /dev/null &
    victims=$!
    disown $victims
    read began rest < /proc/uptime
    systemctl start scxrun@stall
    until_unit stall ActiveState failed 120
    read ended rest < /proc/uptime
    kill $victims
    expect 5 "$(unit stall NRestarts)" "starts again" # systemd counts the one that the limit refused
    expect 3 "$(unit stall ExecMainStatus)" "exit code"
    [ "${ended%.*}" -ge $((${began%.*} + 18)) ] || bad "given up after only $began to $ended" # five times until the watchdog, and four pauses
    expect disabled "$(state)" "state when it was given up"
    hog 1
    runs_on $hog
    systemctl reset-failed scxrun@stall
    configure stall fair # the cause is gone
    begin stall
    runs_on $hog
    configure second fair
    systemctl start scxrun@second
    until_unit second ActiveState failed 20
    expect "1 0" "$(unit second ExecMainStatus) $(unit second NRestarts)" "status and restarts of a second unit"
    nobody $scxrun list > answer || bad "a second unit took the socket: $(cat answer)"
    systemctl stop scxrun@stall
    for options in --nonsense "--set no=1"; do
        configure wrong fair "" "$options"
        systemctl start scxrun@wrong
        until_unit wrong ActiveState failed 20
        expect 0 "$(unit wrong NRestarts)" "restarts with $options"
    done
    kill -9 $hog
}
