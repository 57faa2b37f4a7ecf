# SPDX-License-Identifier: GPL-2.0-only
# usage: package.sh BUILD WORK: makes the packages of the build, lists and unpacks them, and runs what is in them.
set -eu
build=$1 work=$2
cd "$build"
cpack -B "$work/packages" > "$work/cpack" 2>&1 || { cat "$work/cpack"; exit 1; }
for name in scxrun scxc scxsim; do
    package=$(echo "$work"/packages/"$name"_*.deb)
    echo "$name: $(dpkg-deb -f "$package" Package)"
    dpkg-deb -f "$package" Depends | sed 's/^/Depends: /'
    dpkg-deb -c "$package" | awk '{ print $6 }' | sed 's/^\.//'
    dpkg-deb -x "$package" "$work/root"
done
echo "versions: $("$work/root/usr/bin/scxc" --version) $("$work/root/usr/bin/scxrun" --version) $("$work/root/usr/bin/scxsim" --version)"
"$work/root/usr/bin/scxc" "$work/root/usr/share/doc/scxc/examples/fair.scx" -o "$work/fair.bpf.o"
"$work/root/usr/bin/scxrun" --list "$work/fair.bpf.o"
"$work/root/usr/bin/scxsim" "$work/fair.bpf.o" --workload "$work/root/usr/share/doc/scxsim/workloads/cpu.json" --for 100ms | tail -n 1
DESTDIR=$work/installed cmake --install . --prefix /usr > "$work/install" || { cat "$work/install"; exit 1; }
echo "installed: $(ls "$work/installed/usr/bin" | tr '\n' ' ')"
