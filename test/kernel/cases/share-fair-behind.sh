# SPDX-License-Identifier: GPL-2.0-only
# fair: nice 0 against nice 5, weights 1024 and 335. A slice of the light one moves it by three, and who is more than one behind the clock is lifted: so the clock
# must not follow to where a run has ended, as it would if stopping did all of its body again behind the dispatch that has run it.
hog 1 0; a=$hog; hog 1 5; b=$hog
promise 8 $a $b 306
