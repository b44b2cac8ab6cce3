/* ast.h: tokens and the tree of a template. Both live in the template's arena. */
#ifndef OG_TEXT_JINJA_AST_H
#define OG_TEXT_JINJA_AST_H

#include "base/base.h"

typedef struct og_ja_sym { /* a name, one object per spelling */
    const char *s;
    uint32_t n;
    struct og_ja_sym *next;
} og_ja_sym;

typedef enum og_ja_token {
    OG_JA_T_END,
    OG_JA_T_DATA,
    OG_JA_T_VAR_BEGIN,
    OG_JA_T_VAR_END,
    OG_JA_T_BLOCK_BEGIN,
    OG_JA_T_BLOCK_END,
    OG_JA_T_NAME,
    OG_JA_T_STRING,
    OG_JA_T_INT,
    OG_JA_T_FLOAT,
    OG_JA_T_OP, /* its one or two bytes are the text */
} og_ja_token;

typedef struct og_ja_tok {
    uint8_t type;
    int line;
    const char *s; /* data and strings: as meant, escapes undone */
    uint32_t n;
    int64_t i;
    double f;
} og_ja_tok;

typedef enum og_ja_op {
    OG_JA_ADD,
    OG_JA_SUB,
    OG_JA_MUL,
    OG_JA_DIV,
    OG_JA_FLOORDIV,
    OG_JA_MOD,
    OG_JA_POW,
    OG_JA_EQ,
    OG_JA_NE,
    OG_JA_LT,
    OG_JA_LE,
    OG_JA_GT,
    OG_JA_GE,
    OG_JA_IN,
    OG_JA_NOTIN,
} og_ja_op;

typedef enum og_ja_node_kind {
    /* expressions */
    OG_JA_N_NONE,
    OG_JA_N_BOOL,
    OG_JA_N_INT,
    OG_JA_N_FLOAT,
    OG_JA_N_STR,
    OG_JA_N_NAME,
    OG_JA_N_ATTR,   /* a . sym */
    OG_JA_N_ITEM,   /* a [ b ] */
    OG_JA_N_SLICE,  /* a [ list[0] : list[1] : list[2] ], each may be NULL */
    OG_JA_N_LIST,   /* list */
    OG_JA_N_TUPLE,  /* list */
    OG_JA_N_DICT,   /* list: key, value, key, value */
    OG_JA_N_CALL,   /* a ( args ) */
    OG_JA_N_FILTER, /* a | sym ( args ); a is NULL at the start of a chain */
    OG_JA_N_TEST,   /* a is sym ( args ) */
    OG_JA_N_NOT,
    OG_JA_N_NEG,
    OG_JA_N_POS,
    OG_JA_N_BINARY, /* a op b */
    OG_JA_N_AND,
    OG_JA_N_OR,
    OG_JA_N_CONCAT,  /* list */
    OG_JA_N_COMPARE, /* a, then list of operands with ops */
    OG_JA_N_COND,    /* b if a else c; c may be NULL */
    OG_JA_N_NSREF,   /* assignment only: sym . sym2 */
    /* statements */
    OG_JA_N_TEXT,
    OG_JA_N_OUTPUT,      /* a */
    OG_JA_N_FOR,         /* for a in b if c: body, other; flag: recursive */
    OG_JA_N_IF,          /* a: body, other */
    OG_JA_N_SET,         /* a = b */
    OG_JA_N_SETBLOCK,    /* a, filter chain b, body */
    OG_JA_N_MACRO,       /* sym, list of names, list2 of defaults for the last ones, body */
    OG_JA_N_CALLBLOCK,   /* call a, caller b (a macro) */
    OG_JA_N_FILTERBLOCK, /* chain b, body */
    OG_JA_N_WITH,        /* list targets, list2 values, body */
    OG_JA_N_DO,          /* a */
    OG_JA_N_SCOPE,       /* body: block and generation tags */
    OG_JA_N_AUTOESCAPE,  /* a, body */
    OG_JA_N_BREAK,
    OG_JA_N_CONTINUE,
} og_ja_node_kind;

typedef struct og_ja_node og_ja_node;

typedef struct og_ja_nodes {
    og_ja_node **v;
    uint32_t n, cap;
} og_ja_nodes;
typedef og_ja_nodes og_ja_body;

typedef struct og_ja_call_args {
    og_ja_nodes pos, kw; /* kw[i]'s name is names[i], an N_STR */
    og_ja_nodes names;
    og_ja_node *star, *star2;
} og_ja_call_args;

struct og_ja_node {
    uint8_t kind;
    uint8_t op;                     /* og_ja_op */
    bool flag;                      /* N_FOR: recursive; N_BOOL: the value; N_MACRO: uses caller */
    bool uses_kwargs, uses_varargs; /* N_MACRO */
    int line;
    const og_ja_sym *sym, *sym2;
    og_ja_node *a, *b, *c;
    og_ja_nodes list, list2;
    uint8_t *ops; /* N_COMPARE */
    og_ja_body body, other;
    og_ja_call_args *args;
    const char *s; /* N_STR, N_TEXT */
    uint32_t n;
    int64_t i;
    double f;
};

typedef struct og_ja_words { /* names that loops and macros bring along */
    const og_ja_sym *loop, *caller, *varargs, *kwargs;
} og_ja_words;

typedef struct og_ja_program {
    og_arena arena;
    og_ja_sym *syms[256];
    og_ja_words words;
    og_ja_body body;
} og_ja_program;

/* lex.c: the tokens of a template, in `arena`. */
struct og_jinja_syntax;
og_status og_ja_lex(og_arena *arena, const char *text, size_t len, const struct og_jinja_syntax *syntax, og_ja_tok **out, size_t *n,
                    og_error *err);
/* parse.c, parse_stmt.c */
og_status og_ja_parse(og_ja_program *p, const og_ja_tok *toks, size_t n, og_error *err);
const og_ja_sym *og_ja_intern(og_ja_program *p, const char *s, size_t n); /* NULL when out of memory */

#endif
