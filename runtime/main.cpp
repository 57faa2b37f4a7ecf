// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Run.h"

int main(int argc, char **argv) { return scx::runPolicy(argc, argv); }
