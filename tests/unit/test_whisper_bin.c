/* whisper.cpp's container seen as a GGUF file: names, the order of a convolution's weights, the vocabulary's merges and special tokens; and
 * what is refused, byte by byte. */
#include "convert/convert.h"
#include "model/speech/speech.h"
#include "text/tokenizer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDE = 4, HEADS = 2, AUDIO = 6, TEXT = 8, MELS = 5, VOCAB = 51865, TOKENS = 50257 };

static void put(og_buf *b, uint32_t v) {
    const uint8_t raw[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
    og_buf_add(b, raw, 4);
}

/* Numbers 0, 1, 2, ... */
static void tensor(og_buf *b, const char *name, uint32_t n_dims, uint32_t d0, uint32_t d1, uint32_t d2) {
    const uint32_t dim[3] = {d0, d1, d2};
    put(b, n_dims);
    put(b, (uint32_t)strlen(name));
    put(b, OG_F32);
    uint32_t n = 1;
    for (uint32_t i = 0; i < n_dims; i++) {
        put(b, dim[i]);
        n *= dim[i];
    }
    og_buf_add(b, name, strlen(name));
    for (uint32_t i = 0; i < n; i++) {
        const float x = (float)(i % 4096);
        og_buf_add(b, &x, 4);
    }
}

static void both(og_buf *b, const char *name, uint32_t in, uint32_t out) {
    char full[200];
    snprintf(full, sizeof full, "%s.weight", name);
    tensor(b, full, in ? 2 : 1, in ? in : out, out, 1);
    snprintf(full, sizeof full, "%s.bias", name);
    tensor(b, full, 1, out, 1, 1);
}

static void attention(og_buf *b, const char *prefix) {
    static const char *const parts[] = {"query", "value", "out"};
    char name[160];
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s.%s", prefix, parts[i]);
        both(b, name, WIDE, WIDE);
    }
    snprintf(name, sizeof name, "%s.key.weight", prefix);
    tensor(b, name, 2, WIDE, WIDE, 1);
}

static void layer(og_buf *b, const char *side, bool cross) {
    char name[96];
    snprintf(name, sizeof name, "%s.blocks.0.attn_ln", side);
    both(b, name, 0, WIDE);
    snprintf(name, sizeof name, "%s.blocks.0.attn", side);
    attention(b, name);
    snprintf(name, sizeof name, "%s.blocks.0.mlp_ln", side);
    both(b, name, 0, WIDE);
    snprintf(name, sizeof name, "%s.blocks.0.mlp.0", side);
    both(b, name, WIDE, 4 * WIDE);
    snprintf(name, sizeof name, "%s.blocks.0.mlp.2", side);
    both(b, name, 4 * WIDE, WIDE);
    if (!cross) return;
    both(b, "decoder.blocks.0.cross_attn_ln", 0, WIDE);
    attention(b, "decoder.blocks.0.cross_attn");
}

/* Bytes as tokens, then " the" by way of "th" and "the", then fillers. */
static void tokens(og_buf *b) {
    static const char *const more[] = {"th", "the", " the", " x y"};
    put(b, TOKENS);
    for (uint32_t i = 0; i < TOKENS; i++) {
        char text[16];
        uint32_t n = 1;
        text[0] = (char)i;
        if (i >= 256 && i < 260) n = (uint32_t)snprintf(text, sizeof text, "%s", more[i - 256]);
        if (i >= 260) n = (uint32_t)snprintf(text, sizeof text, "\x01%u", i);
        put(b, n);
        og_buf_add(b, text, n);
    }
}

static void make_file(og_buf *b) {
    const uint32_t sizes[] = {VOCAB, AUDIO, WIDE, HEADS, 1, TEXT, WIDE, HEADS, 1, MELS, 0};
    og_buf_init(b);
    put(b, 0x67676d6c);
    for (size_t i = 0; i < OG_LEN(sizes); i++) put(b, sizes[i]);
    put(b, 1);
    put(b, 1);
    put(b, 0);
    tokens(b);
    tensor(b, "encoder.positional_embedding", 2, WIDE, AUDIO, 1);
    tensor(b, "encoder.conv1.weight", 3, 3, MELS, WIDE);
    tensor(b, "encoder.conv1.bias", 2, 1, WIDE, 1);
    tensor(b, "encoder.conv2.weight", 3, 3, WIDE, WIDE);
    tensor(b, "encoder.conv2.bias", 2, 1, WIDE, 1);
    layer(b, "encoder", false);
    both(b, "encoder.ln_post", 0, WIDE);
    tensor(b, "decoder.positional_embedding", 2, WIDE, TEXT, 1);
    tensor(b, "decoder.token_embedding.weight", 2, WIDE, VOCAB, 1);
    layer(b, "decoder", true);
    both(b, "decoder.ln", 0, WIDE);
    assert_false(b->failed);
}

