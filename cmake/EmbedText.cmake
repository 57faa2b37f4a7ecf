# SPDX-License-Identifier: GPL-2.0-only
# scx_embed(OUT FUNCTION FILES…): a .cpp that defines a table of (file name, text), so that scxc needs no data files.
function(scx_embed out function)
  list(JOIN ARGN "|" files)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFUNCTION=${function} "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/cmake/EmbedScript.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/EmbedScript.cmake VERBATIM)
endfunction()
