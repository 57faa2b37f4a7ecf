#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# usage: roundtrip.sh SCXC FOLDER POLICY…: compiled from its printed core, a policy has the same code, state and maps.
# Left out of the comparison: names of the input, line information (asserts tell theirs), and the metadata, which describes the declarations.
scxc=$1 out=$2
shift 2
mkdir -p "$out"
plain() { grep -v '^!\|^; ModuleID\|^source_filename\|^@scx_meta__' "$1" | sed 's/,\{0,1\} !dbg ![0-9]*//g; s/![0-9][0-9]*/!N/g; s/\[[0-9]* x i8\] c"assert failed at [^"]*"/ASSERT/' > "$2"; }
for policy in "$@"; do
    name=$(basename "$policy" .scx)
    "$scxc" "$policy" --emit=core -o "$out/$name.core.scx" || exit 1
    "$scxc" "$policy" --emit=ir -o "$out/$name.a" || exit 1
    "$scxc" "$out/$name.core.scx" --emit=ir -o "$out/$name.b" || exit 1
    plain "$out/$name.a" "$out/$name.a.ir"
    plain "$out/$name.b" "$out/$name.b.ir"
    grep -q '^define' "$out/$name.a.ir" || { echo "$name: no code"; exit 1; }
    diff "$out/$name.a.ir" "$out/$name.b.ir" || { echo "$name differs"; exit 1; }
done
