/* lock.c: the grammar of answers: text in which nothing is asked for until a call begins, and then what a call must be.
 *
 * Control tokens are followed as OG_MARK_BEGIN, their spelling, OG_MARK_END: bytes that no text has (runtime/constrain.c gives them to the
 * machine so). A marker may come as its token or be spelled out, so both are in the grammar. */
#include "text/tools/tools.h"
#include "text/schema/schema.h"
#include "text/tok.h"

#include <string.h>

static const uint32_t NONE = UINT32_MAX;

typedef struct lock {
    const og_tools *t;
    og_gbuild b;
    uint32_t end;   /* of the answer */
    uint32_t *args; /* [n] rules of the tools' arguments */
} lock;

static uint32_t bytes(lock *l, uint8_t lo, uint8_t hi, uint32_t next) {
    const uint32_t at = og_gbuild_node(&l->b, OG_G_BYTES, next, 0);
    if (l->b.status == OG_OK) l->b.g->node[at].lo = lo, l->b.g->node[at].hi = hi;
    return at;
}

static uint32_t either(lock *l, uint32_t x, uint32_t y) {
    return x == NONE ? y : y == NONE ? x : og_gbuild_node(&l->b, OG_G_SPLIT, x, y);
}

static uint32_t later(lock *l) {
    return og_gbuild_node(&l->b, OG_G_SPLIT, 0, 0);
}

static void fill(lock *l, uint32_t at, uint32_t to) {
    if (l->b.status == OG_OK) l->b.g->node[at].a = l->b.g->node[at].b = to;
}

/* The text from s to stop; tokens of the vocabulary that are control tokens may come as such. */
static uint32_t text(lock *l, const char *s, const char *stop, uint32_t next) {
    if (s == stop || l->b.status != OG_OK) return next;
    size_t n = 0;
    const int32_t id = og_special_match(l->t->chat->tok, s, (size_t)(stop - s), false, &n);
    if (id < 0 || n == 0) return bytes(l, (uint8_t)*s, (uint8_t)*s, text(l, s + 1, stop, next));
    const uint32_t rest = text(l, s + n, stop, next);
    uint32_t spelled = rest, token = bytes(l, OG_MARK_END, OG_MARK_END, rest);
    for (size_t i = n; i-- > 0;) {
        spelled = bytes(l, (uint8_t)s[i], (uint8_t)s[i], spelled);
        token = bytes(l, (uint8_t)s[i], (uint8_t)s[i], token);
    }
    return either(l, bytes(l, OG_MARK_BEGIN, OG_MARK_BEGIN, token), spelled);
}

/* At most one blank, or a line's end, and a few blanks. */
static uint32_t white(lock *l, uint32_t next) {
    enum { INDENT = 8 };
    uint32_t line = next;
    for (int i = 0; i < INDENT; i++) line = either(l, bytes(l, ' ', ' ', line), next);
    return either(l, either(l, bytes(l, ' ', ' ', next), bytes(l, '\n', '\n', line)), next);
}

static uint32_t writing(lock *l, const char *p, const char *stop, uint32_t next) {
    const char *run = p;
    while (run < stop && (unsigned char)*run > OG_PAT_OR) run++;
    if (run == stop) return text(l, p, stop, next);
    uint32_t rest = writing(l, run + 1, stop, next);
    if (*run == OG_PAT_WHITE) {
        rest = white(l, rest);
    } else {
        for (int i = 0; i < OG_CALL_ID; i++)
            rest = either(l, bytes(l, '0', '9', rest), either(l, bytes(l, 'A', 'Z', rest), bytes(l, 'a', 'z', rest)));
    }
    return text(l, p, run, rest);
}

/* Nodes for a pattern of formats.def. */
static uint32_t pattern(lock *l, const char *p, uint32_t next) {
    uint32_t all = NONE;
    for (;; p++) {
        const char *stop = strchr(p, OG_PAT_OR);
        if (!stop) stop = p + strlen(p);
        all = either(l, writing(l, p, stop, next), all);
        if (!*stop) return all;
        p = stop;
    }
}

/* Any bytes until `mark` has come, then `found`; with may_end the text may end before. The states are those of Knuth, Morris and Pratt. */
static uint32_t until(lock *l, const char *mark, uint32_t found, bool may_end) {
    enum { MARK_MAX = 80 };
    const size_t n = strlen(mark);
    uint32_t at[MARK_MAX + 1];
    size_t back[MARK_MAX + 1] = {0};
    if (n == 0 || n > MARK_MAX) return found;
    for (size_t i = 1, k = 0; i < n; i++) {
        while (k > 0 && mark[i] != mark[k]) k = back[k - 1];
        if (mark[i] == mark[k]) k++;
        back[i] = k;
    }
    for (size_t i = 0; i < n; i++) at[i] = later(l);
    at[n] = either(l, bytes(l, OG_MARK_END, OG_MARK_END, found), found);
    for (size_t i = 0; i < n && l->b.status == OG_OK; i++) {
        size_t to[256];
        for (int c = 0; c < 256; c++) {
            size_t k = i;
            while (k > 0 && c != (unsigned char)mark[k]) k = back[k - 1];
            to[c] = c == (unsigned char)mark[k] ? k + 1 : 0;
        }
        uint32_t all = may_end ? l->end : NONE;
        for (int c = 0; c < 256;) {
            int last = c;
            while (last < 255 && to[last + 1] == to[c]) last++;
            all = either(l, bytes(l, (uint8_t)c, (uint8_t)last, at[to[c]]), all);
            c = last + 1;
        }
        fill(l, at[i], all);
    }
    return at[0];
}

