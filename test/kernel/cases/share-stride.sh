# SPDX-License-Identifier: GPL-2.0-only
# stride: nice 0 against nice 3, weights 1024 and 526.
hog 1 0; a=$hog; hog 1 3; b=$hog
promise 8 $a $b 195
