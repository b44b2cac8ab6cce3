/* Checkpoints of every class that can be converted: converted as they are and as F32, their logits are those of transformers, their
 * tokens those of Hugging Face's tokenizers, and with adapters they are those of PEFT. Weights are made here, by the rule in
 * tests/golden/make_hf.py. */
#include "offgrid.h"
#include "base/base.h"
#include "model/arch.h"
#include "quant/quant.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HF OG_SOURCE_DIR "/tests/golden/hf"
#define MIN_COSINE 0.99999 /* keys and values are F16 in our cache, F32 there */

static char tmp[64], kept[80]; /* a folder, and a model beside it */

static char *read_text(const char *path, size_t *len) {
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("cannot open %s", path);
    char *text = malloc(1 << 20);
    *len = fread(text, 1, (1 << 20) - 1, f);
    text[*len] = '\0';
    fclose(f);
    return text;
}

static void copy(const char *from, const char *name) {
    char to[256];
    size_t len;
    char *text = read_text(from, &len);
    snprintf(to, sizeof to, "%s/%s", tmp, name);
    FILE *f = fopen(to, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
    free(text);
}

/* ---- weights ---- */

static size_t generate(const char *name, const char *dtype, float mean, float scale, size_t n, uint8_t *out) {
    uint64_t h = 0xcbf29ce484222325u;
    for (const char *p = name; *p; p++) h = (h ^ (uint8_t)*p) * 0x100000001b3u;
    size_t size = strcmp(dtype, "F32") == 0 ? 4 : strcmp(dtype, "U8") == 0 ? 1 : 2;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = h + (i + 1) * 0x9E3779B97F4A7C15u;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
        x ^= x >> 31;
        float v = mean + scale * ((float)(x >> 40) * 0x1p-24f - 0.5f);
        uint16_t half = strcmp(dtype, "BF16") == 0 ? og_f32_to_bf16(v) : og_f32_to_f16(v);
        uint8_t byte = size == 1 ? (uint8_t)v : 0;
        memcpy(out + i * size, size == 4 ? (void *)&v : size == 1 ? (void *)&byte : (void *)&half, size);
    }
    return n * size;
}

/* STEM.safetensors from the lines of `tensors`; cut in two files if `split`. */
static void write_weights(const char *lines, const char *stem, bool split) {
    og_buf head[2], data[2], map;
    for (int k = 0; k < 2; k++) {
        og_buf_init(&head[k]);
        og_buf_init(&data[k]);
        og_buf_addf(&head[k], "{\"__metadata__\":{\"format\":\"pt\"}");
    }
    og_buf_init(&map);
    og_buf_addf(&map, "{\"weight_map\":{");
    char *all = strdup(lines), *rest = all, *line;
    for (int i = 0; (line = strsep(&rest, "\n")) && *line; i++) {
        char name[128], dtype[8];
        float mean, scale;
        int at, k = split ? i % 2 : 0;
        assert_int_equal(sscanf(line, "%127s %7s %f %f%n", name, dtype, &mean, &scale, &at), 4);
        size_t n = 1, from = data[k].len;
        og_buf_addf(&head[k], ",\"%s\":{\"dtype\":\"%s\",\"shape\":[", name, dtype);
        for (char *p = line + at, *end; *p; p = end) {
            size_t dim = strtoul(p, &end, 10);
            og_buf_addf(&head[k], "%s%zu", p == line + at ? "" : ",", dim);
            n *= dim;
        }
        assert_true(og_buf_reserve(&data[k], n * 4));
        data[k].len += generate(name, dtype, mean, scale, n, (uint8_t *)data[k].data + data[k].len);
        og_buf_addf(&head[k], "],\"data_offsets\":[%zu,%zu]}", from, data[k].len);
        og_buf_addf(&map, "%s\"%s\":\"%s-%d.safetensors\"", i ? "," : "", name, stem, k);
    }
    og_buf_addf(&map, "}}");
    for (int k = 0; k < 1 + split; k++) {
        char path[256];
        og_buf_addf(&head[k], "}");
        uint64_t len = head[k].len;
        snprintf(path, sizeof path, split ? "%s/%s-%d.safetensors" : "%s/%s.safetensors", tmp, stem, k);
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        fwrite(&len, 1, 8, f);
        fwrite(head[k].data, 1, head[k].len, f);
        fwrite(data[k].data, 1, data[k].len, f);
        fclose(f);
        snprintf(path, sizeof path, "%s/%s.safetensors.index.json", tmp, stem);
        f = split && k == 0 ? fopen(path, "wb") : NULL;
        if (f) fwrite(map.data, 1, map.len, f);
        if (f) fclose(f);
    }
    for (int k = 0; k < 2; k++) {
        og_buf_free(&head[k]);
        og_buf_free(&data[k]);
    }
    og_buf_free(&map);
    free(all);
}

