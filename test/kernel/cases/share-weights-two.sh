# SPDX-License-Identifier: GPL-2.0-only
# share { a: 4; b: 1; } on two CPUs, with as many tasks of each: each CPU keeps the promise, and so both do. There are more tasks of each than CPUs. With two, `a` is
# empty for a moment whenever the other CPU has taken one of them and not yet queued the other, whose slice has just ended; and who looks at that moment
# serves `b`, and owes `a` nothing, as for any entry that is empty. An emulated machine on a busy host has that moment often.
hog 1,2 5; a=$hog; hog 1,2 5; a="$a $hog"; hog 1,2 5; a="$a $hog"
hog 1,2 6; b=$hog; hog 1,2 6; b="$b $hog"; hog 1,2 6; b="$b $hog"
promise 8 "$a" "$b" 400
