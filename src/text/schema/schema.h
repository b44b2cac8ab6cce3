/* schema.h: the inside of the JSON Schema compiler. A goal is a set of statements about one value ("valid by this schema", "not valid by
 * that one", "equal to this value") that must all hold. Goals are kept once, so that recursion ends. A goal is expanded to shapes: values
 * of one type each, with everything that is asked of them; the goal's texts are those of any of its shapes. allOf joins statements, anyOf
 * joins shapes, and what oneOf and not exclude are statements the other way round. */
#ifndef OG_TEXT_SCHEMA_SCHEMA_H
#define OG_TEXT_SCHEMA_SCHEMA_H

#include "base/json.h"
#include "text/grammar/keys.h"
#include "text/schema/lang.h"
#include "text/schema/number.h"

enum { OG_SHAPES_MAX = 2000, OG_ALL_SHAPES_MAX = 200000, OG_GOALS_MAX = 20000, OG_EXPAND_DEPTH = 60, OG_WORDS_MAX = 4096 };

typedef enum og_how { OG_VALID, OG_INVALID, OG_IS, OG_IS_NOT } og_how;

typedef struct og_stmt og_stmt;
struct og_stmt {
    const og_jval *v; /* a schema, or a value */
    og_how how;
    const og_stmt *next;
};

typedef enum og_stype { OG_S_NULL, OG_S_BOOL, OG_S_NUMBER, OG_S_STRING, OG_S_ARRAY, OG_S_OBJECT, OG_S_TYPES } og_stype;

/* A string is in the automaton, or is not. */
typedef struct og_spart og_spart;
struct og_spart {
    uint32_t nfa;
    bool negated;
    const og_spart *next;
};

typedef enum og_from_kind {
    OG_FROM_SCHEMA, /* properties, patternProperties, additionalProperties or prefixItems, items of schema v */
    OG_FROM_VALUE,  /* members or elements of value v, and no others */
    OG_FROM_NAME,   /* the member `name`, or the element `index`: what `stmts` say */
} og_from_kind;

/* Where statements about members or elements come from. */
typedef struct og_from og_from;
struct og_from {
    og_from_kind kind;
    const og_jval *v;
    const char *name;
    uint32_t len, index;
    const og_stmt *stmts;
    bool never; /* NAME: it must not be there */
    const og_from *next;
};

typedef struct og_name og_name;
struct og_name {
    const char *s;
    uint32_t len;
    const og_name *next;
};

/* Of the elements, `min` to `max` are as `stmts` say. */
typedef struct og_contains og_contains;
struct og_contains {
    const og_stmt *stmts;
    uint32_t min, max;
    const og_contains *next;
};

typedef struct og_plan og_plan; /* of an array or object: its children as goals; plan.c */

typedef struct og_shape og_shape;
struct og_shape {
    og_stype type;
    uint8_t bools;        /* BOOL: bit 0 false, bit 1 true */
    const og_num *num;    /* NUMBER */
    const og_spart *part; /* STRING; OBJECT: of names */
    uint32_t min, max;    /* characters, elements, members; UINT32_MAX: no limit */
    const og_from *from;  /* ARRAY, OBJECT */
    const og_name *need;  /* OBJECT: members that must be there */
    const og_contains *contains;
    bool unique;  /* ARRAY */
    bool no_name; /* OBJECT: no name is allowed */
    og_plan *plan;
    og_shape *next;
};

typedef struct og_goal {
    const og_stmt *stmts;
    og_shape *shapes;
    uint8_t state; /* 0 new, 1 being expanded, 2 expanded */
    bool possible; /* some finite text is in it */
    uint32_t rule;
} og_goal;

typedef struct og_schema {
    og_arena arena;
    og_jdoc *doc;
    const og_jval *root;
    bool old; /* draft 7 or before: nothing counts beside $ref, items may be a list */
    bool compact, gemma;
    og_nfa_pool pool;
    og_keys stmt_keys; /* statements of goals, as numbers */
    og_goal *goal;
    uint32_t n_goals, goal_cap;
    uint32_t n_shapes;
    int depth;
    og_gbuild *b;
    og_plan *plans;                                /* all of them, to be released */
    uint32_t ws, any_string, any_char, any_number; /* rules */
    og_error *err;
    og_status status; /* the first thing that failed; everything after it does nothing */
} og_schema;

/* Says what is wrong, and at which schema or value; the first time only. */
void og_schema_fail(og_schema *s, og_status status, const og_jval *at, const char *keyword, const char *fmt, ...) OG_PRINTF(5, 6);
void *og_schema_alloc(og_schema *s, size_t bytes); /* zeroed; NULL after failing */

