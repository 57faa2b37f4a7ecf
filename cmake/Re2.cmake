# SPDX-License-Identifier: GPL-2.0-only
# scx_re2: regular expressions in linear time, linked statically where it can be, so that it costs no start-up.
find_package(Threads REQUIRED)
find_path(RE2_INCLUDE re2/re2.h REQUIRED)
find_library(RE2_LIBRARY NAMES libre2.a re2 REQUIRED)
add_library(scx_re2 INTERFACE)
target_include_directories(scx_re2 SYSTEM INTERFACE ${RE2_INCLUDE})
target_link_libraries(scx_re2 INTERFACE ${RE2_LIBRARY} Threads::Threads)
