/* Saved sessions: they go on with the same bits, for every architecture; files that are damaged, cut off, of another model or cache are
 * refused and change nothing. And prompts that begin like what the session holds. */
#include "tiny_session.h"

enum { N = 150, CTX = 256 }; /* past two pages of the cache */

typedef struct bytes {
    uint8_t *data;
    size_t n;
} bytes;

static bytes read_file(const char *path) {
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    bytes b = {.n = (size_t)ftell(f)};
    b.data = malloc(b.n + 64);
    rewind(f);
    assert_int_equal(fread(b.data, 1, b.n, f), b.n);
    fclose(f);
    return b;
}

static void write_file(const char *path, const void *data, size_t n) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    fclose(f);
}

static void save(og_session *s, const char *path) {
    og_error err = {0};
    if (og_session_save(s, path, &err) != OG_OK) fail_msg("%s", err.text);
}

static void restore(og_session *s, const char *path) {
    og_error err = {0};
    if (og_session_restore(s, path, &err) != OG_OK) fail_msg("%s", err.text);
}

static void same_logits(og_session *a, og_session *b, size_t n_vocab) {
    assert_non_null(og_session_logits(a));
    assert_memory_equal(og_session_logits(a), og_session_logits(b), n_vocab * sizeof(float));
}

/* A session saved after n tokens, of which `back` were taken back, and another one that restores it, side by side. */
static void side_by_side(const tiny *t, const char *path, size_t n, uint32_t back, const int32_t *ids) {
    const size_t n_vocab = (size_t)tiny_n_vocab(t);
    og_session *other = tiny_session(t->model, CTX - 64, 7);
    tiny_eval(other, ids + 3, 80); /* replaced by what is restored */
    tiny_rewind(t->session, 0);
    if (n) tiny_eval(t->session, ids, n);
    if (back) tiny_rewind(t->session, (uint32_t)n - back);
    save(t->session, path);
    restore(other, path);
    assert_int_equal(og_session_n_past(other), n - back);
    if (n && !back) same_logits(other, t->session, n_vocab);
    if (!n || back) assert_null(og_session_logits(other));
    for (size_t i = 0; i < 3; i++) {
        tiny_eval(t->session, ids + n - back + 7 * i, 7);
        tiny_eval(other, ids + n - back + 7 * i, 7);
        same_logits(other, t->session, n_vocab);
    }
    const uint32_t pos = (uint32_t)(n - back) / 2; /* and goes back like it */
    tiny_rewind(t->session, pos);
    tiny_rewind(other, pos);
    tiny_eval(t->session, ids, 5);
    tiny_eval(other, ids, 5);
    same_logits(other, t->session, n_vocab);
    og_session_close(other);
}

static void restored_sessions_go_on_alike(void **state) {
    (void)state;
    char path[256];
    tiny_path(path, sizeof path);
    for (int i = 0; og_arch_at(i); i++) {
        if (og_arch_at(i)->encoder) continue;
        tiny t = tiny_open(og_arch_at(i), OG_F32, 2, CTX, 32);
        int32_t *ids = tiny_tokens(&t, CTX);
        static const size_t lengths[] = {0, 1, 63, 64, 65, N};
        for (size_t j = i ? OG_LEN(lengths) - 1 : 0; j < OG_LEN(lengths); j++) side_by_side(&t, path, lengths[j], 0, ids);
        og_model_info info;
        og_model_describe(t.model, &info);
        if (i < 1 || info.state_bytes) side_by_side(&t, path, N, 40, ids);
        free(ids);
        tiny_close(&t);
    }
    unlink(path);
}

static void text_goes_on_without_a_prompt(void **state) {
    (void)state;
    char path[256];
    tiny_path(path, sizeof path);
    tiny t = tiny_open(og_arch_at(0), OG_F32, 2, CTX, 0);
    int32_t *ids = tiny_tokens(&t, N);
    tiny_eval(t.session, ids, 20);
    save(t.session, path);
    og_generate_params p = og_generate_defaults();
    p.max_tokens = 12;
    p.ignore_end = true;
    p.sampling.seed = 5;
    assert_int_equal(og_session_generate(t.session, &p, NULL, NULL), OG_OK);
    bytes first, again;
    save(t.session, path);
    first = read_file(path);
    tiny_rewind(t.session, 0);
    tiny_eval(t.session, ids, 20);
    save(t.session, path);
    og_session *other = tiny_session(t.model, CTX, 0);
    restore(other, path);
    assert_int_equal(og_session_generate(other, &p, NULL, NULL), OG_OK);
    save(other, path);
    again = read_file(path);
    assert_int_equal(first.n, again.n);
    assert_memory_equal(first.data, again.data, first.n); /* the tokens are among this */
    free(first.data);
    free(again.data);
    og_session_close(other);
    free(ids);
    tiny_close(&t);
    unlink(path);
}

