/* value.h: the values of templates, and the state of a rendering.
 *
 * Errors stick: the first one is kept in the state, every function then returns undefined, and loops leave when `failed` is set. So
 * expressions read as expressions. All memory is the rendering's arena. Strings carry marks beside their bytes (1: written by people),
 * which every operation on text keeps. */
#ifndef OG_TEXT_JINJA_VALUE_H
#define OG_TEXT_JINJA_VALUE_H

#include "text/jinja/ast.h"
#include "text/jinja/jinja.h"

typedef enum og_ja_type {
    OG_JA_UNDEFINED, /* s, n: what was looked for */
    OG_JA_NONE,
    OG_JA_BOOL,
    OG_JA_INT,
    OG_JA_FLOAT,
    OG_JA_STR,
    OG_JA_LIST,
    OG_JA_DICT,
    OG_JA_NAMESPACE, /* a dict whose attributes can be set */
    OG_JA_LOOP,
    OG_JA_MACRO,
    OG_JA_BUILTIN, /* a row of globals.def */
    OG_JA_METHOD,  /* a row of methods.def with its object */
    OG_JA_CYCLER,
    OG_JA_JOINER,
} og_ja_type;

typedef struct og_ja_list og_ja_list;
typedef struct og_ja_dict og_ja_dict;

typedef struct og_ja {
    uint8_t type; /* og_ja_type */
    bool safe;    /* of a string: markup, not escaped again */
    uint32_t n;   /* bytes of a string */
    union {
        bool b;
        int64_t i;
        double f;
        const char *s;
        og_ja_list *list;
        og_ja_dict *dict;
        struct og_ja_loop *loop;
        struct og_ja_macro *macro;
        const struct og_ja_row *row;
        struct og_ja_method *method;
        struct og_ja_cycler *cycler;
    } u;
    const uint8_t *mark; /* of a string: n bytes, or NULL where nothing is marked */
} og_ja;

typedef enum og_ja_kind { OG_JA_K_LIST, OG_JA_K_TUPLE, OG_JA_K_RANGE, OG_JA_K_ITER } og_ja_kind; /* ITER: gone once iterated */

struct og_ja_list {
    og_ja *v;
    size_t n, cap;
    uint8_t kind;
    int64_t start, stop, step; /* of a range */
};

typedef struct og_ja_entry {
    og_ja key, value;
    uint64_t hash;
} og_ja_entry;

struct og_ja_dict {
    og_ja_entry *e; /* in the order of insertion */
    size_t n, cap;
    uint32_t *index; /* open addressing, entry + 1; NULL while small */
    size_t n_index;  /* a power of two */
};

typedef struct og_ja_var {
    const og_ja_sym *name;
    og_ja value;
    struct og_ja_var *next;
} og_ja_var;

typedef struct og_ja_env {
    struct og_ja_env *parent;
    og_ja_var *vars;
} og_ja_env;

typedef struct og_ja_loop {
    const og_ja_node *node;
    og_ja_env *env; /* around the loop */
    og_ja_list *items;
    size_t at;
    int depth;
    bool has_last;
    og_ja last; /* what loop.changed saw: a list of arguments */
} og_ja_loop;

typedef struct og_ja_macro {
    const og_ja_node *node;
    og_ja_env *env;
} og_ja_macro;

typedef struct og_ja_cycler {
    og_ja_list *items;
    size_t at;
    bool used; /* of a joiner: the first call gives nothing */
    og_ja sep;
} og_ja_cycler;

/* Text being made. */
typedef struct og_ja_sb {
    struct og_ja_rt *r;
    char *s;
    uint8_t *mark; /* NULL until something marked is added */
    size_t n, cap, max;
} og_ja_sb;

typedef enum og_ja_flow { OG_JA_NEXT, OG_JA_BREAK, OG_JA_CONTINUE } og_ja_flow;

typedef struct og_ja_rt {
    og_arena arena;
    size_t bytes, max_bytes, max_output;
    uint64_t steps, max_steps;
    int depth;
    int line; /* of what is being evaluated, for errors */
    bool failed, escape, refused;
    og_ja_flow flow;
    og_error *err;
    og_status status;
    og_ja_dict *context;
    const og_ja_words *words;
    og_ja_sb *out;
    int64_t now;
} og_ja_rt;

