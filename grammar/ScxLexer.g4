// SPDX-License-Identifier: GPL-2.0-only
// The tokens. Only sixteen words are reserved; every other keyword is a plain identifier with a meaning given by its place
// (rule `id` of the parser lists them).
lexer grammar ScxLexer;

channels { DOCS }

AND: 'and'; ASSERT: 'assert'; BREAK: 'break'; CONTINUE: 'continue'; ELSE: 'else'; FALSE: 'false'; FOR: 'for'; IF: 'if';
IN: 'in'; IS: 'is'; LET: 'let'; NOT: 'not'; OR: 'or'; RETURN: 'return'; TRUE: 'true'; VAR: 'var';

POLICY: 'policy'; USE: 'use'; LIVE: 'live'; PARAM: 'param'; CONST: 'const'; ENUM: 'enum'; TASK: 'task'; CPU: 'cpu';
CGROUP: 'cgroup'; GLOBAL: 'global'; QUEUE: 'queue'; CPUS: 'cpus'; RULES: 'rules'; PER: 'per'; ON: 'on'; ORDER: 'order'; BY: 'by';
DISCIPLINE: 'discipline'; FN: 'fn'; EVERY: 'every'; COUNTER: 'counter'; HISTOGRAM: 'histogram'; MATCH: 'match';
PLACE: 'place'; DISPATCH: 'dispatch'; SHARE: 'share'; ROTATE: 'rotate'; IDLE: 'idle'; REPEAT: 'repeat';
MATCHES: 'matches';

ARROW: '->'; DOTDOT: '..'; EQ: '=='; NE: '!='; LE: '<='; GE: '>='; SHL: '<<'; SHR: '>>'; PLUSEQ: '+='; MINUSEQ: '-=';
LBRACE: '{'; RBRACE: '}'; LPAREN: '('; RPAREN: ')'; LBRACK: '['; RBRACK: ']'; SEMI: ';'; COLON: ':'; COMMA: ','; DOT: '.';
ASSIGN: '='; LT: '<'; GT: '>'; PLUS: '+'; MINUS: '-'; STAR: '*'; SLASH: '/'; PERCENT: '%'; PIPE: '|'; AMP: '&';

NUMBER: [0-9] [0-9_]* ( '.' [0-9]+ )? ( [a-zA-Z] [a-zA-Z0-9_]* | '%' )?; // the unit is decoded later: `5sec` is one bad token
STRING: '"' ( ~["\\\r\n] | '\\' ~[\r\n] )* '"';
ID: [a-zA-Z_] [a-zA-Z0-9_]*;

DOC: '///' ~[\r\n]* -> channel(DOCS);
COMMENT: '//' ~[\r\n]* -> skip;
BLOCK: '/*' .*? '*/' -> skip;
BAD_BLOCK: '/*' ( ~'*' | '*'+ ~[*/] )* '*'*; // shorter than BLOCK wherever the comment is closed
WS: [ \t\r\n]+ -> skip;
BAD_STRING: '"' ( ~["\\\r\n] | '\\' ~[\r\n] )*;
BAD: .;
