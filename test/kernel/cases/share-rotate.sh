# SPDX-License-Identifier: GPL-2.0-only
# rotate { a; b; }: two hogs in one queue get together what one in the other gets.
hog 1 5; a=$hog; hog 1 5; b=$hog; hog 1 6; c=$hog
measure 8 $a $b $c
set -- $figures
ratio $(($1 + $2)) $3 100
