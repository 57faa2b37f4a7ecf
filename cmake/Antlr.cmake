# SPDX-License-Identifier: GPL-2.0-only
# scx_grammar: the lexer and parser that antlr4 generates from grammar/*.g4.
find_program(ANTLR4 antlr4 REQUIRED)
find_path(ANTLR4_INCLUDE antlr4-runtime.h PATH_SUFFIXES antlr4-runtime REQUIRED)
find_library(ANTLR4_RUNTIME NAMES libantlr4-runtime.a antlr4-runtime REQUIRED)
set(grammar ${CMAKE_SOURCE_DIR}/grammar)
set(generated ${CMAKE_BINARY_DIR}/generated/grammar)
# ScxLexer knows all tokens and their numbers; the other two take these from it.
set(antlr ${ANTLR4} -Dlanguage=Cpp -no-listener -no-visitor -package scx::grammar -Xexact-output-dir -o ${generated})
set(outputs)
foreach(part ScxLexer ScxRest ScxParser)
  list(APPEND outputs ${generated}/${part}.cpp ${generated}/${part}.h)
endforeach()
add_custom_command(
  OUTPUT ${outputs}
  COMMAND ${antlr} ${grammar}/ScxLexer.g4
  COMMAND ${antlr} -DtokenVocab=ScxLexer -lib ${generated} ${grammar}/ScxRest.g4
  COMMAND ${antlr} -lib ${generated} ${grammar}/ScxParser.g4
  DEPENDS ${grammar}/ScxLexer.g4 ${grammar}/ScxRest.g4 ${grammar}/ScxParser.g4
  COMMENT "Generating the parser" VERBATIM)
add_library(scx_grammar STATIC ${generated}/ScxLexer.cpp ${generated}/ScxRest.cpp ${generated}/ScxParser.cpp)
target_compile_options(scx_grammar PRIVATE -w)
target_include_directories(scx_grammar SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/generated ${ANTLR4_INCLUDE})
target_link_libraries(scx_grammar PUBLIC ${ANTLR4_RUNTIME})