/* Any bytes at all. */
static uint32_t anything(lock *l) {
    const uint32_t loop = later(l);
    fill(l, loop, either(l, bytes(l, 0, 255, loop), l->end));
    return loop;
}

/* ---- arguments ---- */

static void print(const og_jval *v, og_buf *out) {
    switch (v->kind) {
    case OG_JSON_OBJECT:
    case OG_JSON_ARRAY: {
        const bool list = v->kind == OG_JSON_ARRAY;
        og_buf_addf(out, list ? "[" : "{");
        for (const og_jval *c = v->u.first; c; c = c->next) {
            if (!list) {
                const og_jval key = {.kind = OG_JSON_STRING, .n = c->key_len, .u.s = c->key};
                print(&key, out);
                og_buf_addf(out, ":");
            }
            print(c, out);
            if (c->next) og_buf_addf(out, ",");
        }
        og_buf_addf(out, list ? "]" : "}");
        break;
    }
    case OG_JSON_STRING:
        og_buf_addf(out, "\"");
        for (uint32_t i = 0; i < v->n; i++) {
            const unsigned char c = (unsigned char)v->u.s[i];
            if (c < 0x20 || c == '"' || c == '\\')
                og_buf_addf(out, "\\u%04x", c);
            else
                og_buf_add(out, &v->u.s[i], 1);
        }
        og_buf_addf(out, "\"");
        break;
    case OG_JSON_INT:
        og_buf_addf(out, "%lld", (long long)v->u.i);
        break;
    case OG_JSON_REAL:
        og_buf_addf(out, "%.17g", v->u.f);
        break;
    default:
        og_buf_addf(out, "%s", v->kind == OG_JSON_TRUE ? "true" : v->kind == OG_JSON_FALSE ? "false" : "null");
    }
}

static og_status arguments(lock *l, uint32_t i, og_error *err) {
    static const char any[] = "{}";
    const og_jval *parameters = og_jval_get(l->t->tool[i], "parameters");
    og_buf json;
    og_buf_init(&json);
    if (parameters)
        print(parameters, &json);
    else
        og_buf_add(&json, any, sizeof any - 1);
    const og_schema_kind kind = l->t->format->how & OG_CALL_GEMMA ? OG_SCHEMA_GEMMA : OG_SCHEMA_OBJECT;
    og_status status = json.failed ? og_fail(err, OG_ERR_MEMORY, "out of memory for tools")
                                   : og_schema_into(&l->b, json.data, json.len, kind, &l->args[i], err);
    og_buf_free(&json);
    return status == OG_OK ? OG_OK : og_fail_prefix(err, status, "tools: the parameters of %s", l->t->name[i]);
}

/* ---- answers ---- */

/* The names of all tools, each with what follows it. */
static uint32_t named_calls(lock *l, uint32_t next) {
    const og_call_format *f = l->t->format;
    uint32_t all = NONE;
    for (uint32_t i = l->t->n; i-- > 0;) {
        const uint32_t call = og_gbuild_node(&l->b, OG_G_CALL, l->args[i], pattern(l, f->close, next));
        const char *name = l->t->name[i];
        all = either(l, text(l, name, name + strlen(name), pattern(l, f->middle, call)), all);
    }
    return all;
}

/* From behind `skip` bytes of the first call's beginning to the end of all calls. */
static uint32_t calls(lock *l, size_t skip) {
    const og_call_format *f = l->t->format;
    uint32_t over = *f->end ? pattern(l, f->end, l->end) : white(l, l->end), next = over;
    if (!l->t->single) {
        next = later(l);
        fill(l, next, either(l, pattern(l, f->between, pattern(l, f->open, named_calls(l, next))), over));
    }
    const uint32_t names = named_calls(l, next);
    if (*f->begin) return pattern(l, f->begin + skip, pattern(l, f->open, names));
    return pattern(l, f->open + skip, names);
}

/* Text that does not begin as a call does; FIRST formats are told by their first character alone. */
static uint32_t other_text(lock *l) {
    const uint32_t rest = anything(l), blank = later(l);
    static const uint8_t not [][2] = {{0, '\t' - 1}, {'\n' + 1, '\r' - 1}, {'\r' + 1, ' ' - 1}, {' ' + 1, '{' - 1}, {'{' + 1, 255}};
    uint32_t all = l->end;
    for (size_t i = 0; i < OG_LEN(not ); i++) all = either(l, bytes(l, not [i][0], not [i][1], rest), all);
    static const uint8_t blanks[] = {' ', '\t', '\n', '\r'};
    for (size_t i = 0; i < OG_LEN(blanks); i++) all = either(l, bytes(l, blanks[i], blanks[i], blank), all);
    fill(l, blank, all);
    return blank;
}

