// SPDX-License-Identifier: GPL-2.0-only
#include "sim/tools/Run.h"

int main(int argc, char **argv) { return scx::sim::runSimulator(argc, argv); }