/* ---- state: state.c ---- */
#define OG_JA_NIL ((og_ja){.type = OG_JA_UNDEFINED})
enum { OG_JA_DEPTH = 600, OG_JA_NEST = 200, OG_JA_RANGE_MAX = 100000 }; /* calls of the evaluator; nesting of data and syntax */
/* Notes the first error; returns undefined. */
og_ja og_ja_fail(og_ja_rt *r, const char *fmt, ...) OG_PRINTF(2, 3);
og_ja og_ja_fail_memory(og_ja_rt *r);
/* Zeroed; NULL (and failed) past the limit. */
void *og_ja_alloc(og_ja_rt *r, size_t bytes);
/* Pays for work; false when the steps are used up. */
bool og_ja_work(og_ja_rt *r, uint64_t steps);
bool og_ja_enter(og_ja_rt *r); /* false past the depth; og_ja_leave after true only */
void og_ja_leave(og_ja_rt *r);

/* ---- making values: value.c ---- */
og_ja og_ja_none(void);
og_ja og_ja_bool(bool b);
og_ja og_ja_int(int64_t i);
og_ja og_ja_float(double f);
og_ja og_ja_text(const char *s, size_t n); /* not copied */
og_ja og_ja_cstr(const char *s);           /* not copied */
og_ja og_ja_undefined(const char *name, size_t n);
og_ja og_ja_sub(og_ja s, size_t from, size_t to); /* bytes [from, to) of a string */
og_ja og_ja_list_new(og_ja_rt *r, og_ja_kind kind, size_t cap);
bool og_ja_push(og_ja_rt *r, og_ja list, og_ja v);
og_ja og_ja_pair(og_ja_rt *r, og_ja a, og_ja b); /* a tuple */
og_ja og_ja_dict_new(og_ja_rt *r);
bool og_ja_dict_set(og_ja_rt *r, og_ja_dict *d, og_ja key, og_ja value);
og_ja *og_ja_dict_get(og_ja_rt *r, const og_ja_dict *d, og_ja key); /* NULL: none, or failed (a key that cannot be hashed) */
og_ja *og_ja_dict_at(const og_ja_dict *d, const char *key, size_t n);
bool og_ja_dict_remove(og_ja_rt *r, og_ja_dict *d, og_ja key);
bool og_ja_is(og_ja v, const char *text); /* a string equal to text */

/* ---- text: sb.c ---- */
void og_ja_sb_init(og_ja_sb *b, og_ja_rt *r);
void og_ja_sb_add(og_ja_sb *b, const char *s, size_t n, const uint8_t *mark);
void og_ja_sb_str(og_ja_sb *b, og_ja s);
void og_ja_sb_put(og_ja_sb *b, const char *literal);
void og_ja_sb_cp(og_ja_sb *b, uint32_t cp, bool mark);
void og_ja_sb_fill(og_ja_sb *b, char c, size_t n);
og_ja og_ja_sb_done(og_ja_sb *b);

/* ---- characters: chars.c ---- */
size_t og_ja_chars(og_ja s);                /* code points (an invalid byte is one) */
size_t og_ja_char_at(og_ja s, size_t from); /* the byte after the character at byte `from` */
uint32_t og_ja_decode(og_ja s, size_t from, size_t *next);
bool og_ja_space(uint32_t cp);
uint32_t og_ja_upper_cp(uint32_t cp);
uint32_t og_ja_lower_cp(uint32_t cp);
og_ja og_ja_upper(og_ja_rt *r, og_ja s);
og_ja og_ja_lower(og_ja_rt *r, og_ja s);
og_ja og_ja_strip(og_ja s, const og_ja *chars, bool left, bool right); /* chars NULL: white space */
int64_t og_ja_find(og_ja s, og_ja what, size_t from);                  /* byte offset or -1 */
og_ja og_ja_replace(og_ja_rt *r, og_ja s, og_ja from, og_ja to, int64_t count);

/* ---- printing: print.c, tojson.c ---- */
og_ja og_ja_str(og_ja_rt *r, og_ja v); /* as Python's str() */
void og_ja_repr(og_ja_sb *b, og_ja v, int depth);
void og_ja_number(double f, char out[40]); /* as Python's repr(float) */
og_ja og_ja_escape(og_ja_rt *r, og_ja s);
typedef struct og_ja_json {
    bool ascii, sort, pretty;
    og_ja indent, item, key;
} og_ja_json;
void og_ja_tojson(og_ja_sb *b, og_ja v, const og_ja_json *how, int depth);
/* ---- JSON in: json.c ---- */
og_ja og_ja_json_read(og_ja_rt *r, const og_jinja_input *in);

