// SPDX-License-Identifier: GPL-2.0-only
// The tokens: literals and names here, all others in ScxRest.g4. Only sixteen words are reserved; every other keyword is a plain identifier with a meaning given by its
// place (rule `id` of the parser lists them).
lexer grammar ScxLexer;
import ScxRest;

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

ID: [a-zA-Z_] [a-zA-Z0-9_]*;
