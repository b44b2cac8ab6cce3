/* What conversion reads besides safetensors, with any bytes: the first says which file the rest is.
 *   'c' config.json, 's' tokenizer.model, anything else tokenizer.json */
#include "convert/hf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
    if (!ok) abort();
}

static og_jdoc *json(const uint8_t *data, size_t size) {
    char *text = og_alloc(size);
    og_jdoc *doc = NULL;
    og_error err = {0};
    check(text != NULL);
    memcpy(text, data, size);
    if (og_jdoc_open(text, size, "input", &doc, &err) == OG_OK) return doc;
    check(err.status == OG_ERR_FORMAT && strstr(err.text, "not JSON"));
    return NULL;
}

static og_status sentencepiece(og_hf *hf, const uint8_t *data, size_t size, og_error *err) {
    char path[64];
    og_hf_tokens t;
    int fd = memfd_create("input", 0);
    check(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    og_status status = og_hf_vocab_spm(hf, path, &t, err);
    close(fd);
    return status;
}

static og_status config(og_hf *hf, const uint8_t *data, size_t size, og_error *err) {
    hf->config = json(data, size);
    if (!hf->config) return OG_OK;
    OG_TRY(og_hf_find_arch(hf, err));
    OG_TRY(og_hf_keys(hf, err));
    return hf->arch->extra(hf, err);
}

static og_status tokenizer(og_hf *hf, const uint8_t *data, size_t size, og_error *err) {
    hf->tokenizer = json(data, size);
    hf->config = json((const uint8_t *)"{}", 2);
    hf->cfg = og_jdoc_root(hf->config);
    hf->n.n_vocab = 512;
    return hf->tokenizer ? og_hf_vocab(hf, err) : OG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    og_hf hf = {.folder = (char *)(uintptr_t) "/nowhere"};
    og_error err = {0};
    og_arena_init(&hf.arena, 0);
    check(og_gguf_writer_open_header("input", &hf.w, NULL) == OG_OK);
    og_status status = data[0] == 'c'   ? config(&hf, data + 1, size - 1, &err)
                       : data[0] == 's' ? sentencepiece(&hf, data + 1, size - 1, &err)
                                        : tokenizer(&hf, data + 1, size - 1, &err);
    check(status == OG_OK || (err.status == status && err.text[0]));
    og_buf head;
    og_buf_init(&head);
    (void)og_gguf_build_header(hf.w, &head, NULL);
    og_buf_free(&head);
    og_gguf_writer_abort(hf.w);
    og_jdoc_close(hf.config);
    og_jdoc_close(hf.tokenizer);
    og_release(hf.out);
    og_arena_free(&hf.arena);
    return 0;
}
