/* json.c: the variables of a rendering from JSON. The last of equal keys wins, as in Python. */
#include <string.h>

#include "base/json.h"
#include "text/jinja/value.h"

typedef struct reader {
    og_ja_rt *r;
    og_jread j;
    og_jinja_arguments wanted, arguments; /* arguments: as wanted in messages, as given elsewhere */
    bool inner;                           /* in the text of a call's arguments */
} reader;

static og_ja fail(reader *j, const char *what) {
    if (j->r->failed) return OG_JA_NIL;
    j->r->failed = true;
    j->r->status = og_fail(j->r->err, OG_ERR_FORMAT, "the context is not JSON: %s at byte %zu", what, j->j.at);
    return OG_JA_NIL;
}

static og_ja string(reader *j, bool mark) {
    if (j->j.len > INT32_MAX) return fail(j, "a string past 2 GiB");
    char *out = og_ja_alloc(j->r, j->j.len + 1);
    if (!out) return OG_JA_NIL;
    size_t n = og_jread_text(&j->j, out);
    og_ja v = og_ja_text(out, n);
    uint8_t *marks = mark ? og_ja_alloc(j->r, n) : NULL;
    if (marks) memset(marks, 1, n);
    v.mark = marks;
    return v;
}

static og_ja value(reader *j, og_jevent event, bool mark);
static og_ja object(reader *j, bool mark);

static og_ja array(reader *j, bool mark) {
    og_ja list = og_ja_list_new(j->r, OG_JA_K_LIST, 0);
    og_jevent event;
    while (!j->r->failed && (event = og_jread_next(&j->j)) != OG_JSON_ARRAY_END) og_ja_push(j->r, list, value(j, event, mark));
    return j->r->failed ? OG_JA_NIL : list;
}

/* What people wrote are the values of messages, tools and documents, but for the words that templates choose by. */
static bool marked_value(og_ja key, bool root, bool mark) {
    if (root) return mark && (og_ja_is(key, "messages") || og_ja_is(key, "tools") || og_ja_is(key, "documents"));
    return mark && !og_ja_is(key, "role") && !og_ja_is(key, "type");
}

/* The arguments of a call, as the template wants them. Text that is no object stays text. */
static og_ja arguments(reader *j, og_ja v, bool mark) {
    if (j->arguments == OG_JINJA_TEXT && v.type == OG_JA_DICT) {
        og_ja_sb b;
        og_ja_sb_init(&b, j->r);
        og_ja_tojson(&b, v, &(og_ja_json){.item = og_ja_cstr(", "), .key = og_ja_cstr(": ")}, 0);
        return og_ja_sb_done(&b);
    }
    if (j->arguments != OG_JINJA_OBJECT || v.type != OG_JA_STR || v.n == 0) return v;
    og_jread whole;
    og_jread_open(&whole, v.u.s, v.n);
    if (og_jread_skip(&whole, og_jread_next(&whole)) == OG_JSON_BAD || og_jread_next(&whole) != OG_JSON_END) return v;
    reader inner = {.r = j->r, .inner = true};
    og_jread_open(&inner.j, v.u.s, v.n);
    return og_jread_next(&inner.j) == OG_JSON_OBJECT ? object(&inner, mark) : v;
}

static og_ja object(reader *j, bool mark) {
    og_ja d = og_ja_dict_new(j->r);
    bool root = j->j.depth == 1 && !j->inner;
    og_jevent event;
    while (!j->r->failed && (event = og_jread_next(&j->j)) == OG_JSON_KEY) {
        og_ja key = string(j, mark && !root);
        if (root) j->arguments = og_ja_is(key, "messages") ? j->wanted : OG_JINJA_AS_GIVEN;
        og_ja v = value(j, og_jread_next(&j->j), marked_value(key, root, mark));
        if (j->arguments && og_ja_is(key, "arguments")) v = arguments(j, v, mark);
        if (!j->r->failed) og_ja_dict_set(j->r, d.u.dict, key, v);
    }
    if (j->j.problem) fail(j, j->j.problem);
    return j->r->failed ? OG_JA_NIL : d;
}

static og_ja value(reader *j, og_jevent event, bool mark) {
    switch (event) {
    case OG_JSON_OBJECT:
        return object(j, mark);
    case OG_JSON_ARRAY:
        return array(j, mark);
    case OG_JSON_STRING:
        return string(j, mark);
    case OG_JSON_INT:
        return og_ja_int(j->j.i);
    case OG_JSON_REAL:
        return og_ja_float(j->j.f);
    case OG_JSON_TRUE:
    case OG_JSON_FALSE:
        return og_ja_bool(event == OG_JSON_TRUE);
    case OG_JSON_NULL:
        return og_ja_none();
    default:
        return fail(j, j->j.problem);
    }
}

og_ja og_ja_json_read(og_ja_rt *r, const og_jinja_input *in) {
    _Static_assert((int)OG_JSON_DEPTH <= (int)OG_JA_NEST, "data nests no deeper than templates may");
    reader j = {.r = r, .wanted = in->arguments};
    og_jread_open(&j.j, in->json, in->len);
    og_jevent event = og_jread_next(&j.j);
    if (event != OG_JSON_OBJECT) {
        j.j.at = 0;
        return fail(&j, "the variables must be an object, '{',");
    }
    og_ja d = object(&j, in->mark);
    if (!r->failed && og_jread_next(&j.j) != OG_JSON_END) return fail(&j, j.j.problem);
    return d;
}
