# SPDX-License-Identifier: GPL-2.0-only
# scx_ncurses: the terminal of `scxrun top`.
pkg_check_modules(NCURSES REQUIRED IMPORTED_TARGET ncursesw>=6)
add_library(scx_ncurses INTERFACE)
target_link_libraries(scx_ncurses INTERFACE PkgConfig::NCURSES)
