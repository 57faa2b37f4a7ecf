#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# usage: roundtrip.sh SCXC FOLDER POLICY…: does printing a policy and reading it again give the same tree?
scxc=$1 work=$2
shift 2
mkdir -p "$work" && status=0
tree() { "$scxc" "$1" --emit=ast | sed -E 's/ <[0-9]+:[0-9]+>$//'; }
for policy; do
    "$scxc" "$policy" --emit=source -o "$work/printed.scx" || { status=1; continue; }
    tree "$policy" >"$work/first"
    tree "$work/printed.scx" >"$work/second"
    [ -s "$work/first" ] && cmp "$work/first" "$work/second" || { echo "$policy: another tree"; status=1; }
done
exit $status
