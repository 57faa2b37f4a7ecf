# SPDX-License-Identifier: GPL-2.0-only
# The process makes no system call for each task: it sleeps until a batch is asked for, and that is its only call. Asked is when half of those handed out are taken, or none is left
# for a CPU.
handed_out() { "$scxrun" stats --json | python3 -c 'import json, sys; print(sum(q["tasks"] - q["direct"] for q in json.load(sys.stdin)["queues"] if q["name"] == "all"))'; }
tracing=/sys/kernel/tracing
[ -d $tracing/events ] || mount -t tracefs tracefs $tracing
calls=$tracing/events/raw_syscalls/sys_enter
process_orders all
fell=$(counter all__to_kernel)
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do hog 0-3 5; done
sleep 1
before=$(handed_out)
echo "common_pid == $order" > $calls/filter
echo > $tracing/trace
echo 1 > $calls/enable
sleep 4
echo 0 > $calls/enable
tasks=$(($(handed_out) - before))
calls_of() { grep -v '^#' $tracing/trace | grep -Ec ": NR ($1) \("; }
slept=$(calls_of 7)
others=$(($(grep -vc '^#' $tracing/trace) - slept - $(calls_of 228))) # clock_gettime is one where a process cannot read the machine's clock
echo 0 > $calls/filter
figure "$slept calls of poll for $tasks tasks, $others others"
[ $tasks -gt 1000 ] && [ $slept -gt 0 ] || problem "there was next to no work"
[ $((slept * 3)) -lt $tasks ] || problem "the process made a system call for each of three tasks, or more"
[ $others = 0 ] || problem "the process makes system calls besides"
fell_back all 0 $fell
