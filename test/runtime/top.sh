# SPDX-License-Identifier: GPL-2.0-only
# In a mount namespace of its own: top.sh SCXRUN HERE: a pretended scxrun is looked at, as text and in a terminal that screen.py drives.
set -e
mount -t tmpfs run /run
touch /run/live.bpf.o /run/seen.bpf.o
pretend="/usr/bin/python3 $2/pretend.py" # Debian's, for which pyte is installed
$pretend > /run/ready &
until grep -q ready /run/ready; do sleep 0.1; done
$1 top --once --every 300ms
/usr/bin/python3 "$2/screen.py" "$1" /run $! $pretend
echo driven
