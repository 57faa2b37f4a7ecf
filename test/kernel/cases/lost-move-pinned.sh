# SPDX-License-Identifier: GPL-2.0-only
# As lost-move, for a task that is pinned: its own CPU looked for it in vain when it came, and has to be woken again.
wakes_within 10000 2
