# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel: suspend.sh SCXRUN OBJECT suspends the machine to memory under a policy, lets its clock wake it, and tells whether it is scheduled
# afterwards. The files of the host do not come back from a suspend (9p has no way to), so everything from then on runs from memory.
set -e
if [ "$1" != --inside ]; then
    root=/run/root
    mkdir -p $root/proc $root/sys $root/dev $root/run $root/tmp
    for file in $(ldd "$1" | grep -o '/[^ ]*') /bin/busybox; do
        mkdir -p "$root$(dirname "$file")"
        cp -L "$file" "$root$file"
    done
    cp "$1" $root/scxrun
    cp "$2" $root/policy.bpf.o
    cp "$0" $root/suspend.sh
    for mounted in proc sys dev; do
        mount --rbind /$mounted $root/$mounted
    done
    exec chroot $root /bin/busybox sh /suspend.sh --inside
fi
/bin/busybox --install -s /bin
export PATH=/bin
ticks() { # of the hog's CPU time
    set -- $(sed 's/.*) //' /proc/$hog/stat)
    echo $((${12} + ${13}))
}
cpus() { grep -c '^processor' /proc/cpuinfo; }
schedules() { # WHEN: the policy does, on all CPUs, and tasks get on
    for i in $(seq 300); do
        [ "$(cat /sys/kernel/sched_ext/state)" = enabled ] && tail -1 /run/err | grep -q "schedules this machine.* $(cpus) CPUs" && break
        sleep 0.1
    done
    before=$(ticks)
    sleep 1
    got=$(($(ticks) - before))
    [ $got -gt 20 ] && got=enough
    echo "$1: $(cat /sys/kernel/sched_ext/state), $(cpus) CPUs, the hog runs $got"
}
/scxrun policy.bpf.o > /run/out 2> /run/err &
run=$!
sh -c 'while :; do :; done' &
hog=$!
schedules before
echo 0 > /sys/class/rtc/rtc0/wakealarm
echo +4 > /sys/class/rtc/rtc0/wakealarm
echo mem > /sys/power/state
echo "suspended: $(cat /sys/power/suspend_stats/success) time"
schedules after
kill -INT $run
code=0
wait $run || code=$?
echo "scxrun ended with $code, sched_ext is $(cat /sys/kernel/sched_ext/state)"
kill $hog
sed 's/^/| /' /run/err
echo "scx-exit-status: 0" # as boot's init would, whose shell may find no page of its own any more
poweroff -f -n
