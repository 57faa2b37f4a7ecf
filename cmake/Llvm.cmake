# SPDX-License-Identifier: GPL-2.0-only
# scx_llvm: the BPF back end of LLVM 22 or 19, linked statically and only in its BPF parts:
# loading the shared libLLVM alone costs 50 to 70 ms a compile.
# No version is asked for: LLVM's own version file calls 22.1 incompatible with a request for 22.
set(ZLIB_USE_STATIC_LIBS ON)
find_package(LLVM QUIET CONFIG PATHS /usr/lib/llvm-22 NO_DEFAULT_PATH)
if(NOT LLVM_FOUND)
  find_package(LLVM REQUIRED CONFIG PATHS /usr/lib/llvm-19 NO_DEFAULT_PATH)
endif()
message(STATUS "LLVM ${LLVM_PACKAGE_VERSION} in ${LLVM_INSTALL_PREFIX}")
set(SCX_LLVM_TOOLS ${LLVM_TOOLS_BINARY_DIR})
llvm_map_components_to_libnames(libraries BPFCodeGen BPFDesc BPFInfo BPFAsmParser Passes Core MC Object Target TargetParser Support)
# scxc is linked statically, so its LLVM is to take the archives of zlib and zstd; a solver that clang's analyser uses comes with no archive, and nothing here calls it.
get_target_property(needs LLVMSupport INTERFACE_LINK_LIBRARIES)
list(FILTER needs EXCLUDE REGEX z3)
list(TRANSFORM needs REPLACE zstd::libzstd_shared zstd::libzstd_static)
set_target_properties(LLVMSupport PROPERTIES INTERFACE_LINK_LIBRARIES "${needs}")
add_library(scx_llvm INTERFACE)
target_include_directories(scx_llvm SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
target_compile_definitions(scx_llvm INTERFACE ${LLVM_DEFINITIONS_LIST})
if(LLVM_VERSION_MAJOR LESS 20) # its GlobalVariable has an operator new with a number of operands, for which GCC finds no delete
  target_compile_options(scx_llvm INTERFACE -Wno-mismatched-new-delete)
endif()
target_link_libraries(scx_llvm INTERFACE ${libraries})
# scx_llvm_host: the back end of this machine as well, for queues that are ordered in user space. What links it starts no slower: nothing of it runs unless it is asked for.
llvm_map_components_to_libnames(host ${LLVM_NATIVE_ARCH}CodeGen ${LLVM_NATIVE_ARCH}Desc ${LLVM_NATIVE_ARCH}Info)
add_library(scx_llvm_host INTERFACE)
target_link_libraries(scx_llvm_host INTERFACE ${host} scx_llvm)
