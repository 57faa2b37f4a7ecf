# SPDX-License-Identifier: GPL-2.0-only
# refused.sh COMPILER PROBE SOURCE OBJECT NAME [OPTION…]: compiles with NAME defined and opens the object; -f… is for the compiler.
compiler=$1 probe=$2 source=$3 object=$4 name=$5
shift 5
extra=
case ${1:-} in -f*) extra=$1; shift ;; esac
$compiler $extra "-D$name" "$source" -o "$object" && "$probe" "$object" "$@"
true
