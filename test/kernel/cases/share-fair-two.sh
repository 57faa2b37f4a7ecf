# SPDX-License-Identifier: GPL-2.0-only
# fair on two CPUs: two tasks of nice 0 against two of nice 3, weights 1024 and 526.
hog 1,2 0; a=$hog; hog 1,2 0; a="$a $hog"
hog 1,2 3; b=$hog; hog 1,2 3; b="$b $hog"
promise 8 "$a" "$b" 195
