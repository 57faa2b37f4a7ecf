# SPDX-License-Identifier: GPL-2.0-only
# scx_microhttpd: HTTP for metrics, in our own loop and without threads.
find_package(PkgConfig REQUIRED)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd>=0.9.70)
add_library(scx_microhttpd INTERFACE)
target_link_libraries(scx_microhttpd INTERFACE PkgConfig::MICROHTTPD)