static og_file *open_bytes(const og_buf *b, size_t n, og_error *err) {
    og_source *src;
    og_file *file = NULL;
    assert_int_equal(og_source_memory(b->data, n, "model.bin", &src, err), OG_OK);
    return og_convert_whisper_bin(src, &file, err) == OG_OK ? file : NULL;
}

static void read_tensor(const og_file *file, const char *name, float *out, size_t n) {
    og_tensor_info info;
    og_type type;
    og_error err;
    assert_true(og_file_find_tensor(file, name, &info, &type));
    assert_int_equal(info.bytes, n * 4);
    assert_int_equal(og_source_read(og_file_source(file, 0), info.offset, out, n * 4, &err), OG_OK);
}

static void test_view(void **state) {
    (void)state;
    og_buf b;
    og_error err = {0};
    og_lm *lm;
    make_file(&b);
    og_file *file = open_bytes(&b, b.len, &err);
    if (!file) fail_msg("%s", err.text);
    if (og_speech_bind(file, &lm, &err) != OG_OK) fail_msg("%s", err.text);
    assert_int_equal(og_speech_n_audio(lm), AUDIO);
    assert_int_equal(lm->hp.n_vocab, VOCAB);
    og_lm_close(lm);
    float x[3 * MELS * WIDE];
    read_tensor(file, "enc.conv1.weight", x, OG_LEN(x));
    for (int o = 0; o < WIDE; o++) /* [out][tap][in] of [out][in][tap] */
        for (int k = 0; k < 3; k++)
            for (int c = 0; c < MELS; c++) assert_float_equal(x[(o * 3 + k) * MELS + c], (float)((o * MELS + c) * 3 + k), 0);
    read_tensor(file, "blk.1.cross_attn_k.weight", x, WIDE * WIDE);
    assert_float_equal(x[5], 5, 0);
    og_file_close(file);
    og_buf_free(&b);
}

static void test_vocabulary(void **state) {
    (void)state;
    og_buf b;
    og_error err = {0};
    og_tok *tok;
    int32_t *ids;
    size_t n;
    make_file(&b);
    og_file *file = open_bytes(&b, b.len, &err);
    assert_non_null(file);
    if (og_tok_open(file, &tok, &err) != OG_OK) fail_msg("%s", err.text);
    assert_int_equal(og_tok_encode(tok, "the the", 7, 0, &ids, &n, &err), OG_OK);
    assert_int_equal(n, 2);
    assert_int_equal(ids[0], 257);
    assert_int_equal(ids[1], 258);
    og_free(ids);
    static const struct {
        int32_t id;
        const char *text;
    } want[] = {{50257, "<|endoftext|>"}, {50258, "<|startoftranscript|>"}, {50259, "<|en|>"},   {50357, "<|su|>"},
                {50358, "<|translate|>"}, {50363, "<|notimestamps|>"},      {50364, "<|0.00|>"}, {51864, "<|30.00|>"}};
    for (size_t i = 0; i < OG_LEN(want); i++) {
        size_t len;
        const char *s = og_tok_piece(tok, want[i].id, &len);
        assert_int_equal(len, strlen(want[i].text));
        assert_memory_equal(s, want[i].text, len);
    }
    og_tok_close(tok);
    og_file_close(file);
    og_buf_free(&b);
}

/* Cut anywhere it is refused with a sentence; so are counts that lie. */
static void test_damage(void **state) {
    (void)state;
    og_buf b;
    og_error err = {0};
    make_file(&b);
    for (size_t n = 0; n < b.len; n += n < 100 ? 1 : n / 16) {
        err.text[0] = '\0';
        og_file *file = open_bytes(&b, n, &err);
        og_lm *lm;
        if (file && og_speech_bind(file, &lm, &err) == OG_OK) fail_msg("the first %zu bytes are a model", n);
        og_file_close(file);
        assert_true(err.text[0] != '\0');
    }
    for (size_t at = 4; at < 56; at += 4) { /* sizes, and those of the filters */
        uint8_t kept[4];
        memcpy(kept, b.data + at, 4);
        memset(b.data + at, 0x7f, 4);
        assert_null(open_bytes(&b, b.len, &err));
        memcpy(b.data + at, kept, 4);
    }
    og_buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_view), cmocka_unit_test(test_vocabulary), cmocka_unit_test(test_damage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
