# SPDX-License-Identifier: GPL-2.0-only
# scx_profiles(OUT VERSION…): a .cpp with the BTF of runtime/sim/kernel/profile.c for each kernel, 612 for Linux 6.12.
include(ClangBpf)
function(scx_profiles out)
  set(folder ${CMAKE_BINARY_DIR}/generated/profiles)
  set(kernel ${CMAKE_SOURCE_DIR}/runtime/sim/kernel)
  file(MAKE_DIRECTORY ${folder})
  set(files)
  foreach(version ${ARGN})
    add_custom_command(OUTPUT ${folder}/${version}.btf
      COMMAND ${CLANG_BPF} -target bpf -O1 -g -Wall -Werror -DSCX_PROFILE=${version} -c ${kernel}/profile.c -o ${folder}/${version}.o
      COMMAND ${SCX_LLVM_TOOLS}/llvm-objcopy --dump-section .BTF=${folder}/${version}.btf ${folder}/${version}.o
      DEPENDS ${kernel}/profile.c ${kernel}/types.h VERBATIM)
    list(APPEND files ${folder}/${version}.btf)
  endforeach()
  list(JOIN files "|" joined)
  add_custom_command(OUTPUT ${folder}/Profiles.cpp
    COMMAND ${CMAKE_COMMAND} -DOUT=${folder}/Profiles.cpp -DFUNCTION=embeddedProfiles -DNAMESPACE=scx::sim "-DFILES=${joined}" -P ${CMAKE_SOURCE_DIR}/cmake/EmbedBytesScript.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/EmbedBytesScript.cmake VERBATIM)
  set(${out} ${folder}/Profiles.cpp PARENT_SCOPE)
endfunction()
