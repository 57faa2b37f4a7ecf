# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel: run-examples.sh SCXRUN OBJECTS [SECONDS] loads each policy of a folder, lets hackbench, stress-ng, cyclictest and tasks pinned to
# each CPU run under it, and tells whether all of them came to their end. Its status is 0 if everything did.
scxrun=$1 objects=$2 seconds=${3:-6}
here=$(dirname "$0")
. "$here/guest.sh"

jobs=
job() { # NAME COMMAND…: in the background; it has to end by itself, with status 0
    what=$1
    shift
    timeout -s KILL $((seconds + 60)) "$@" > "/run/$what.log" 2>&1 &
    jobs="$jobs $!:$what"
}
load() {
    jobs=
    until=$(($(now) + seconds * 100))
    for cpu in $(seq 0 $(($(nproc) - 1))); do
        case $((cpu % 3)) in 0) nice=0 ;; 1) nice=5 ;; 2) nice=-5 ;; esac # all levels of a policy that looks at nice
        job pinned$cpu taskset -c $cpu nice -n $nice sh "$here/busy.sh" $until
    done
    job hackbench sh "$here/hackbench.sh" $until
    job affinity stress-ng --affinity 2 --affinity-rand --affinity-sleep 1000000 --timeout $seconds --temp-path /run
    job churn stress-ng --fork 1 --cpu 1 --aggressive --timeout $seconds --temp-path /run
    job cyclictest cyclictest --policy=other -q -t 2 -i 10000 -D $seconds
}
finish() {
    for entry in $jobs; do
        wait ${entry%%:*}
        status=$?
        [ $status = 0 ] && continue
        problem "${entry#*:} ended with status $status"
        while read -r line; do problem "    $line"; done < "/run/${entry#*:}.log"
    done
}

count=0 bad=0 failed=
for object in "$objects"/*.bpf.o; do
    [ -r "$object" ] || { echo "no policy in $objects"; exit 1; }
    name=$(basename "$object" .bpf.o)
    count=$((count + 1)) began=$(now)
    if start_policy "$object"; then
        loaded=$(now)
        load
        finish
        took=$(($(now) - loaded))
        [ $took -ge 500 ] || problem "the load took less than 5 s"
        end_policy
    fi
    report "$name" "$(((loaded - began) / 100)) s to load, $((took / 100)) s of load" || { bad=$((bad + 1)) failed="$failed $name"; }
done
echo "$count policies on $(nproc) CPUs, $bad failed${failed:+:$failed}"
[ $bad = 0 ]
