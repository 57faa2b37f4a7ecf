# SPDX-License-Identifier: GPL-2.0-only
# lottery: nice 5 against nice 8, weights 335 and 172. Of twenty thousand draws the ratio is off by one and a half percent in the mean.
hog 1 5; a=$hog; hog 1 8; b=$hog
promise 20 $a $b 195
