#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# usage: seeds.sh DRIVER: line by line, the same seed makes the same, and another one other requests and children.
for name in web fork-storm adversary; do
    first=$("$1" $name --for 300ms | cksum) second=$("$1" $name --for 300ms --seed 1 | cksum) other=$("$1" $name --for 300ms --seed 2 | cksum)
    [ "$first" = "$second" ] || { echo "$name: the same seed did something else"; exit 1; }
    [ "$first" != "$other" ] || { echo "$name: another seed did the same"; exit 1; }
done
