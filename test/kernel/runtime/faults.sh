# SPDX-License-Identifier: GPL-2.0-only
# Sourced by run.sh: what goes wrong on real machines. After each the system is scheduled, and what is said is clear.
under() { # SECONDS COMMAND…: a load under the policy that runs; the policy and a hog survive it
    local seconds=$1 began
    shift
    began=$(cat $sysfs/enable_seq)
    timeout "$seconds" "$@" > load 2>&1
    expect 0 $? "exit code of $*" # a load that is cut off says nothing
    expect enabled "$(state)" "state after $1"
    expect "$began" "$(cat $sysfs/enable_seq)" "schedulers begun until after $1"
    runs_on $hog
}
loaded() { # POLICY: with a hog; what a fault is done to
    start $objects/$1.bpf.o
    hog 1
}
ended() { # in order, with the default scheduler at work
    kill -INT $run
    finish 0
    expect disabled "$(state)" state
    runs_on $hog
    kill -9 $hog
}

test_stopped() { # SIGSTOP: the policy goes on without scxrun; who asks is told
    loaded live
    kill -STOP $run
    runs_on $hog
    sleep 0.1
    ask 1 stats
    has refused '^scxrun: scxrun does not answer; is it stopped\?$'
    run 1 $objects/fair.bpf.o
    has err '^scxrun: another scheduler is running'
    kill -CONT $run
    ask 0 stats
    kill -STOP $run
    disown $run
    kill -KILL $run # also of one that is stopped
    until_state disabled 10
    runs_on $hog
    kill -9 $hog
}

major_faults() { # of scxrun: how often it waited for a page to be read
    set -- $(sed 's/.*) //' "/proc/$run/stat")
    echo ${10}
}
test_memory() { # scxrun does not wait for memory where it is short: its own stays where it is
    loaded fair
    local faults
    faults=$(major_faults)
    [ "$(awk '/VmLck/ { print $2 }' /proc/$run/status)" -ge 1000 ] || bad "$(grep VmLck /proc/$run/status)"
    under 120 python3 -c '
import time
free = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemAvailable"))
taken = b"x" * (free * 1024 * 8 // 10)
time.sleep(3)'
    mkdir -p /sys/fs/cgroup/tight # where there is none left, the kernel kills who asks, and goes on
    echo +memory > /sys/fs/cgroup/cgroup.subtree_control
    echo 30M > /sys/fs/cgroup/tight/memory.max
    sh -c 'echo $$ > /sys/fs/cgroup/tight/cgroup.procs; exec python3 -c "b = b\"x\" * (200 << 20)"' > load 2>&1
    expect 137 $? "exit code of one that takes too much"
    rmdir /sys/fs/cgroup/tight
    ask 0 stats
    expect "$faults" "$(major_faults)" "major faults of scxrun"
    ended
}

test_crowd() { # 5,000 tasks that wake each other; then tasks that come and go as fast as they can
    loaded fair
    under 200 bash -c 'ulimit -n 20000; exec hackbench -T -g 125 -l 2'
    grep -q 'Running in threaded mode with 125 groups' load || bad "$(cat load)"
    under 60 stress-ng --fork 4 --timeout 6
    under 60 stress-ng --clone 2 --clone-max 256 --timeout 4
    ended
}

test_hotplug_loop() { # CPUs that come and go all the time: each time it is loaded again, and ends with all of them
    loaded fair
    local cpu=/sys/devices/system/cpu/cpu3/online
    for i in $(seq 6); do
        echo 0 > $cpu
        sleep 0.$i
        echo 1 > $cpu
        sleep 0.$i
    done
    for i in $(seq 200); do # several changes may end in one load
        grep 'schedules this machine' err | tail -1 | grep -q ' 4 CPUs$' && [ "$(state)" = enabled ] && break
        sleep 0.1
    done
    expect enabled "$(state)" "state in the end"
    grep 'schedules this machine' err | tail -1 > last
    has last ' 4 CPUs$'
    [ "$(grep -c 'CPUs changed, loading again$' err)" -ge 3 ] || bad "loaded again only $(grep -c 'loading again' err) times"
    ask 0 stats
    runs_on $hog
    ended
}

test_cgroup_loop() { # cgroups that come and go with tasks in them, under a policy that is told which they are
    loaded told
    echo +cpu > /sys/fs/cgroup/cgroup.subtree_control
    cat > loop.sh <<'SH'
for i in $(seq 150); do
    mkdir /sys/fs/cgroup/web-$i /sys/fs/cgroup/web-$i/inner
    sh -c 'echo $$ > /sys/fs/cgroup/web-'$i'/inner/cgroup.procs; :'
    rmdir /sys/fs/cgroup/web-$i/inner /sys/fs/cgroup/web-$i
done
SH
    under 200 sh loop.sh
    ended
}

test_full() { # no room for what is written: told once, and the policy goes on
    mkdir -p full
    mount -t tmpfs -o size=16k none full
    dd if=/dev/zero of=full/all bs=1k count=64 2> load
    $scxrun --json --stats 0.5 $objects/fair.bpf.o > full/out 2> err &
    run=$!
    until_lines 1 err 'schedules this machine'
    until_lines 1 err '^scxrun: what is printed cannot be written \(No space left on device\); the policy goes on$'
    sleep 2
    expect enabled "$(state)" "state with a full disk"
    expect 1 "$(grep -c 'cannot be written' err)" "times it is told"
    ask 0 stats
    kill -INT $run
    finish 0
    umount full
}

policies() { # how many maps and programs there are
    sleep 3 # the kernel frees them when nobody may be using them any more
    echo "$($bpftool map list | grep -c '^[0-9]*:') maps, $($bpftool prog list | grep -c '^[0-9]*:') programs"
}
test_reload() { # a hundred policies one after the other leave nothing behind
    local before began after kept
    start --json $objects/fair.bpf.o
    hog 1
    reload() {
        for i in $(seq "$1"); do
            ask 0 replace --no-wait --grace 0s $objects/live.bpf.o
            sleep 0.1
            ask 0 replace --no-wait --grace 0s $objects/fair.bpf.o
            sleep 0.1
        done
    }
    reload 5
    before=$(policies) kept=$(awk '/VmRSS/ { print $2 }' /proc/$run/status) began=$(awk '/MemAvailable/ { print $2 }' /proc/meminfo)
    reload 45
    expect "$before" "$(policies)" "what is left of a hundred policies"
    after=$(awk '/VmRSS/ { print $2 }' /proc/$run/status)
    [ "$after" -le $((kept + 1000)) ] || bad "scxrun grew from $kept KiB to $after"
    after=$(awk '/MemAvailable/ { print $2 }' /proc/meminfo)
    [ "$after" -ge $((began - 40000)) ] || bad "the machine had $began KiB, and has $after"
    expect 100 "$(grep -c '"exit"' out)" "policies that ended"
    echo "reload: $before; $(sed -n 's/.* after \([0-9.]* ms\) without a policy$/\1/p' err | sort -n | sed -n '50p') without a policy, the median"
    expect enabled "$(state)" state
    ended
}
