# SPDX-License-Identifier: GPL-2.0-only
# Nothing happens on CPU 3 but that a task may have a quarter of it. When it has had that, the CPU goes idle: somebody has to wake it for the next window.
hog 0; one=$hog; hog 3 5; held=$hog
promise 8 $held $one 25
