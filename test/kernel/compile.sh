#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# compile.sh SCXC FOLDER OBJECTS [NAME…]: does every policy of a folder compile, or those named? A plug-in beside one (NAME.cpp) is built as anybody would, with the header
# alone. OBJECTS is emptied first, so that what is in it is what is there now.
set -e
scxc=$1 folder=$2 objects=$3 root=$(cd "$(dirname "$0")/../.." && pwd)
shift 3
rm -rf "$objects"
mkdir -p "$objects"
[ $# -gt 0 ] || set -- $(cd "$folder" && ls *.scx | sed 's,\.scx$,,')
for name; do
    "$scxc" "$folder/$name.scx" -o "$objects/$name.bpf.o"
    [ ! -e "$folder/$name.cpp" ] || c++ -std=c++20 -O2 -shared -fPIC -Wall -Wextra -Werror -I "$root/runtime/user" "$folder/$name.cpp" -o "$objects/$name.so"
done
