# SPDX-License-Identifier: GPL-2.0-only
# usage: asks.sh CLANG SCXRUN FOLDER WORK: asks.bpf.c as it is, and with each thing that it then takes without asking: the exit status, and what is said.
clang=$1 scxrun=$2 folder=$3 work=$4
for what in plain FUNCTION FIELD ENUM KFUNC STRONG HELPER MEMBER FLAG VALUE SIZE; do
    "$clang" -D$what -target bpf -g -O2 -mcpu=v3 -Wno-everything -c "$folder/asks.bpf.c" -o "$work/asks.bpf.o" || exit
    "$scxrun" check "$work/asks.bpf.o" --kernel "$work/later.o" > "$work/asks"
    echo "status of $what is $?"
    sed 1d "$work/asks"
done
