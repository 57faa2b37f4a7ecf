/* SPDX-License-Identifier: GPL-2.0-only */
/* What do scxrun's own programs write, of tasks and of decisions? One definition for those (look-on.bpf.c) and for who reads it (LookOn.h). */
#ifndef SCX_LOOK_ON_H
#define SCX_LOOK_ON_H

#include <stdint.h>

enum { kTraceRing = 1 << 20 }; /* bytes */

/* Where the number of a task's queue is, if it is not at some offset of its storage. */
enum queue_place { kOneQueue = -1, kQueueInVtime = -2 };

enum row_flag { kRowRunning = 1, kRowRunnable = 2, kRowKthread = 4 };

struct task_row {
    int32_t pid, tgid;  /* of the thread, of its process */
    int32_t cpu, queue; /* where it runs or last ran; the number of its queue */
    uint64_t flags;     /* of row_flag; the kernel's number of its scheduling policy from bit 8 on */
    uint64_t runtime;   /* ns of CPU time so far */
    uint64_t slice;     /* ns that are left of its slice; ~0: no end */
    char comm[16];
};

enum event_flag { kEventNextWanted = 1, kEventPrevWanted = 2, kEventPrevRunnable = 4 };

/* A CPU turns from one task to another. */
struct trace_event {
    uint64_t time;      /* ns of the monotonic clock */
    int32_t cpu, queue; /* the queue of the next one */
    int32_t prev, next; /* threads; 0: idle */
    int64_t rule, wait; /* the rule that sorted the next one when it began to wait, ns since then; -1: not known */
    char comm[16];      /* the next one's */
    int32_t tgid;
    uint32_t flags;  /* of event_flag; the kernel's number of the next one's scheduling policy from bit 8 on */
    uint64_t number; /* events are numbered; one that is missing was lost, as the ring was full */
};

/* Who waits, by thread, in the map `trace_since__`. A policy with rules has programs that fill in `rule` (compiler/lower/LookOn.cpp). */
struct waiting {
    int64_t since, rule; /* ns of the monotonic clock; -1: no rule */
};

#endif
