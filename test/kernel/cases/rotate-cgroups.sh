# SPDX-License-Identifier: GPL-2.0-only
# In turn: a cgroup with four tasks has what one with two has, whatever their weights say.
group many 400; group few 100
into many; hog 1; a=$hog; hog 1; a="$a $hog"; hog 1; a="$a $hog"; hog 1; a="$a $hog"
into few; hog 1; b=$hog; hog 1; b="$b $hog"
into .
promise 6 "$a" "$b" 100
