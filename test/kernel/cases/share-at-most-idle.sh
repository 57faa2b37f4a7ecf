# SPDX-License-Identifier: GPL-2.0-only
# Three CPUs have nothing else to do, but 15 % of four is three fifths of what the task on the fourth has.
hog 0; one=$hog
three=
for cpu in 1 2 3; do hog $cpu 5; three="$three $hog"; done
promise 8 "$three" $one 60
