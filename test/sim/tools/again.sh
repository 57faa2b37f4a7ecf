# SPDX-License-Identifier: GPL-2.0-only
# again.sh SCXSIM OBJECT FOUND: the first trouble in FOUND, by the options that are given there.
"$1" "$2" $(grep -m 1 -e --machine "$3")
[ $? = 1 ]
