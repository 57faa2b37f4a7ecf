// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Hint.h"
#include "tools/Run.h"

#include <string_view>

int main(int argc, char **argv) { return argc > 1 && std::string_view(argv[1]) == "hint" ? scx::runHint(argv + 2) : scx::runPolicy(argc, argv); }