/* ---- refusals ---- */

typedef struct victim {
    tiny t;
    char path[256];
    int32_t *ids;
    float *logits;
    bytes good;
} victim;

/* A file of 70 tokens, and a session that holds 30 others. */
static victim victim_open(const og_arch *arch) {
    victim v = {.t = tiny_open(arch, OG_F32, 1, CTX, 0)};
    tiny_path(v.path, sizeof v.path);
    v.ids = tiny_tokens(&v.t, N);
    tiny_eval(v.t.session, v.ids, 70);
    save(v.t.session, v.path);
    v.good = read_file(v.path);
    tiny_rewind(v.t.session, 0);
    tiny_eval(v.t.session, v.ids + 50, 30);
    const size_t size = (size_t)tiny_n_vocab(&v.t) * sizeof(float);
    v.logits = malloc(size);
    memcpy(v.logits, og_session_logits(v.t.session), size);
    return v;
}

static void victim_close(victim *v) {
    unlink(v->path);
    free(v->good.data);
    free(v->logits);
    free(v->ids);
    tiny_close(&v->t);
}

/* The file is refused with this status, for a reason that has `says` in it, and the session is what it was. */
static void refuses(victim *v, og_status status, const char *says) {
    og_error err = {0};
    assert_int_equal(og_session_restore(v->t.session, v->path, &err), status);
    if (!strstr(err.text, says) || !strstr(err.text, v->path)) fail_msg("%s", err.text);
    assert_int_equal(og_session_n_past(v->t.session), 30);
    assert_memory_equal(og_session_logits(v->t.session), v->logits, (size_t)tiny_n_vocab(&v->t) * sizeof(float));
}

static void damage_is_found_wherever_it_is(void **state) {
    (void)state;
    victim v = victim_open(og_arch_at(0));
    bytes b = v.good;
    const size_t step = getenv("OG_SPARSE") ? 997 : 97;
    for (size_t at = 0; at < b.n; at += at < 100 || at + 9 > b.n ? 1 : step) {
        b.data[at] ^= (uint8_t)(1 << at % 8);
        write_file(v.path, b.data, b.n);
        og_error err = {0};
        const og_status status = og_session_restore(v.t.session, v.path, &err);
        if (status != OG_ERR_FORMAT && status != OG_ERR_UNSUPPORTED) fail_msg("byte %zu: %s", at, err.text);
        b.data[at] ^= (uint8_t)(1 << at % 8);
    }
    for (size_t n = 0; n < b.n; n += n < 130 ? 1 : step * 3) {
        write_file(v.path, b.data, n);
        refuses(&v, OG_ERR_FORMAT, n < 96 ? "short" : "cut off");
    }
    write_file(v.path, b.data, b.n + 1);
    refuses(&v, OG_ERR_FORMAT, "added");
    write_file(v.path, "GGUF", 4);
    refuses(&v, OG_ERR_FORMAT, "no saved session");
    memset(b.data, 'x', 16);
    write_file(v.path, b.data, b.n);
    refuses(&v, OG_ERR_FORMAT, "no saved session");
    victim_close(&v);
}

