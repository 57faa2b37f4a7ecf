#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# usage: rt-app.sh FOLDER FILE…: does rt-app take each workload as it is? Runs all at once for a second in FOLDER; only how long, where its log goes and, on a machine of
# fewer than 4 CPUs, the CPUs are set.
cd "$1" || exit 1
shift
limit=()
[ "$(nproc)" -ge 4 ] || limit=(-e 's/"cpus" : \[[^]]*\]/"cpus" : [ 0 ]/')
for file in "$@"; do
    name=$(basename "$file" .json)
    mkdir "$name"
    sed -e 's/"duration" : 10/"duration" : 1, "logdir" : "'"$name"'"/' -e 's/"CPU0"/100/' "${limit[@]}" "$file" > "$name.json"
    rt-app "$name.json" > "$name.out" 2>&1 &
done
wait
for file in "$@"; do
    name=$(basename "$file" .json)
    tasks=$(grep -c Exiting "$name.out")
    if [ "$tasks" = 0 ] || grep -q 'mismatch\|critical\|rror' "$name.out"; then
        echo "$name: rt-app says"
        cat "$name.out"
        exit 1
    fi
    echo "$name: $tasks tasks, $(cat "$name"/*.log | grep -vc '#') loops"
done
