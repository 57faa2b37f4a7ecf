#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# compile.sh SCXC FOLDER OBJECTS: does every policy of a folder compile? OBJECTS is emptied first, so that what is in it is what is there now.
set -e
rm -rf "$3"
mkdir -p "$3"
for source in "$2"/*.scx; do "$1" "$source" -o "$3/$(basename "$source" .scx).bpf.o"; done