/* ---- operators: ops.c ---- */
bool og_ja_truth(og_ja v);
bool og_ja_is_number(og_ja v);
double og_ja_real(og_ja v); /* of a number or bool */
bool og_ja_equal(og_ja_rt *r, og_ja a, og_ja b);
int og_ja_compare(og_ja_rt *r, og_ja a, og_ja b, const char *op); /* -1, 0, 1; 2: unordered (NaN) */
bool og_ja_in(og_ja_rt *r, og_ja v, og_ja where);
og_ja og_ja_binary(og_ja_rt *r, og_ja_op op, og_ja a, og_ja b);
og_ja og_ja_negate(og_ja_rt *r, og_ja v, bool minus);
/* What a loop goes over: a list that may be v's own. NULL after failing. */
og_ja_list *og_ja_iter(og_ja_rt *r, og_ja v);
int64_t og_ja_length(og_ja_rt *r, og_ja v); /* -1 after failing */
og_ja og_ja_attr(og_ja_rt *r, og_ja v, const char *name, size_t n);
og_ja og_ja_item(og_ja_rt *r, og_ja v, og_ja key);
og_ja og_ja_slice(og_ja_rt *r, og_ja v, og_ja from, og_ja to, og_ja step);
const char *og_ja_type_name(og_ja v);

/* ---- calls: call.c ---- */
enum { OG_JA_PARAMS = 6 };
typedef struct og_ja_args {
    og_ja *pos;
    size_t n;
    og_ja *names, *kw; /* keyword arguments */
    size_t n_kw;
    const og_ja *arg[OG_JA_PARAMS]; /* by the row's parameters; NULL where not given */
} og_ja_args;
typedef og_ja og_ja_fn(og_ja_rt *r, og_ja self, og_ja_args *a);
typedef struct og_ja_row {
    const char *name;
    og_ja_fn *fn;
    const char *params; /* names, apart by blanks, "!" behind a required one; "*": takes what comes */
    uint8_t type;       /* of a method's object */
} og_ja_row;
typedef struct og_ja_method {
    const og_ja_row *row;
    og_ja self;
} og_ja_method;
og_ja og_ja_call_row(og_ja_rt *r, const og_ja_row *row, og_ja self, og_ja_args *a);
og_ja og_ja_call(og_ja_rt *r, og_ja fn, og_ja_args *a);
og_ja og_ja_filter(og_ja_rt *r, const char *name, size_t n, og_ja self, og_ja_args *a);
bool og_ja_test(og_ja_rt *r, const char *name, size_t n, og_ja self, og_ja_args *a);
bool og_ja_has_filter(const char *name, size_t n);
bool og_ja_has_test(const char *name, size_t n);
const og_ja_row *og_ja_find_method(uint8_t type, const char *name, size_t n);
const og_ja_row *og_ja_find_global(const char *name, size_t n);
/* Arguments by number, with a default; they fail on a wrong type. */
int64_t og_ja_arg_int(og_ja_rt *r, const og_ja_args *a, int i, int64_t otherwise);
bool og_ja_arg_bool(const og_ja_args *a, int i, bool otherwise);
og_ja og_ja_arg_str(og_ja_rt *r, const og_ja_args *a, int i, const char *otherwise);
bool og_ja_given(const og_ja_args *a, int i); /* and not none */
/* The value of "a.b.0" below v, as filters' `attribute` has it. */
og_ja og_ja_path(og_ja_rt *r, og_ja v, og_ja path);
/* printf-like and str.format */
og_ja og_ja_percent(og_ja_rt *r, og_ja fmt, og_ja args);
og_ja og_ja_format(og_ja_rt *r, og_ja fmt, const og_ja_args *a);
og_ja og_ja_strftime(og_ja_rt *r, og_ja fmt, int64_t now);

/* ---- evaluation: eval.c, exec.c ---- */
og_ja og_ja_eval(og_ja_rt *r, const og_ja_node *n, og_ja_env *env);
void og_ja_exec(og_ja_rt *r, const og_ja_body *body, og_ja_env *env);
void og_ja_emit(og_ja_rt *r, og_ja v);
void og_ja_assign(og_ja_rt *r, const og_ja_node *target, og_ja v, og_ja_env *env);
bool og_ja_set_var(og_ja_rt *r, og_ja_env *env, const og_ja_sym *name, og_ja v);
og_ja_env *og_ja_env_new(og_ja_rt *r, og_ja_env *parent);
og_ja og_ja_call_macro(og_ja_rt *r, const og_ja_macro *m, og_ja_args *a);
og_ja og_ja_call_loop(og_ja_rt *r, const og_ja_loop *loop, og_ja_args *a);
og_ja og_ja_loop_attr(og_ja_rt *r, const og_ja_loop *loop, const char *name, size_t n);
void og_ja_args_eval(og_ja_rt *r, const og_ja_call_args *in, og_ja_env *env, og_ja_args *out);
/* Runs the filters of a chain (`{% filter %}`, `{% set x | f %}`) on v. */
og_ja og_ja_chain(og_ja_rt *r, const og_ja_node *chain, og_ja v, og_ja_env *env);

#endif
