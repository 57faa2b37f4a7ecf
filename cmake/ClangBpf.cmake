# SPDX-License-Identifier: GPL-2.0-only
# CLANG_BPF compiles C for BPF. scx_bpf_object(OUT FUNCTION FILE HEADER…): a .cpp with the object of that C file.
find_program(CLANG_BPF NAMES clang-22 clang-19 REQUIRED)
function(scx_bpf_object out function file)
  get_filename_component(name ${file} NAME_WE)
  set(folder ${CMAKE_BINARY_DIR}/generated/bpf)
  file(MAKE_DIRECTORY ${folder})
  set(libbpf "$<TARGET_PROPERTY:scx_libbpf,INTERFACE_INCLUDE_DIRECTORIES>")
  add_custom_command(OUTPUT ${folder}/${name}.o # the kernel's headers for programs want this machine's asm/types.h; where the source lies is nobody's business
    COMMAND ${CLANG_BPF} -target bpf -mcpu=v3 -O2 -g -ffreestanding -Wall -Werror -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= "$<$<BOOL:${libbpf}>:-isystem$<JOIN:${libbpf},;-isystem>>"
      -isystem/usr/include/${CMAKE_LIBRARY_ARCHITECTURE} -c ${file} -o ${folder}/${name}.o
    COMMAND ${SCX_LLVM_TOOLS}/llvm-objcopy --strip-debug ${folder}/${name}.o
    DEPENDS ${file} ${ARGN} COMMAND_EXPAND_LISTS VERBATIM)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFUNCTION=${function} -DNAMESPACE=scx -DFILES=${folder}/${name}.o -P ${CMAKE_SOURCE_DIR}/cmake/EmbedBytesScript.cmake
    DEPENDS ${folder}/${name}.o ${CMAKE_SOURCE_DIR}/cmake/EmbedBytesScript.cmake VERBATIM)
endfunction()
