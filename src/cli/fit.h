/* fit.h: whether a model fits this device: memory from a file's header or from the shape usual for a number of weights. */
#ifndef OG_CLI_FIT_H
#define OG_CLI_FIT_H

#include "cli/cli.h"

typedef struct og_fit_device {
    uint64_t total, available; /* bytes of memory, or of what the cgroup leaves */
    int threads;
} og_fit_device;

/* False after saying why not. */
bool og_fit_look(bool json, og_fit_device *out);

/* What is usual for models of a size. */
typedef struct og_fit_shape {
    double params;
    uint32_t layers, dim, kv_heads, head_dim, ffn, vocab;
} og_fit_shape;
og_fit_shape og_fit_shape_of(double params);
/* Bytes of weights, an f16 cache of `ctx` tokens, activations and the program, where the file is not here. */
uint64_t og_fit_rough(double params, uint64_t weights, uint32_t ctx);
uint64_t og_fit_cache(const og_fit_shape *shape, uint32_t ctx, const char *kv_type);
uint64_t og_fit_activations(const og_fit_shape *shape, uint32_t ctx);

/* Bytes of the program besides models: its code and libraries, stacks, and the tokenizer's tables for a vocabulary. */
uint64_t og_fit_program(uint64_t n_vocab);

/* "3B", "1.5b", "500M" as a number of weights. */
bool og_fit_params(const char *text, double *out);

typedef enum og_fit_verdict { OG_FIT_YES, OG_FIT_TIGHT, OG_FIT_CLOSE_OTHERS, OG_FIT_NO } og_fit_verdict;
og_fit_verdict og_fit_judge(const og_fit_device *device, uint64_t bytes);
const char *og_fit_verdict_name(og_fit_verdict v);

#endif
