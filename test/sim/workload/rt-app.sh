#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# usage: rt-app.sh FOLDER FILE…: does rt-app take each workload as it is? Runs all at once for a second in FOLDER; only how long, where its log goes, how fast the CPU is (so
# much slower than any that work is soon done) and, on a machine of fewer than 4 CPUs, the CPUs are set.
# A task that begins to wait at the moment when rt-app wakes all to end is never woken (rt-app.c, shutdown), so it is ended from outside then.
cd "$1" || exit 1
shift
limit=()
[ "$(nproc)" -ge 4 ] || limit=(-e 's/"cpus" : \[[^]]*\]/"cpus" : [ 0 ]/')
for file in "$@"; do
    name=$(basename "$file" .json)
    mkdir "$name"
    sed -e 's/"duration" : 10/"duration" : 1, "logdir" : "'"$name"'"/' -e 's/"CPU0"/2000/' "${limit[@]}" "$file" > "$name.json"
    timeout -s KILL 5 rt-app "$name.json" > "$name.out" 2>&1 &
done
wait
for file in "$@"; do
    name=$(basename "$file" .json)
    tasks=$(grep -c "Using .* policy" "$name.out")
    if [ "$tasks" = 0 ] || grep -q 'mismatch\|critical\|rror' "$name.out"; then
        echo "$name: rt-app says"
        cat "$name.out"
        exit 1
    fi
    echo "$name: $tasks tasks"
done
