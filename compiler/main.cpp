// SPDX-License-Identifier: GPL-2.0-only
#include "driver/Driver.h"

#include <cstdio>
#include <unistd.h>

/// The process ends at once: to take LLVM and the parser apart piece by piece costs a tenth of a compile.
int main(int argc, char **argv) {
    int code = scx::runCompiler(argc, argv);
    fflush(nullptr);
    _exit(code);
}
