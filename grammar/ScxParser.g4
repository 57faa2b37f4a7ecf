// SPDX-License-Identifier: GPL-2.0-only
// The syntax of the language, from a file down to a name. Labels name what compiler/syntax reads.
parser grammar ScxParser;
options { tokenVocab = ScxLexer; }

file: item* EOF;
item: policyDecl | useDecl | constDecl | paramDecl | enumDecl | stateDecl | cpusDecl | rulesDecl | queueDecl | disciplineDecl
    | fnDecl | matchDecl | placeDecl | dispatchDecl | hookDecl | everyDecl | statDecl | assertStmt;

policyDecl: 'policy' id ( optionBlock | ';' );
useDecl: 'use' path ';';
path: ( '.' '/' )? id ( '/' id )*;
constDecl: 'const' id ( ':' type )? '=' expr ';';
paramDecl: 'live'? 'param' id ':' type '=' sum ( 'in' range )? ';';
enumDecl: 'enum' id '{' id ( ',' id )* ','? '}';
stateDecl: kind=( 'task' | 'cpu' | 'cgroup' | 'global' | 'queue' ) '{' field* '}';
field: id ':' type ( '=' expr )? ';';
cpusDecl: 'cpus' id '=' range ';';
rulesDecl: 'rules' id '=' expr ';';
queueDecl: 'queue' id ':' ordering ( 'per' id )? ( 'on' range )? ( optionBlock | ';' );
ordering: 'order' 'by' keys | id ( '.' id )? args?;
keys: sum ( ',' sum )*;
disciplineDecl: 'discipline' id ( '(' parameters? ')' )? '{' member* '}';
member: stateDecl | orderDecl | option | hookDecl | fnDecl | constDecl;
orderDecl: 'order' 'by' keys ';';
fnDecl: 'fn' id '(' parameters? ')' ( '->' type )? block;
parameters: parameter ( ',' parameter )*;
parameter: id ':' type ( '=' expr )?;
hookDecl: 'on' id ( '(' ( id ( ',' id )* )? ')' )? block;
everyDecl: 'every' sum block;
statDecl: ( 'counter' id parts? | 'histogram' id parts? ( ':' id args? )? ) STRING? ';';
parts: '[' sum ']' | 'per' id;
type: id ( '.' id )? ( '[' sum ']' )?;

optionBlock: '{' option* '}';
option: id ( ':' range ( '->' id )? )? ';' | placeDecl;

matchDecl: 'match' '{' matchRule* '}';
matchRule: ( 'else' | expr ) '->' id ( optionBlock | ';' );
placeDecl: 'place' '{' candidate* '}';
candidate: 'idle' id ( 'in' range )? ( 'if' expr )? ';' | 'else' id ';';

dispatchDecl: 'dispatch' entry;
entry: entryBlock guard? ';'? | id guard? ';' | kind=( 'share' | 'rotate' ) id ( 'by' sum )? guard? ';';
entryBlock: '{' entry* '}' | 'rotate' '{' entry+ '}' | 'share' '{' shareEntry+ '}';
shareEntry: ( kind=( 'share' | 'rotate' )? id ( 'by' sum )? | entryBlock ) ':' sum guard? ';';
guard: 'if' expr;

block: '{' stmt* '}';
stmt: 'let' id '=' expr ';'                            # letStmt
    | 'var' id ( ':' type )? '=' expr ';'              # varStmt
    | ifStmt                                           # ifStatement
    | 'for' id 'in' range block                        # forStmt
    | 'repeat' sum block                               # repeatStmt
    | 'return' expr? ';'                               # returnStmt
    | 'break' ';'                                      # breakStmt
    | 'continue' ';'                                   # continueStmt
    | assertStmt                                       # assertStatement
    | block                                            # blockStmt
    | expr ( op=( '=' | '+=' | '-=' ) expr )? ';'      # exprStmt
    ;
ifStmt: 'if' condition block ( 'else' 'if' condition block )* ( 'else' block )?;
condition: ( 'let' id '=' )? expr;
assertStmt: 'assert' expr ';';

// Expressions, loosest first. Loops, not recursion: only brackets nest.
expr: andExpr ( 'or' andExpr )*;
andExpr: notExpr ( 'and' notExpr )*;
notExpr: 'not'* comparison;
comparison: bits ( op=( '==' | '!=' | '<' | '<=' | '>' | '>=' ) bits | 'is' pattern ( '|' pattern )* | 'matches' STRING | 'in' range )?;
pattern: STRING | sum ( '..' sum )?;
range: bits ( '..' bits )?;
bits: meet ( '|' meet )*;
meet: sum ( '&' sum )*;
sum: product ( sumOp product )*;
sumOp: '+' | '-';
product: unary ( productOp unary )*;
productOp: '*' | '/' | '%' | '<<' | '>>';
unary: '-'* ( 'cpus' cpuBound '..' cpuBound | postfix );
cpuBound: NUMBER | id ( '.' id )?;
postfix: primary ( '.' id | args | '[' expr ']' )*;
args: '(' ( arg ( ',' arg )* )? ')';
arg: ( id ':' )? ( STRING | expr );
primary: NUMBER | 'true' | 'false' | '(' expr ')' | id;

id: ID | 'policy' | 'use' | 'live' | 'param' | 'const' | 'enum' | 'task' | 'cpu' | 'cgroup' | 'global' | 'queue' | 'cpus' | 'rules'
  | 'per' | 'on' | 'order' | 'by' | 'discipline' | 'fn' | 'every' | 'counter' | 'histogram' | 'match' | 'place' | 'dispatch'
  | 'share' | 'rotate' | 'idle' | 'repeat' | 'matches';
