# SPDX-License-Identifier: GPL-2.0-only
# compile.sh SCXC ROOT OBJECTS OBJCOPY: every object that run.sh loads.
set -e
scxc=$1 root=$2 objects=$3 objcopy=$4
here=$root/test/kernel/runtime
rm -rf "$objects"
mkdir -p "$objects"
for source in "$root"/examples/{fair,llc,round_robin,userland}.scx "$root"/test/kernel/attributes/told.scx "$here"/*.scx; do
    "$scxc" "$source" -o "$objects/$(basename "$source" .scx).bpf.o"
done
"$scxc" -D cores=false "$here/topology.scx" -o "$objects/topology-bare.bpf.o"
python3 "$here/spoil.py" rejected "$objects/fair.bpf.o" "$objects/rejected.bpf.o"
python3 "$here/spoil.py" filled "$objects/optional.bpf.o" "$objects/filled.bpf.o" "$objcopy"
python3 "$here/spoil.py" future "$objects/future.bpf.o" "$objects/future.bpf.o" "$objcopy"
