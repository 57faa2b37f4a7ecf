// SPDX-License-Identifier: GPL-2.0-only
// pingpong TURNS: two processes pass a byte to and fro through two pipes; prints how often a second they took turns.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int there[2], back[2], turns = argc > 1 ? atoi(argv[1]) : 10000;
    char byte = 0;
    struct timespec from, to;
    if (pipe(there) || pipe(back))
        return 1;
    if (!fork()) {
        close(there[1]); // so that the end of the other is the end of this one
        while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1) {}
        return 0;
    }
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < turns; i++)
        if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
            return 1;
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.0f\n", 2 * turns / ((to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) / 1e9));
}
