#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Do the ten policies of the tutorial compile, and does each schedule a real kernel?
# usage: tutorial.sh SCXC SCXRUN ROOT FOLDER. Takes every block ```scx without further words out of the page, in order.
set -euo pipefail
scxc=$1 scxrun=$2 root=$3 folder=$4
page=$root/docs/tutorial.md
rm -rf "$folder"
mkdir -p "$folder"
awk -v folder="$folder" '
    /^```scx$/ { file = sprintf("%s/step%d.scx", folder, ++n); next }
    /^```/     { file = "" }
    file       { print > file }
' "$page"
steps=$(find "$folder" -name '*.scx' | wc -l)
[ "$steps" = 10 ] || { echo "the tutorial has $steps policies, not ten"; exit 1; }
[ "$(grep -c '^## [0-9]*\. ' "$page")" = 10 ] || { echo "the tutorial has not ten numbered headings"; exit 1; }
objects=()
for step in {1..10}; do
    said=$("$scxc" "$folder/step$step.scx" -o "$folder/step$step.bpf.o" 2>&1) || { echo "step $step does not compile: $said"; exit 1; }
    [ -z "$said" ] || { echo "scxc has something to say about step $step: $said"; exit 1; }
    objects+=("$folder/step$step.bpf.o")
done
# The last step is the example, but for comments: what both lower to is the same, line by line.
core() { "$scxc" --emit=core "$1" | grep -v '^//'; }
diff <(core "$folder/step10.scx") <(core "$root/examples/desktop.scx") || { echo "step 10 is not examples/desktop.scx"; exit 1; }
"$root/test/kernel/boot" --timeout 600 -- sh "$root/test/docs/run-steps.sh" "$scxrun" "$root/examples/workloads/mixed.py" "${objects[@]}" > "$folder/log" 2>&1 || {
    cat "$folder/log"
    exit 1
}
[ "$(grep -c '^step[0-9]*: enabled, hackbench 0, workload 0, scxrun 0$' "$folder/log")" = 10 ] || { cat "$folder/log"; exit 1; }
