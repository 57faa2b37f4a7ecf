# SPDX-License-Identifier: GPL-2.0-only
# kernels.sh SCXSIM OBJECT FOLDER: the object under each kernel has the same schedule.
set -e
for kernel in 6.12 6.13 6.14 6.15 6.16 6.17 6.18 6.19 7.0 7.1; do
    "$1" "$2" --kernel $kernel --for 500ms --json > "$3/$kernel.json"
    cmp "$3/6.12.json" "$3/$kernel.json"
done
