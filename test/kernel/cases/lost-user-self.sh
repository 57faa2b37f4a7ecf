# SPDX-License-Identifier: GPL-2.0-only
# Every task is in the queue that the process orders, and every CPU is busy: the process itself is not, or it would wait for its own answer.
for cpu in 0 1 2 3; do hog $cpu; hog 0-3; hog 0-3; done
process_orders all
fell=$(counter all__to_kernel)
sleep 6
fell_back all 0 $fell
