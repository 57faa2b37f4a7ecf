# SPDX-License-Identifier: GPL-2.0-only
# Who wakes another through a pipe says that he is about to sleep, and here he is not, nor does his slice end soon: the other must not wait for that.
set -- $(timeout -s KILL 40 python3 "$cases/writer.py")
if [ $# = 2 ]; then
    figure "$2 of $1 bytes were read"
    at_least 90 "$2" "$1"
else
    problem "the writer came to no end"
fi
