#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# usage: core-again.sh SCXC WORK POLICY…: does a policy's printed core compile to the instructions of the policy?
scxc=$1 work=$2
shift 2
mkdir -p "$work" && status=0
# Instructions only: line information and the names of labels' files differ.
instructions() { "$scxc" "$1" --emit=asm -o "$work/asm" || return 1; grep -P '^\t[a-z*(]' "$work/asm"; }
for policy; do
    "$scxc" "$policy" --emit=core -o "$work/core.scx" && instructions "$policy" >"$work/first" && instructions "$work/core.scx" >"$work/second" &&
        [ -s "$work/first" ] && cmp "$work/first" "$work/second" || { echo "$policy: not the same"; status=1; }
done
exit $status
