/* Saved sessions of any bytes. The input says what is changed in a good file: a first byte of flags (1: the header's hash is mended, 2:
 * those of the pieces), then {offset u16, value u8} triples, then a length u16 if two bytes are left. What is restored must be usable. */
#include "base/hash.h"
#include "runtime/session.h"

#include "../unit/tiny_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 96, FIELD_TOKENS = 5, FIELD_PAGES = 6, FIELD_PAGE_BYTES = 7, TOKENS = 5 };

static og_session *session;
static uint8_t *good;
static size_t good_size;

static void must(og_status status, const og_error *err) {
    if (status == OG_OK) return;
    fprintf(stderr, "%s\n", err->text);
    abort();
}

static uint64_t field(const uint8_t *file, int i) {
    uint64_t v;
    memcpy(&v, file + 8 * i, sizeof v);
    return v;
}

/* What is in pages of the system's is not seen by the search for leaks, so it is closed. */
static void finish(void) {
    og_session_close(session);
    free(good);
}

/* One page of one tiny layer, once. */
static void prepare(void) {
    char path[256];
    og_error err = {0};
    og_engine *engine;
    og_model *model;
    og_engine_params engine_params = {.threads = 1};
    og_session_params params = {.n_ctx = 64, .n_chunk = 8};
    const og_arch *arch = og_arch_at(0);
    og_hparams hp = arch->tiny;
    hp.n_layer = 1;
    must(tiny_write(tiny_path(path, sizeof path), arch, &hp, NULL, &err), &err);
    must(og_engine_open(&engine_params, &engine, &err), &err);
    must(og_model_open(engine, path, NULL, &model, &err), &err);
    must(og_session_open(model, &params, &session, &err), &err);
    const int32_t ids[TOKENS] = {1, 5, 9, 12, 3};
    must(og_session_eval(session, ids, TOKENS, NULL, NULL, &err), &err);
    must(og_session_save(session, path, &err), &err);
    og_source *src;
    must(og_source_open(path, &src, &err), &err);
    good_size = (size_t)og_source_size(src);
    good = malloc(good_size);
    must(og_source_read(src, 0, good, good_size, &err), &err);
    og_source_close(src);
    unlink(path);
    og_model_close(model); /* the session keeps them */
    og_engine_close(engine);
    atexit(finish);
}

static size_t mend_piece(uint8_t *file, size_t at, size_t bytes) {
    const uint64_t check = og_hash(file + at, bytes, 0);
    memcpy(file + at + bytes, &check, sizeof check);
    return at + bytes + sizeof check;
}

static void mend(uint8_t *file, int flags) {
    if (flags & 1) mend_piece(file, 0, HEADER - sizeof(uint64_t));
    if (!(flags & 2)) return;
    size_t at = mend_piece(file, HEADER, (size_t)field(good, FIELD_TOKENS) * sizeof(int32_t));
    for (uint64_t i = 0; i < field(good, FIELD_PAGES); i++) at = mend_piece(file, at, (size_t)field(good, FIELD_PAGE_BYTES));
    mend_piece(file, at, good_size - at - sizeof(uint64_t));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!session) prepare();
    if (size == 0) return 0;
    uint8_t *file = malloc(good_size);
    if (!file) abort();
    memcpy(file, good, good_size);
    const int flags = *data++;
    for (size--; size >= 3; size -= 3, data += 3) {
        const size_t at = (size_t)(data[0] | data[1] << 8);
        if (at < good_size) file[at] = data[2];
    }
    mend(file, flags);
    const size_t length = size == 2 ? OG_MIN(good_size, (size_t)(data[0] | data[1] << 8)) : good_size;
    uint8_t *copy = malloc(length + !length); /* a block of its own, so that reading past its end is seen */
    if (!copy) abort();
    memcpy(copy, file, length);
    og_source *src;
    if (og_source_memory(copy, length, "input", &src, NULL) != OG_OK) abort();
    og_error err = {0};
    const int32_t id = 7;
    if (og_session_restore_source(session, src, &err) != OG_OK && err.text[0] == 0) abort();
    must(og_session_eval(session, &id, 1, NULL, NULL, &err), &err);
    must(og_session_rewind(session, og_session_n_past(session) - 1, &err), &err);
    og_source_close(src);
    free(copy);
    free(file);
    return 0;
}