static void other_models_and_sizes_are_refused(void **state) {
    (void)state;
    victim v = victim_open(og_arch_at(0));
    og_error err = {0};
    tiny other = tiny_open(og_arch_at(1), OG_F32, 1, CTX, 0);
    assert_int_equal(og_session_restore(other.session, v.path, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "another model"));
    tiny_close(&other);
    /* the same shape, other weights */
    char path[256];
    og_hparams hp = og_arch_at(0)->tiny;
    tiny_options options = {.tied = true};
    assert_int_equal(tiny_write(tiny_path(path, sizeof path), og_arch_at(0), &hp, &options, &err), OG_OK);
    other = tiny_open_file(path, 1, CTX, 0);
    unlink(path);
    assert_int_equal(og_session_restore(other.session, v.path, &err), OG_ERR_ARG);
    tiny_close(&other);
    /* the same model from another file of another name is the same model */
    other = tiny_open(og_arch_at(0), OG_F32, 1, 69, 0);
    assert_int_equal(og_session_restore(other.session, v.path, &err), OG_ERR_CONTEXT);
    assert_non_null(strstr(err.text, "70 tokens"));
    og_session *just = tiny_session(other.model, 70, 0);
    restore(just, v.path);
    assert_int_equal(og_session_eval(just, v.ids, 1, NULL, NULL, &err), OG_ERR_CONTEXT);
    og_session_close(just);
    tiny_close(&other);
    victim_close(&v);
}

static void places_that_cannot_be_written_or_read(void **state) {
    (void)state;
    victim v = victim_open(og_arch_at(0));
    og_error err = {0};
    assert_int_equal(og_session_save(v.t.session, "/does/not/exist/s", &err), OG_ERR_IO);
    assert_int_equal(og_session_restore(v.t.session, "/does/not/exist", &err), OG_ERR_IO);
    assert_int_equal(og_session_save(NULL, v.path, &err), OG_ERR_ARG);
    assert_int_equal(og_session_save(v.t.session, NULL, &err), OG_ERR_ARG);
    assert_int_equal(og_session_restore(v.t.session, NULL, &err), OG_ERR_ARG);
    assert_int_equal(og_session_restore(NULL, v.path, &err), OG_ERR_ARG);
    victim_close(&v);
}

static og_status save_and_restore(og_session *s, const char *path, og_error *err) {
    OG_TRY(og_session_save(s, path, err));
    return og_session_restore(s, path, err);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    victim v = victim_open(og_arch_at(0));
    og_error err = {0};
    int n = 0;
    for (og_status status = OG_ERR_MEMORY; status != OG_OK;) {
        og_alloc_fail_after((uint64_t)++n);
        status = save_and_restore(v.t.session, v.path, &err);
        og_alloc_fail_after(0);
        assert_true(status == OG_OK || status == OG_ERR_MEMORY);
        assert_int_equal(og_session_n_past(v.t.session), 30);
    }
    assert_true(n > 4);
    victim_close(&v);
}

/* ---- prompts that begin alike ---- */

static void a_common_beginning_is_not_evaluated_again(void **state) {
    (void)state;
    for (int i = 0; og_arch_at(i); i++) {
        if (og_arch_at(i)->encoder) continue;
        tiny t = tiny_open(og_arch_at(i), OG_F32, 2, CTX, 32);
        og_session *fresh = tiny_session(t.model, CTX, 0);
        int32_t *ids = tiny_tokens(&t, CTX);
        const size_t n_vocab = (size_t)tiny_n_vocab(&t);
        og_error err = {0};
        static const struct {
            size_t change, n;
            uint32_t reused;
        } steps[] = {{0, 100, 0}, {100, 150, 100}, {90, 130, 90}, {3, 20, 3}, {20, 20, 20}, {20, 12, 11}, {0, 70, 0}};
        for (size_t j = 0; j < OG_LEN(steps); j++) {
            uint32_t reused = 99999;
            for (size_t k = steps[j].change; k < CTX; k++) ids[k] = (ids[k] + 1) % tiny_n_vocab(&t);
            if (og_session_prompt(t.session, ids, steps[j].n, &reused, NULL, NULL, &err) != OG_OK) fail_msg("%s", err.text);
            assert_int_equal(reused, steps[j].reused);
            assert_int_equal(og_session_n_past(t.session), steps[j].n);
            tiny_rewind(fresh, 0);
            tiny_eval(fresh, ids, steps[j].n);
            same_logits(t.session, fresh, n_vocab);
        }
        og_session_close(fresh);
        free(ids);
        tiny_close(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restored_sessions_go_on_alike),
        cmocka_unit_test(text_goes_on_without_a_prompt),
        cmocka_unit_test(damage_is_found_wherever_it_is),
        cmocka_unit_test(other_models_and_sizes_are_refused),
        cmocka_unit_test(places_that_cannot_be_written_or_read),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(a_common_beginning_is_not_evaluated_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
