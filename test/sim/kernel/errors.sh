#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# How each wrong call of errors.bpf.c ends it: a line of the number, the exit kind and code, and scxsim's words.
#   errors.sh SCXSIM OBJECT WORKLOAD NUMBER…
scxsim=$1 object=$2 workload=$3
shift 3
for wrong; do
    "$scxsim" "$object" --workload "$workload" --machine 3 --for 100ms --events --set wrong="$wrong" 2>&1 |
        sed -n "s/.* print *exit/$wrong: exit/p; s/^scxsim: the policy ended after [^:]*: /$wrong: /p"
done