/* ---- a checkpoint ---- */

static void clear(void) {
    DIR *dir = opendir(tmp);
    struct dirent *e;
    char path[512];
    while (dir && (e = readdir(dir))) {
        snprintf(path, sizeof path, "%s/%s", tmp, e->d_name);
        if (e->d_name[0] != '.') remove(path);
    }
    if (dir) closedir(dir);
}

/* Lays the checkpoint of a case out in tmp. */
static void lay_out(const char *name, bool split) {
    static const char *const own[] = {"config.json", "generation_config.json"};
    char path[512];
    struct stat st;
    size_t len;
    clear();
    for (size_t i = 0; i < OG_LEN(own); i++) {
        snprintf(path, sizeof path, HF "/%s/%s", name, own[i]);
        if (stat(path, &st) == 0) copy(path, own[i]);
    }
    snprintf(path, sizeof path, HF "/%s/files", name);
    char *files = read_text(path, &len), *rest = files, *line;
    while ((line = strsep(&rest, "\n")) && *line) {
        snprintf(path, sizeof path, HF "/tokenizers/%s", line);
        copy(path, strrchr(line, '/') + 1);
    }
    free(files);
    snprintf(path, sizeof path, HF "/%s/tensors", name);
    char *tensors = read_text(path, &len);
    write_weights(tensors, "model", split);
    free(tensors);
}

static og_status convert(const char *type, const char *base, const char *out, og_error *err) {
    og_engine_params ep = {.threads = 2};
    og_engine *engine;
    og_convert_params p = og_convert_defaults();
    p.quantize.type = type;
    p.base = base;
    assert_int_equal(og_engine_open(&ep, &engine, NULL), OG_OK);
    og_status status = og_convert(engine, tmp, out, &p, NULL, err);
    og_engine_close(engine);
    return status;
}

static double cosine_of(const float *a, const float *b, int n) {
    double dot = 0, aa = 0, bb = 0;
    for (int i = 0; i < n; i++) {
        dot += (double)a[i] * (double)b[i];
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
    }
    return dot / sqrt(aa * bb);
}

static void compare(const char *name, const char *model_path, const char *adapter, const char *what) {
    char path[512];
    size_t len;
    snprintf(path, sizeof path, HF "/%s/logits", name);
    char *data = read_text(path, &len);
    int32_t *head = (int32_t *)(void *)data;
    int n_tokens = head[0], n_vocab = head[1];
    const float *want = (const float *)(const void *)(head + 2 + n_tokens);
    assert_int_equal(len, (size_t)(2 + n_tokens + n_tokens * n_vocab) * 4);
    og_error err = {0};
    og_engine *engine;
    og_model *model;
    og_session *session;
    og_engine_params params = {.threads = 2};
    float *got = malloc((size_t)(n_tokens * n_vocab) * sizeof *got);
    if (og_engine_open(&params, &engine, &err) != OG_OK) fail_msg("%s", err.text);
    const og_adapter adapters[] = {{adapter, 2}, {adapter, -1}}; /* together as it was trained */
    og_model_params mp = og_model_defaults();
    mp.adapters = adapters;
    mp.n_adapters = adapter ? 2 : 0;
    if (og_model_open(engine, model_path, &mp, &model, &err) != OG_OK) fail_msg("%s", err.text);
    if (og_session_open(model, NULL, &session, &err) != OG_OK) fail_msg("%s", err.text);
    if (og_session_eval_all(session, head + 2, (size_t)n_tokens, got, &err) != OG_OK) fail_msg("%s", err.text);
    double worst = 1;
    for (int t = 0; t < n_tokens; t++) worst = fmin(worst, cosine_of(got + t * n_vocab, want + t * n_vocab, n_vocab));
    print_message("%-14s %-6s cosine >= %.7f\n", name, what, worst);
    if (!(worst > MIN_COSINE)) fail_msg("%s (%s): cosine %.6f", name, what, worst);
    og_session_close(session);
    og_model_close(model);
    og_engine_close(engine);
    free(got);
    free(data);
}

