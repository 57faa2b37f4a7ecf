#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sim-peers.sh PROBE BPFTOOL FOLDER: the schedulers in C of linux-source-6.12, compiled against the test kernel's types, opened and called by sim-probe.
. "$(dirname "$0")/../../scripts/common.sh"
probe=$1 bpftool=$2 folder=$3
sources=$cache/sched_ext
unpackPeers() {
    [ -e "$sources" ] && return
    rm -rf "$sources.new"
    unpackKernel "$sources.new" tools/sched_ext
    mv "$sources.new/tools/sched_ext" "$sources"
    rm -rf "$sources.new"
}
withLock "$cache/sched_ext.lock" unpackPeers
mkdir -p "$folder"
"$bpftool" btf dump file "$(dirname "$(testKernel)")/vmlinux.btf" format c >"$folder/vmlinux.h"
for peer in simple qmap central flatcg; do
    clang-22 -target bpf -mcpu=v3 -O2 -g -D__TARGET_ARCH_x86 -w -I"$folder" -I"$sources/include" -I"$cache/libbpf/include" -idirafter "/usr/include/$(uname -m)-linux-gnu" -idirafter /usr/include \
        -c "$sources/scx_$peer.bpf.c" -o "$folder/$peer.o"
    "$probe" "$folder/$peer.o" ops
done
"$probe" "$folder/central.o" var nr_cpu_ids var uei_dump_len var cpu_started_at init fire enqueue task 0 dispatch 0 0
"$probe" "$folder/qmap.o" init init_task task enqueue task 0 dump task
