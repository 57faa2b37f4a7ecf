#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# usage: every.sh DRIVER: every built-in workload for a second on machines of several sizes, in sum.
for machine in 1 4 6 64; do
    for name in $("$1" --list | cut -d: -f1); do
        "$1" "$name" --machine $machine --for 1s --summary || exit 1
    done
done
