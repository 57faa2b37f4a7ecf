# SPDX-License-Identifier: GPL-2.0-only
# What do all measurements share? The programs they compare, and where the figures go. Sourced, not run.
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

results=$root/build/bench
scxc=$root/build/bin/scxc
scxrun=$root/build/bin/scxrun
kernel=${SCX_TEST_KERNEL:-$cache/kernel/bzImage}
peers=$cache/peers                        # built from linux-source-6.12 by `makePeers`
source=$peers/linux/tools/sched_ext       # where their sources lie
cPeers="simple qmap central flatcg"       # scx_… there
bpftool=$peers/build/sbin/bpftool
pingpong=$results/pingpong

# The schedulers in C, and the bpftool and libbpf they need, by the kernel's own Makefile; vmlinux.h is of the test kernel.
makePeers() {
    local btf stamp work=$peers.new
    btf=$(dirname "$kernel")/vmlinux.btf
    [ -r "$btf" ] || die "$btf is missing" "test/kernel/build-kernel makes it, beside the test kernel"
    stamp=$(sha256sum "$btf" "$kernelSource" | sha256sum)
    if [ "$(cat "$peers/stamp" 2>/dev/null)" != "$stamp" ]; then
        rm -rf "$work" "$peers"
        unpackKernel "$work/linux" tools scripts include arch/x86 kernel/bpf
        # Paths end up in the object's debug information, so the tree stays where it is built.
        mv "$work" "$peers"
        mkdir -p "$peers/build"
        echo "$stamp" >"$peers/stamp"
    fi
    for peer in $cPeers; do
        [ -x "$peers/build/bin/scx_$peer" ] && continue
        say "building scx_$peer from linux-source-6.12"
        quietly "$peers/log" make -C "$source" -j"$(nproc)" CLANG=clang-22 VMLINUX_BTF="$btf" O="$peers" "scx_$peer"
    done
}

# Everything that is compared, up to date.
prepare() {
    "$root/scripts/setup"
    [ -e "$root/build/build.ninja" ] || (cd "$root" && cmake --preset release >&2)
    ninja -C "$root/build" scxc scxrun >&2
    [ -r "$kernel" ] || "$root/test/kernel/build-kernel" >&2
    withLock "$cache/peers.lock" makePeers
    mkdir -p "$results"
    clang-22 -O2 -o "$pingpong" "$root/bench/pingpong.c"
}
