# SPDX-License-Identifier: GPL-2.0-only
# examples.sh SCXC SCXSIM ROOT FOLDER: every example and peer, compiled and simulated; a document each in FOLDER.
set -e
rm -rf "$4"
mkdir -p "$4"
for policy in "$3"/examples/*.scx "$3"/examples/peers/*.scx; do
    name=$(basename "$(dirname "$policy")")-$(basename "$policy" .scx)
    "$1" "$policy" -o "$4/$name.bpf.o"
    "$2" "$4/$name.bpf.o" --machine 2x2x2 --for 1s --json > "$4/$name.json"
done
