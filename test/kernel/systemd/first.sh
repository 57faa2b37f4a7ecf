# SPDX-License-Identifier: GPL-2.0-only
# In the test kernel, by bash, as its first process: first.sh INSTALLED SHIM COMMAND… makes the machine writable in memory, lays INSTALLED (what `cmake --install` wrote) over it,
# and becomes systemd, which runs the command as its only service beside those that the command starts. SHIM: see shim.c.
set -e
installed=$1 shim=$2
shift 2
mount -t tmpfs none /mnt
mkdir /mnt/upper /mnt/work /mnt/root /mnt/nothing
mount -t overlay none -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
root=/mnt/root
for mounted in proc sys dev run; do mount --rbind /$mounted $root/$mounted; done
cp -r "$installed"/* $root/
mkdir -p $root/etc/scx
for wants in $root/etc/systemd/system/*.wants $root/lib/systemd/system/*.wants; do # nothing of the machine's own
    mount --bind /mnt/nothing $wants
done
cat > /run/command.sh <<SH
cd $PWD
$(printf '%q ' "$@") > /dev/console 2>&1
echo "scx-exit-status: \$?" > /dev/console
/bin/busybox poweroff -f -n
SH
mkdir -p /run/systemd/system
cat > /run/systemd/system/command.service <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
ExecStart=/bin/bash /run/command.sh
UNIT
[ -d /proc/sys/fs/inotify ] || export LD_PRELOAD=$shim
exec chroot $root /lib/systemd/systemd --system --unit=command.service --log-target=console --log-level=err --show-status=no
