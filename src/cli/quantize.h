/* quantize.h: what `quantize` and `convert` have in common: options, and how a model is made and reported. */
#ifndef OG_CLI_QUANTIZE_H
#define OG_CLI_QUANTIZE_H

#include "cli/cli.h"

typedef struct og_cli_quantize_opts {
    int64_t threads;
    const char *imatrix;
    og_cli_list tensors;
    uint64_t target_size;
    double target_bpw;
    bool dry_run, json, no_color;
} og_cli_quantize_opts;

/* Rows for the option table of a command whose struct begins with og_cli_quantize_opts. */
#define OG_CLI_QUANTIZE_ROWS                                                                                                            \
    {"imatrix",                                                                                                                         \
     0,                                                                                                                                 \
     OG_CLI_TEXT,                                                                                                                       \
     "FILE",                                                                                                                            \
     "weigh errors by this importance matrix (see offgrid imatrix)",                                                                    \
     offsetof(og_cli_quantize_opts, imatrix),                                                                                           \
     0,                                                                                                                                 \
     0},                                                                                                                                \
        {"tensor",                                                                                                                      \
         0,                                                                                                                             \
         OG_CLI_LIST,                                                                                                                   \
         "PATTERN=TYPE",                                                                                                                \
         "tensors whose names have PATTERN get TYPE; * and ? fit the whole name; repeatable",                                           \
         offsetof(og_cli_quantize_opts, tensors),                                                                                       \
         0,                                                                                                                             \
         0},                                                                                                                            \
        {"target-size",                                                                                                                 \
         0,                                                                                                                             \
         OG_CLI_SIZE,                                                                                                                   \
         "SIZE",                                                                                                                        \
         "instead of TYPE: choose types so that the file is at most so large, e.g. 2.5G",                                               \
         offsetof(og_cli_quantize_opts, target_size),                                                                                   \
         1,                                                                                                                             \
         0},                                                                                                                            \
        {"target-bpw",                                                                                                                  \
         0,                                                                                                                             \
         OG_CLI_REAL,                                                                                                                   \
         "BITS",                                                                                                                        \
         "instead of TYPE: choose types for so many bits per weight, e.g. 4.5",                                                         \
         offsetof(og_cli_quantize_opts, target_bpw),                                                                                    \
         0.1,                                                                                                                           \
         64},                                                                                                                           \
        {"dry-run", 0, OG_CLI_FLAG, NULL, "show what each tensor would become, write nothing", offsetof(og_cli_quantize_opts, dry_run), \
         0,         0},                                                                                                                 \
        {"threads",                                                                                                                     \
         't',                                                                                                                           \
         OG_CLI_INT,                                                                                                                    \
         "N",                                                                                                                           \
         "threads to compute with (default: the cores this process may use)",                                                           \
         offsetof(og_cli_quantize_opts, threads),                                                                                       \
         1,                                                                                                                             \
         1024},                                                                                                                         \
        OG_CLI_OUTPUT_ROWS(og_cli_quantize_opts)

/* og_quantize or og_convert; `how` is the command's. */
typedef og_status og_cli_quantize_fn(const void *how, og_engine *engine, const char *in, const char *out, const og_quantize_params *params,
                                     og_quantize_result *result, og_error *err);

/* Makes OUT, with progress, and prints what was done. Returns the exit code. */
int og_cli_quantize(const og_cli_quantize_opts *opts, const char *in, const char *out, const char *type, og_cli_quantize_fn *make,
                    const void *how);

#endif
