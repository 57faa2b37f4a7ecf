# SPDX-License-Identifier: GPL-2.0-only
# What do all scripts share? Where things lie, how progress is told, how a step fails. Sourced, not run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${SCX_CACHE:-${HOME:-/root}/.cache/scx}
kernelSource=/usr/src/linux-source-6.12.tar.xz

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() {
    printf '%s: error: %s\n' "$(basename "$0")" "$1" >&2
    shift
    for line in "$@"; do printf '    %s\n' "$line" >&2; done
    exit 1
}

# unpackKernel DIR [PATH…]: the Debian kernel source, or only the named folders of it, into DIR.
unpackKernel() {
    local into=$1
    shift
    [ -r "$kernelSource" ] || die "$kernelSource is missing" "run scripts/setup, which installs linux-source-6.12"
    mkdir -p "$into"
    tar -xJf "$kernelSource" -C "$into" --strip-components=1 "${@/#/linux-source-6.12/}"
}

# testKernel: the path of a kernel for QEMU: the one that SCX_TEST_KERNEL names, else ours, which is built if it is missing or out of date.
testKernel() {
    if [ -z "${SCX_TEST_KERNEL:-}" ]; then
        "$root/test/kernel/build-kernel"
    elif [ -r "$SCX_TEST_KERNEL" ]; then
        echo "$SCX_TEST_KERNEL"
    else
        die "SCX_TEST_KERNEL names $SCX_TEST_KERNEL, which cannot be read" "without it a kernel is built"
    fi
}

# withLock FILE COMMAND…: one at a time on this machine, so that two runs do not fill the cache twice.
withLock() {
    local lock=$1
    shift
    mkdir -p "$(dirname "$lock")"
    exec 9>"$lock"
    flock 9
    "$@" 9>&-
    exec 9>&-
}

# quietly LOG COMMAND…: output goes to LOG; when the command fails, the end of it is shown.
quietly() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 && return
    tail -n 30 "$log" >&2
    die "\`$*\` failed" "the whole output is in $log"
}