/* An encoder's last rows: the first, the last, and the mean of all. */
static void compare_rows(const char *name, const char *model_path, const char *what) {
    static const og_pooling poolings[] = {OG_POOLING_CLS, OG_POOLING_LAST, OG_POOLING_MEAN};
    char path[512];
    size_t len;
    snprintf(path, sizeof path, HF "/%s/hidden", name);
    char *data = read_text(path, &len);
    int32_t *head = (int32_t *)(void *)data;
    const int n = head[0], width = head[1];
    const float *rows = (const float *)(const void *)(head + 2 + n);
    assert_int_equal(len, (size_t)(2 + n + n * width) * 4);
    float *mean = calloc((size_t)width, sizeof *mean);
    for (int i = 0; i < n * width; i++) mean[i % width] += rows[i] / (float)n;
    og_error err = {0};
    og_engine *engine;
    og_model *model;
    og_engine_params params = {.threads = 2};
    if (og_engine_open(&params, &engine, &err) != OG_OK) fail_msg("%s", err.text);
    if (og_model_open(engine, model_path, NULL, &model, &err) != OG_OK) fail_msg("%s: %s", name, err.text);
    double worst = 1;
    for (size_t i = 0; i < OG_LEN(poolings); i++) {
        const og_input input = {.ids = head + 2, .n_ids = (size_t)n};
        og_embed_params p = og_embed_defaults();
        og_embed_result r;
        float *got;
        p.pooling = poolings[i];
        p.raw = true;
        if (og_embed(model, &input, 1, &p, &got, &r, &err) != OG_OK) fail_msg("%s: %s", name, err.text);
        assert_int_equal(r.dim, width);
        worst = fmin(worst, cosine_of(got, i == 0 ? rows : i == 1 ? rows + (n - 1) * width : mean, width));
        og_free(got);
    }
    print_message("%-14s %-6s cosine >= %.7f\n", name, what, worst);
    if (!(worst > MIN_COSINE)) fail_msg("%s (%s): cosine %.6f", name, what, worst);
    og_model_close(model);
    og_engine_close(engine);
    free(mean);
    free(data);
}

static void compare_either(const char *name, const char *model_path, const char *what) {
    char path[512];
    struct stat st;
    snprintf(path, sizeof path, HF "/%s/hidden", name);
    if (stat(path, &st) == 0)
        compare_rows(name, model_path, what);
    else
        compare(name, model_path, NULL, what);
}

/* ---- tests ---- */

/* Folders that have this file. */
static bool has(const struct dirent *e, const char *file) {
    char path[512];
    struct stat st;
    snprintf(path, sizeof path, HF "/%s/%s", e->d_name, file);
    return e->d_name[0] != '.' && stat(path, &st) == 0;
}

static int is_model(const struct dirent *e) {
    return has(e, "config.json");
}

static int is_adapter(const struct dirent *e) {
    return has(e, "adapter_config.json");
}

static void logits(void **state) {
    (void)state;
    struct dirent **list;
    int n = scandir(HF, &list, is_model, alphasort);
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        char out[256];
        og_error err = {0};
        const char *name = list[i]->d_name;
        lay_out(name, i % 2);
        snprintf(out, sizeof out, "%s/out.gguf", tmp);
        if (convert("F32", NULL, out, &err) != OG_OK) fail_msg("%s: %s", name, err.text);
        compare_either(name, out, "F32");
        if (convert(NULL, NULL, out, &err) != OG_OK) fail_msg("%s: %s", name, err.text);
        /* Products with blocks round activations to int8, which transformers does not: what is in them was compared as F32. */
        if (!strstr(name, "mxfp4")) compare_either(name, out, "as is");
        free(list[i]);
    }
    free(list);
}

/* Converts the base of the adapter to `kept`, and lays the adapter out. */
static void lay_out_adapter(const char *name) {
    char path[512];
    size_t len;
    og_error err = {0};
    snprintf(path, sizeof path, HF "/%s/base", name);
    char *base = read_text(path, &len);
    base[strcspn(base, "\n")] = '\0';
    lay_out(base, false);
    if (convert("F32", NULL, kept, &err) != OG_OK) fail_msg("%s: %s", base, err.text);
    free(base);
    clear();
    snprintf(path, sizeof path, HF "/%s/adapter_config.json", name);
    copy(path, "adapter_config.json");
    snprintf(path, sizeof path, HF "/%s/tensors", name);
    char *tensors = read_text(path, &len);
    write_weights(tensors, "adapter_model", false);
    free(tensors);
}

