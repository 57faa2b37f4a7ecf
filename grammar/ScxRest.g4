// SPDX-License-Identifier: GPL-2.0-only
// The tokens that are neither literals nor names, in a grammar of their own: scxc reads those two, numbers, blanks and comments without ANTLR (compiler/syntax/Words.h), and an
// automaton without them is small, which counts at each start.
lexer grammar ScxRest;
channels { DOCS }

NUMBER: [0-9] [0-9_]* ( '.' [0-9]+ )? ( [a-zA-Z] [a-zA-Z0-9_]* | '%' )?; // the unit is decoded later: `5sec` is one bad token
STRING: '"' ( ~["\\\r\n] | '\\' ~[\r\n] )* '"';

DOC: '///' ~[\r\n]* -> channel(DOCS);
COMMENT: '//' ~[\r\n]* -> skip;
BLOCK: '/*' .*? '*/' -> skip;
BAD_BLOCK: '/*' ( ~'*' | '*'+ ~[*/] )* '*'*; // shorter than BLOCK wherever the comment is closed
WS: [ \t\r\n]+ -> skip;
BAD_STRING: '"' ( ~["\\\r\n] | '\\' ~[\r\n] )*;
BAD: .;
