/* SPDX-License-Identifier: GPL-2.0-only */
/* A scheduler without a callback that decides anything. */
#include "sched.h"

SILENT(running)
SILENT(stopping)
SILENT(runnable)
SCHEDULER(.running = running, .stopping = stopping, .runnable = runnable);
