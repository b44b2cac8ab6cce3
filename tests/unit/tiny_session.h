/* tiny_session.h: for tests, an engine, a tiny random model and a session over it, opened and closed together. */
#ifndef OG_TESTS_TINY_SESSION_H
#define OG_TESTS_TINY_SESSION_H

#include "offgrid.h"
#include "tiny_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

typedef struct tiny {
    og_engine *engine;
    og_model *model;
    og_session *session;
} tiny;

static inline og_engine *tiny_engine(int threads, const char *cpu) {
    og_engine *engine;
    og_error err = {0};
    og_engine_params params = {.threads = threads, .cpu = cpu};
    if (og_engine_open(&params, &engine, &err) != OG_OK) fail_msg("%s", err.text);
    return engine;
}

static inline og_session *tiny_session(og_model *model, uint32_t n_ctx, uint32_t n_chunk) {
    og_session *session;
    og_error err = {0};
    og_session_params params = {.n_ctx = n_ctx, .n_chunk = n_chunk};
    if (og_session_open(model, &params, &session, &err) != OG_OK) fail_msg("%s", err.text);
    return session;
}

/* Writes a model of this type: F32 in the row's tiny size, else in the wide one, whose rows are whole blocks. */
static inline const char *tiny_file(const og_arch *arch, og_type type, char path[256]) {
    og_error err = {0};
    og_hparams wide = tiny_wide(arch);
    tiny_options options = {.type = type, .tied = type != OG_F32};
    if (tiny_write(tiny_path(path, 256), arch, type == OG_F32 ? NULL : &wide, &options, &err) != OG_OK) fail_msg("%s", err.text);
    return path;
}

static inline tiny tiny_open_file(const char *path, int threads, uint32_t n_ctx, uint32_t n_chunk) {
    tiny t = {.engine = tiny_engine(threads, NULL)};
    og_error err = {0};
    if (og_model_open(t.engine, path, NULL, &t.model, &err) != OG_OK) fail_msg("%s", err.text);
    t.session = tiny_session(t.model, n_ctx, n_chunk);
    return t;
}

static inline tiny tiny_open(const og_arch *arch, og_type type, int threads, uint32_t n_ctx, uint32_t n_chunk) {
    char path[256];
    tiny t = tiny_open_file(tiny_file(arch, type, path), threads, n_ctx, n_chunk);
    unlink(path);
    return t;
}

static inline void tiny_close(tiny *t) {
    og_session_close(t->session);
    og_model_close(t->model);
    og_engine_close(t->engine);
}

static inline int32_t tiny_n_vocab(const tiny *t) {
    og_model_info info;
    og_model_describe(t->model, &info);
    return info.n_vocab;
}

/* Token i of a fixed pseudo-random text. */
static inline int32_t tiny_token(const tiny *t, size_t i) {
    return (int32_t)((i * 2654435761u >> 7) % (size_t)tiny_n_vocab(t));
}

static inline int32_t *tiny_tokens(const tiny *t, size_t n) {
    int32_t *ids = malloc(n * sizeof *ids);
    for (size_t i = 0; i < n; i++) ids[i] = tiny_token(t, i);
    return ids;
}

static inline void tiny_eval(og_session *session, const int32_t *ids, size_t n) {
    og_error err = {0};
    if (og_session_eval(session, ids, n, NULL, NULL, &err) != OG_OK) fail_msg("%s", err.text);
}

static inline void tiny_rewind(og_session *session, uint32_t pos) {
    og_error err = {0};
    if (og_session_rewind(session, pos, &err) != OG_OK) fail_msg("%s", err.text);
}

#endif
