# SPDX-License-Identifier: GPL-2.0-only
# rotate { a; b; }: two hogs in one queue get together what one in the other gets.
hog 1 5; a=$hog; hog 1 5; a="$a $hog"; hog 1 6; b=$hog
promise 8 "$a" $b 100
