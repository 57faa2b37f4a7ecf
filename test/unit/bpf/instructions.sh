#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# usage: instructions.sh SCXC OBJDUMP TEMPORARY POLICY...: no policy may hold an instruction that 6.12 and libbpf 1.5 refuse.
set -e
scxc=$1 objdump=$2 temporary=$3
shift 3
[ $# -gt 0 ]
for policy; do
    "$scxc" "$policy" -o "$temporary.o"
    "$objdump" -d "$temporary.o" > "$temporary.txt"
    grep -q "exit" "$temporary.txt" || { echo "$policy: nothing was disassembled"; exit 1; }
    if grep -E "gotox|load_acquire|store_release" "$temporary.txt"; then
        echo "$policy: an instruction that 6.12 refuses"
        exit 1
    fi
done