static void refused(const char *model, const char *adapter, const char *says) {
    og_error err = {0};
    og_engine *engine;
    og_model *m;
    og_engine_params params = {.threads = 1};
    const og_adapter a = {adapter, 1};
    og_model_params mp = {.adapters = &a, .n_adapters = 1};
    assert_int_equal(og_engine_open(&params, &engine, NULL), OG_OK);
    og_status status = og_model_open(engine, model, &mp, &m, &err);
    if (status == OG_OK || !strstr(err.text, says)) fail_msg("\"%s\", wanted %s", err.text, says);
    og_engine_close(engine);
}

static void adapters(void **state) {
    (void)state;
    struct dirent **list;
    char out[256];
    int n = scandir(HF, &list, is_adapter, alphasort);
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        og_error err = {0};
        const char *name = list[i]->d_name;
        lay_out_adapter(name);
        snprintf(out, sizeof out, "%s/lora.gguf", tmp);
        if (convert(NULL, kept, out, &err) != OG_OK) fail_msg("%s: %s", name, err.text);
        compare(name, kept, out, "F32");
        if (strncmp(name, "llama", 5) == 0)
            refused(HF "/../models/llama-factors.gguf", out, "the model's is [32, 32]: it was made for another model");
        else
            refused(HF "/../models/llama-gqa.gguf", out, "made for the architecture 'qwen2', the model is 'llama'");
        assert_int_equal(convert(NULL, NULL, out, &err), OG_ERR_ARG);
        assert_non_null(strstr(err.text, "--base"));
        free(list[i]);
    }
    free(list);
    refused(kept, kept, "not an adapter");
}

static void check_tokens(const og_tok *tok, const char *name) {
    char path[512];
    size_t len;
    snprintf(path, sizeof path, HF "/tokenizers/%s.ids", name);
    char *text = read_text(path, &len), *rest = text, *line;
    while ((line = strsep(&rest, "\n")) && *line) {
        char *tab = strchr(line, '\t'), *p = tab + 1;
        int32_t *ids;
        size_t n;
        assert_int_equal(og_tok_encode(tok, line, (size_t)(tab - line), OG_TOK_ADD_SPECIAL | OG_TOK_PARSE_SPECIAL, &ids, &n, NULL), OG_OK);
        for (size_t i = 0; i < n || *p; i++) {
            long want = *p ? strtol(p, &p, 10) : -1;
            if (i >= n || ids[i] != want)
                fail_msg("%s: \"%.*s\": token %zu is %d, not %ld", name, (int)(tab - line), line, i, i < n ? ids[i] : -1, want);
        }
        og_free(ids);
    }
    free(text);
}

static void tokens(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"llama", "bpe"}, {"llama-linear", "spm"}, {"mistral", "spm-json"}, {"bert", "wordpiece"}, {"xlm-r", "unigram"}};
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        char out[256];
        og_error err = {0};
        og_file *file;
        og_tok *tok;
        og_value v;
        lay_out(cases[i][0], false);
        snprintf(out, sizeof out, "%s/out.gguf", tmp);
        if (convert(NULL, NULL, out, &err) != OG_OK) fail_msg("%s", err.text);
        assert_int_equal(og_file_open(out, &file, NULL), OG_OK);
        assert_int_equal(og_tok_open(file, &tok, NULL), OG_OK);
        check_tokens(tok, cases[i][1]);
        assert_int_equal(og_file_find(file, "tokenizer.chat_template", &v) ? v.len : 0, i >= 3 ? 0 : 86);
        assert_int_equal(og_file_find(file, "tokenizer.chat_template.rag", &v), i == 2);
        static const int32_t bos[] = {1, 1, 1, 2, 0}, eos[] = {4, 2, 2, 3, 2};
        assert_int_equal(og_tok_bos(tok), bos[i]);
        assert_int_equal(og_tok_eos(tok), eos[i]);
        og_tok_close(tok);
        og_file_close(file);
    }
}

static int setup(void **state) {
    (void)state;
    strcpy(tmp, "/tmp/og_hf_XXXXXX");
    if (!mkdtemp(tmp)) return -1;
    snprintf(kept, sizeof kept, "%s.gguf", tmp);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    clear();
    remove(kept);
    return rmdir(tmp);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(logits), cmocka_unit_test(tokens), cmocka_unit_test(adapters)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
