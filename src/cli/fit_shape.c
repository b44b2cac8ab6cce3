/* fit_shape.c: memory of models that are not here, from what is usual for their size. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fit.h"

/* Published configurations: Qwen 2.5 0.5B and 1.5B, Llama 3.2 1B and 3B, Qwen 3 4B, Mistral 7B, Llama 3.1 8B, Llama 2 13B, Qwen 2.5 14B and
 * 32B, Llama 3.1 70B. */
static const og_fit_shape shapes[] = {
    {0.494e9, 24, 896, 2, 64, 4864, 151936},     {1.236e9, 16, 2048, 8, 64, 8192, 128256},    {1.544e9, 28, 1536, 2, 128, 8960, 151936},
    {3.213e9, 28, 3072, 8, 128, 8192, 128256},   {4.022e9, 36, 2560, 8, 128, 9728, 151936},   {7.248e9, 32, 4096, 8, 128, 14336, 32768},
    {8.030e9, 32, 4096, 8, 128, 14336, 128256},  {13.016e9, 40, 5120, 40, 128, 13824, 32000}, {14.770e9, 48, 5120, 8, 128, 13824, 152064},
    {32.764e9, 64, 5120, 8, 128, 27648, 152064}, {70.554e9, 80, 8192, 8, 128, 28672, 128256},
};

og_fit_shape og_fit_shape_of(double params) {
    size_t best = 0;
    for (size_t i = 1; i < sizeof shapes / sizeof *shapes; i++)
        if (fabs(log(params / shapes[i].params)) < fabs(log(params / shapes[best].params))) best = i;
    og_fit_shape s = shapes[best];
    s.params = params;
    return s;
}

uint64_t og_fit_cache(const og_fit_shape *s, uint32_t ctx, const char *kv_type) {
    double bytes = strcmp(kv_type, "q8_0") == 0 ? 34.0 / 32 : strcmp(kv_type, "q4_0") == 0 ? 18.0 / 32 : 2;
    double pages = ceil(ctx / 64.0) * 64;
    return (uint64_t)(2.0 * s->layers * s->kv_heads * s->head_dim * bytes * pages);
}

/* Of prompts that are read 512 tokens at a time: states, their packed copies, the widest products, one row of logits. */
uint64_t og_fit_activations(const og_fit_shape *s, uint32_t ctx) {
    uint64_t rows = ctx < 512 ? ctx : 512;
    return rows * (8ULL * s->dim + 3ULL * s->ffn) * 4 + 8ULL * s->vocab;
}

uint64_t og_fit_program(uint64_t n_vocab) {
    return ((uint64_t)12 << 20) + 125 * n_vocab; /* measured: bench/fit.sh */
}

uint64_t og_fit_rough(double params, uint64_t weights, uint32_t ctx) {
    og_fit_shape s = og_fit_shape_of(params);
    return weights + og_fit_cache(&s, ctx, "f16") + og_fit_activations(&s, ctx) + og_fit_program(s.vocab);
}

bool og_fit_params(const char *text, double *out) {
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9') return false;
    double v = strtod(text, &end);
    double unit = *end == 'B' || *end == 'b' ? 1e9 : *end == 'M' || *end == 'm' ? 1e6 : 0;
    if (unit == 0 || end[1] != '\0' || !isfinite(v) || v <= 0 || v * unit > 1e13 || v * unit < 1e5) return false;
    *out = v * unit;
    return true;
}

bool og_fit_look(bool json, og_fit_device *out) {
    og_engine *engine = NULL;
    og_engine_params p = og_engine_defaults();
    og_engine_info info;
    og_error err = {0};
    if (og_engine_open(&p, &engine, &err) != OG_OK) {
        og_cli_fail(json, &err);
        return false;
    }
    og_engine_describe(engine, &info);
    *out = (og_fit_device){.total = info.memory_total, .available = info.memory_available, .threads = info.threads};
    og_engine_close(engine);
    return true;
}

og_fit_verdict og_fit_judge(const og_fit_device *d, uint64_t bytes) {
    if (bytes <= d->available / 10 * 9) return OG_FIT_YES;
    if (bytes <= d->available) return OG_FIT_TIGHT;
    return bytes <= d->total / 100 * 85 ? OG_FIT_CLOSE_OTHERS : OG_FIT_NO;
}

const char *og_fit_verdict_name(og_fit_verdict v) {
    static const char *const name[] = {"fits", "fits, tightly", "fits only when other programs are closed", "does not fit"};
    return name[v];
}
