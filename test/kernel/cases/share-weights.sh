# SPDX-License-Identifier: GPL-2.0-only
# share { a: 4; b: 1; } on one CPU.
hog 1 5; a=$hog; hog 1 6; b=$hog
promise 8 $a $b 400
