# SPDX-License-Identifier: GPL-2.0-only
# Four tasks that come before four others, and may have a quarter of four CPUs.
first= then=
for i in 1 2 3 4; do hog 0-3 5; first="$first $hog"; hog 0-3 6; then="$then $hog"; done
promise 8 "$then" "$first" 300
