# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel, by bash: run.sh SCXRUN BPFTOOL OBJECTS NAME… runs each `test_NAME` of the files beside it and says `NAME: ok` or what it found instead.
scxrun=$1 bpftool=$2 objects=$3
here=$(cd "$(dirname "$0")" && pwd)
shift 3
for part in common life operations see faults userspace service; do
    source "$here/$part.sh"
done
cd /run

for name in "$@"; do
    failed=0
    "test_$name"
    [ $failed = 0 ] && echo "$name: ok" || echo "$name: FAILED"
done
exit 0