/* ---- expand.c, keywords.c ---- */
og_shape *og_shapes_any(og_schema *s);
/* The shapes of what a schema allows (or refuses). */
og_shape *og_expand_schema(og_schema *s, const og_jval *schema, bool valid);
og_shape *og_expand_value(og_schema *s, const og_jval *value, bool is);
og_shape *og_expand_stmts(og_schema *s, const og_stmt *stmts);
const og_jval *og_schema_ref(og_schema *s, const og_jval *schema, const og_jval *ref);
/* One keyword of a schema; *known: false if it is none that asks for anything. Returns what is allowed (or refused) by it alone. */
og_shape *og_expand_keyword(og_schema *s, const og_jval *schema, const og_jval *keyword, bool valid, bool *applies);

/* ---- shape.c ---- */
og_shape *og_shape_new(og_schema *s, og_stype type);
og_shape *og_shapes_of_type(og_schema *s, og_stype type); /* one, asked for nothing */
og_shape *og_shapes_join(og_shape *a, og_shape *b);       /* either */
og_shape *og_shapes_meet(og_schema *s, const og_shape *a, const og_shape *b);
og_shape *og_shapes_without(og_schema *s, og_stype type); /* all other types */
/* Whether no value can be of this shape, as far as it can be seen `depth` levels down. */
bool og_shape_empty(og_schema *s, const og_shape *shape, int depth);
const og_stmt *og_stmt_add(og_schema *s, const og_stmt *to, const og_jval *v, og_how how);
const og_stmt *og_stmts_join(og_schema *s, const og_stmt *a, const og_stmt *b);

/* ---- goals.c ---- */
/* The goal of these statements; its number. */
uint32_t og_goal_of(og_schema *s, const og_stmt *stmts);
void og_goal_expand(og_schema *s, uint32_t goal);
/* Expands and plans all goals, those of children too, and finds out which are possible. */
void og_goals_settle(og_schema *s);
/* As far as it is known: og_goals_settle. */
bool og_plan_possible(const og_schema *s, const og_shape *shape);
bool og_string_dfa(og_schema *s, const og_shape *shape, og_dfa *out);

/* ---- plan.c ---- */
struct og_plan {
    og_plan *next; /* of og_schema.plans */
    /* arrays */
    uint32_t n_prefix, *prefix; /* goals of the first elements */
    uint32_t rest;              /* goal of all others; UINT32_MAX: there are none */
    uint32_t *hit, *miss;       /* [n_prefix + 1] with contains: the goals of elements that count, and of those that do not */
    uint32_t n_values;          /* unique: the values that an element can have */
    const og_jval **value;
    uint32_t *value_goal;
    /* objects */
    uint32_t n_names;
    const og_name **name; /* of members that are spoken of */
    uint32_t *name_goal;  /* UINT32_MAX: must not be there */
    bool *name_needed;
    og_dfa extra;                /* of all other names */
    bool has_extra, plain_extra; /* plain: any name, and `extra` is not made */
    uint32_t *extra_goal;        /* [extra.n] of accepting states; of plain ones, one */
};
og_plan *og_plan_make(og_schema *s, const og_shape *shape);
/* The values that an element of a `unique` array of this goal can have; false if there is no end of them. */
bool og_goal_values(og_schema *s, uint32_t goal, og_plan *plan);
/* What the statements of `from` say about a member. *never: it must not be there. */
const og_stmt *og_from_member(og_schema *s, const og_from *from, const char *name, uint32_t len, bool *never);
const og_stmt *og_from_element(og_schema *s, const og_from *from, uint32_t index, bool *never);
uint32_t og_from_prefix(const og_schema *s, const og_from *from); /* elements that are spoken of one by one */

/* ---- compile.c ---- */
/* Rules for the goals from `root` on; the rule of `root`. */
uint32_t og_schema_compile(og_schema *s, uint32_t root);

/* ---- formats.c ---- */
/* The expression for a format; "" if it asks for nothing; NULL if it is not known. */
const char *og_schema_format(og_schema *s, const char *name);

typedef enum og_schema_kind {
    OG_SCHEMA_PLAIN,
    OG_SCHEMA_COMPACT, /* no white space */
    OG_SCHEMA_OBJECT,  /* an object, whatever else the schema allows */
    OG_SCHEMA_GEMMA,   /* an object as Gemma writes it: {key:<|"|>text<|"|>,n:1} */
} og_schema_kind;

/* Compiles a schema into rules of `b`; *rule: the one for its documents. Nothing of the text is kept. */
og_status og_schema_into(og_gbuild *b, const char *json, size_t len, og_schema_kind kind, uint32_t *rule, og_error *err);

#endif
