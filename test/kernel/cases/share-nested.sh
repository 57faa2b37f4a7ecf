# SPDX-License-Identifier: GPL-2.0-only
# share { a: 2; share { b: 3; c: 1; }: 4; { d; }: 2; } on one CPU: b and c share one half as 3 : 1, a and d have a quarter each.
hog 1 5; a=$hog; hog 1 6; b=$hog; hog 1 7; c=$hog; hog 1 8; d=$hog
promise 8 $a $d 100
promise 8 "$b $c" "$a $d" 100
promise 8 $b $c 300
