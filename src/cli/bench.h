/* bench.h: `offgrid bench`, in two parts: bench.c (options, runs), bench_report.c (what is printed of them). */
#ifndef OG_CLI_BENCH_H
#define OG_CLI_BENCH_H

#include "cli/cli.h"

typedef struct og_bench_opts {
    og_cli_engine engine;
    int64_t prefill, decode, runs, fill, at_once;
    bool json, no_color;
} og_bench_opts;

typedef enum og_bench_figure {                      /* what is measured in every run */
                               OG_BENCH_PREFILL,    /* tokens/s */
                               OG_BENCH_DECODE,     /* tokens/s */
                               OG_BENCH_READ,       /* bytes/s, the machine's */
                               OG_BENCH_INT8,       /* int8 multiply-adds/s, the machine's */
                               OG_BENCH_SHARE_READ, /* of READ, reached by decode */
                               OG_BENCH_SHARE_INT8, /* of INT8, reached by prefill */
                               OG_BENCH_FIGURES
} og_bench_figure;

typedef struct og_bench {
    const og_bench_opts *opts;
    const char *path;
    og_engine *engine;
    og_model *model;
    og_session *session;
    og_model_info info;
    og_engine_info machine;
    double token_bytes;              /* read to decode one token: weights and, on average, cache */
    double token_macs;               /* int8 multiply-adds to prefill one token: the products with weights */
    double *value[OG_BENCH_FIGURES]; /* one a run */
    float *logits;                   /* [at_once][n_vocab], for decoding several tokens at once */
    double load_seconds;
    double peak_rss; /* bytes, after a whole run and before the limits are measured, which take memory of their own */
} og_bench;

/* Prints the table or, with --json, the object. Sorts the values. */
int og_bench_report(og_bench *bench);

#endif
