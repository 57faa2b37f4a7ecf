#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# usage: run.sh FUZZER WORK SECONDS: fuzzes the front end, from the samples, examples and modules on. What breaks it is left in WORK.
set -eu
fuzzer=$1 work=$2 seconds=$3
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
[ -x "$fuzzer" ] || { echo "no fuzzer at $fuzzer; build it: cmake --preset fuzz && ninja -C build/fuzz fuzz-frontend" >&2; exit 1; }
mkdir -p "$work/corpus"
# The runtime of ANTLR is not instrumented: containers that cross the border look overrun to ASAN though they are not; its tables live for ever.
ASAN_OPTIONS=detect_container_overflow=0 UBSAN_OPTIONS=print_stacktrace=1 \
    exec "$fuzzer" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -detect_leaks=0 -max_len=8192 -print_final_stats=1 \
    -dict="$here/scx.dict" -artifact_prefix="$work/" "$work/corpus" "$root/examples" "$root/stdlib" "$root/test/parse/inputs"
