# SPDX-License-Identifier: GPL-2.0-only
# usage: complete.sh FOLDER PROGRAM WORD…: what the completion of that shell offers for the last word, a line each.
folder=$1 program=$2
shift
source "$folder/$program.bash"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_$program
printf '%s\n' "${COMPREPLY[@]}"
