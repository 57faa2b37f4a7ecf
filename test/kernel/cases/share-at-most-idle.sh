# SPDX-License-Identifier: GPL-2.0-only
# Three CPUs have nothing else to do, but a quarter of four is one: as much as the task on the fourth has.
hog 0; one=$hog
three=
for cpu in 1 2 3; do hog $cpu 5; three="$three $hog"; done
promise 8 $one "$three" 100
