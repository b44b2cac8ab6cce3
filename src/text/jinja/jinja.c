/* jinja.c: a template's life: lexed, parsed, rendered. */
#include "text/jinja/jinja.h"

#include "text/jinja/value.h"

struct og_jinja {
    og_ja_program program;
};

static og_status intern_words(og_ja_program *p, og_error *err) {
    p->words = (og_ja_words){.loop = og_ja_intern(p, "loop", 4),
                             .caller = og_ja_intern(p, "caller", 6),
                             .varargs = og_ja_intern(p, "varargs", 7),
                             .kwargs = og_ja_intern(p, "kwargs", 6)};
    bool ok = p->words.loop && p->words.caller && p->words.varargs && p->words.kwargs;
    return ok ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for a chat template");
}

og_status og_jinja_open(const char *text, size_t len, const og_jinja_syntax *syntax, og_jinja **out, og_error *err) {
    og_jinja *t = og_calloc(1, sizeof *t);
    if (!t) return og_fail(err, OG_ERR_MEMORY, "out of memory for a chat template");
    og_arena_init(&t->program.arena, 0);
    og_ja_tok *toks = NULL;
    size_t n = 0;
    og_status status = intern_words(&t->program, err);
    if (status == OG_OK) status = og_ja_lex(&t->program.arena, text, len, syntax, &toks, &n, err);
    if (status == OG_OK) status = og_ja_parse(&t->program, toks, n, err);
    og_release(toks);
    if (status == OG_OK)
        *out = t;
    else
        og_jinja_close(t);
    return status;
}

void og_jinja_close(og_jinja *tmpl) {
    if (!tmpl) return;
    og_arena_free(&tmpl->program.arena);
    og_release(tmpl);
}

static og_status finish(og_ja_rt *r, const og_ja_sb *text, og_buf *out, og_buf *marks) {
    if (r->failed) return r->status;
    bool ok = og_buf_reserve(out, text->n) && (!marks || og_buf_reserve(marks, text->n));
    if (ok) ok = og_buf_add(out, text->s, text->n);
    for (size_t i = 0; ok && marks && i < text->n; i++) {
        char mark = text->mark ? (char)text->mark[i] : 0;
        ok = og_buf_add(marks, &mark, 1);
    }
    return ok ? OG_OK : og_fail(r->err, OG_ERR_MEMORY, "out of memory for the text of a chat template");
}

og_status og_jinja_render(const og_jinja *tmpl, const og_jinja_input *in, og_buf *out, og_buf *marks, og_error *err) {
    const og_jinja_limits *limits = &in->limits;
    og_ja_rt r = {
        .max_steps = limits->steps ? limits->steps : 20000000,
        .max_bytes = limits->memory ? limits->memory : (size_t)256 << 20,
        .max_output = limits->output ? limits->output : (size_t)64 << 20,
        .err = err,
        .line = 1,
        .now = in->now,
        .words = &tmpl->program.words,
    };
    og_arena_init(&r.arena, 0);
    og_ja_sb text;
    og_ja_sb_init(&text, &r);
    text.max = r.max_output;
    r.out = &text;
    og_ja context = og_ja_json_read(&r, in);
    if (!r.failed) {
        r.context = context.u.dict;
        og_ja_env *env = og_ja_env_new(&r, NULL);
        if (env) og_ja_exec(&r, &tmpl->program.body, env);
    }
    og_status status = finish(&r, &text, out, marks);
    if (in->refused) *in->refused = r.refused;
    og_arena_free(&r.arena);
    return status;
}
