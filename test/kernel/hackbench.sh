# SPDX-License-Identifier: GPL-2.0-only
# hackbench.sh UNTIL: hackbench again and again, until the machine is that many hundredths of a second up.
while read -r up rest < /proc/uptime && [ "${up%.*}${up#*.}" -lt "$1" ]; do
    hackbench -g 2 -l 20 || exit
done
