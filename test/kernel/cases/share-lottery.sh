# SPDX-License-Identifier: GPL-2.0-only
# lottery: nice 0 against nice 3, weights 1024 and 526. Of some ten thousand draws the ratio is off by about one and a half percent in the mean.
hog 1 0; a=$hog; hog 1 3; b=$hog
promise 20 $a $b 195
