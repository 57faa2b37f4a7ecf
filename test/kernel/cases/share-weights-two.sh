# SPDX-License-Identifier: GPL-2.0-only
# share { a: 4; b: 1; } on two CPUs: each CPU keeps the promise, and so both do.
hog 1,2 5; a=$hog; hog 1,2 5; a="$a $hog"; hog 1,2 5; a="$a $hog"
hog 1,2 6; b=$hog; hog 1,2 6; b="$b $hog"; hog 1,2 6; b="$b $hog"
promise 8 "$a" "$b" 400
