# SPDX-License-Identifier: GPL-2.0-only
# compile-peers.sh FOLDER: the kernel's own schedulers in C, objects and loaders, as bench/ builds them, in FOLDER.
source "$(dirname "$0")/../../../bench/common.sh"
makePeers
mkdir -p "$1"
for peer in $cPeers; do
    ln -sf "$peers/build/obj/sched_ext/scx_$peer.bpf.o" "$peers/build/bin/scx_$peer" "$1"
done
