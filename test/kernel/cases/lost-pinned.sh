# SPDX-License-Identifier: GPL-2.0-only
# Pinned hogs on every CPU beside free ones: nobody is kept off.
pids=
for cpu in 0 1 2 3; do hog $cpu; pids="$pids $hog"; done
for i in 1 2 3 4; do hog 0-3; pids="$pids $hog"; done
measure 6 $pids
set -- $figures
for share in "$@"; do at_least 38 $share; done
