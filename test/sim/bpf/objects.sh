# SPDX-License-Identifier: GPL-2.0-only
# objects.sh SCXC PROBE ROOT FOLDER: compiles and opens all policies.
mkdir -p "$4"
for policy in "$3"/examples/*.scx "$3"/examples/peers/*.scx; do
    name=$(basename "$policy" .scx)
    "$1" "$policy" -o "$4/$name.o" || echo "error: $name does not compile"
    for kernel in 6.12 7.1; do
        echo "$name: $("$2" "$4/$name.o" --kernel $kernel init ops | tail -n 1)"
    done
done
