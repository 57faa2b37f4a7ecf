# SPDX-License-Identifier: GPL-2.0-only
# compile-cases.sh SCXC CASES OBJECTS: compiles the policy of each case.
set -e
mkdir -p "$3"
for source in "$2"/*.scx; do $1 "$source" -o "$3/$(basename "$source" .scx).bpf.o"; done
