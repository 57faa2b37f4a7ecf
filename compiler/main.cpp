// SPDX-License-Identifier: GPL-2.0-only
#include "driver/Driver.h"

int main(int argc, char **argv) { return scx::runCompiler(argc, argv); }