/* What an answer may be when reasoning is over. doc: the rule of its text; NONE: any text. */
static uint32_t answer(lock *l, uint32_t doc) {
    const og_tools *t = l->t;
    const bool use = t->n > 0 && t->choice != OG_TOOLS_NONE;
    const uint32_t document = doc == NONE ? NONE : white(l, og_gbuild_node(&l->b, OG_G_CALL, doc, white(l, l->end)));
    if (!use) return doc == NONE ? anything(l) : document;
    if (t->choice != OG_TOOLS_AUTO) return white(l, calls(l, 0));
    if (doc != NONE) return either(l, white(l, calls(l, 0)), document);
    if (t->format->how & OG_CALL_FIRST) return either(l, white(l, calls(l, 0)), other_text(l));
    const char *p;
    char mark[64];
    const size_t n = og_call_trigger(t->format, &p);
    memcpy(mark, p, OG_MIN(n, sizeof mark - 1));
    mark[OG_MIN(n, sizeof mark - 1)] = '\0';
    return until(l, mark, calls(l, n), true);
}

static uint32_t literal(lock *l, const char *s, uint32_t next) {
    return text(l, s, s + strlen(s), next);
}

/* gpt-oss: messages of reasoning, then a call or the answer. The first header has been begun by the prompt. */
static uint32_t harmony(lock *l, uint32_t doc) {
    const og_tools *t = l->t;
    const bool use = t->n > 0 && t->choice != OG_TOOLS_NONE;
    const uint32_t message = later(l), final = doc == NONE ? anything(l) : og_gbuild_node(&l->b, OG_G_CALL, doc, l->end);
    const uint32_t again = literal(l, "<|start|>assistant", message);
    uint32_t all = literal(l, "<|channel|>analysis<|message|>", until(l, "<|end|>", again, false));
    if (use) {
        all = either(l, literal(l, "<|channel|>commentary to=functions.", named_calls(l, l->end)), all);
        uint32_t to = NONE; /* the recipient before the channel */
        const char *head = "<|channel|>commentary <|constrain|>json<|message|>", *short_head = "<|channel|>commentary json<|message|>";
        for (uint32_t i = t->n; i-- > 0;) {
            const uint32_t body = og_gbuild_node(&l->b, OG_G_CALL, l->args[i], l->end);
            to = either(l, literal(l, t->name[i], either(l, literal(l, head, body), literal(l, short_head, body))), to);
        }
        all = either(l, literal(l, " to=functions.", to), all);
        all = either(l, literal(l, "<|channel|>commentary<|message|>", until(l, "<|end|>", again, false)), all);
    }
    if (!use || t->choice == OG_TOOLS_AUTO) all = either(l, literal(l, "<|channel|>final<|message|>", final), all);
    fill(l, message, all);
    return message;
}

static uint32_t whole(lock *l, uint32_t doc) {
    const og_tools *t = l->t;
    if (t->harmony) return harmony(l, doc);
    const uint32_t after = answer(l, doc);
    if (!t->think) return after;
    const bool free = doc == NONE && (t->n == 0 || t->choice == OG_TOOLS_AUTO);
    /* white space between reasoning and what is fixed */
    const uint32_t thought = until(l, t->think->close, free ? after : white(l, white(l, after)), free);
    if (t->in_reasoning) return thought;
    return either(l, white(l, literal(l, t->think->open, thought)), after);
}

og_status og_tools_lock(og_tools *t, const char *schema, og_error *err) {
    const bool use = t->n > 0 && t->choice != OG_TOOLS_NONE;
    if (!use && !schema) return OG_OK;
    lock l = {.t = t};
    uint32_t doc = NONE;
    og_status status = og_gbuild_open(&l.b, err);
    if (status != OG_OK) return status;
    l.args = og_calloc(t->n + 1, sizeof *l.args);
    if (!l.args) status = og_fail(err, OG_ERR_MEMORY, "out of memory for tools");
    for (uint32_t i = 0; use && i < t->n && status == OG_OK; i++) status = arguments(&l, i, err);
    if (schema && status == OG_OK) status = og_schema_into(&l.b, schema, strlen(schema), OG_SCHEMA_PLAIN, &doc, err);
    if (status == OG_OK) {
        const uint32_t root = og_gbuild_new_rule(&l.b, "(answer)");
        l.end = og_gbuild_node(&l.b, OG_G_END, 0, 0);
        og_gbuild_define(&l.b, root, whole(&l, doc));
        status = og_gbuild_close_rules(&l.b, root, &t->grammar, err);
    }
    og_gbuild_close(&l.b);
    og_release(l.args);
    return status;
}
