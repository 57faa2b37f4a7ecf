# SPDX-License-Identifier: GPL-2.0-only
# scx_warnings(TARGET): all that is ours is compiled with warnings, and each is an error.
function(scx_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Werror)
endfunction()

# scx_library(NAME FOLDER…): one static library of the sources in the folder, our warnings on.
function(scx_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${ARGV1}/*.cpp)
  if(NOT sources) # a stage without sources yet: CMake wants one, and the globs notice the first real file
    file(WRITE ${CMAKE_BINARY_DIR}/generated/${name}-none.cpp "// no sources yet\n")
    set(sources ${CMAKE_BINARY_DIR}/generated/${name}-none.cpp)
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  scx_warnings(${name})
endfunction()
