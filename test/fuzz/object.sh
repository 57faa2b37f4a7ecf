#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# usage: object.sh FUZZER SCXC OBJCOPY WORK SECONDS: fuzzes the reader of objects, from what the examples compile to and describe themselves as.
set -eu
fuzzer=$1 scxc=$2 objcopy=$3 work=$4 seconds=$5
here=$(cd "$(dirname "$0")" && pwd)
[ -x "$fuzzer" ] || { echo "no fuzzer at $fuzzer; build it: cmake --preset fuzz && ninja -C build/fuzz fuzz-object" >&2; exit 1; }
mkdir -p "$work/corpus" "$work/samples"
for policy in "$here"/../../examples/*.scx; do
    object=$work/samples/$(basename "$policy" .scx)
    "$scxc" "$policy" -o "$object"
    "$objcopy" --dump-section .scx.meta="$object.json" "$object" "$work/copy"
done
exec "$fuzzer" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2000 -max_len=262144 -print_final_stats=1 \
    -dict="$here/object.dict" -artifact_prefix="$work/" "$work/corpus" "$work/samples"
