# SPDX-License-Identifier: GPL-2.0-only
# fair: nice 0 against nice 3 on a CPU that may run none of those at the head of the queue: three of another CPU, whose virtual time is behind.
hog 1 0; a=$hog; hog 1 3; b=$hog
hog 2 0; hog 2 0; hog 2 0
promise 8 $a $b 195
