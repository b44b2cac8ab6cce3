/* offgrid/quantize.h: quantizing, converting, importance matrices. Part of offgrid.h. */
#ifndef OFFGRID_QUANTIZE_H
#define OFFGRID_QUANTIZE_H

#include "offgrid/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One tensor of a file that is being quantized. */
typedef struct og_quantize_tensor {
    const char *name;
    const char *from, *to; /* types */
    const char *wanted;    /* the type it should have had, if its rows are no whole number of blocks of that; else NULL */
    uint64_t elements, bytes;
    double error;  /* root mean square of the error, relative to that of the weights; -1 if it was not measured (dry run, integers) */
    bool weighted; /* the importance matrix has it */
} og_quantize_tensor;

/* Called for each tensor, in the file's order, when it is done. */
typedef void og_quantize_report_fn(void *user, const og_quantize_tensor *tensor);

typedef struct og_quantize_params {
    const char *type;              /* a recipe: "Q4_K_M", ... (og_quantize_type_name); NULL where a target is given */
    const char *imatrix;           /* path of an importance matrix, or NULL */
    const char *const *overrides;  /* n_overrides of "PATTERN=TYPE"; the first whose pattern fits a tensor's name decides. A pattern */
    size_t n_overrides;            /* with * or ? must fit the whole name, another must occur in it */
    uint64_t target_bytes;         /* 0: none. Else types are chosen tensor by tensor so that the file is at most this large */
    double target_bpw;             /* 0: none. Else so that tensors have at most so many bits per weight, all together */
    bool dry_run;                  /* choose and report, read no weights unless there is a target, write nothing */
    og_progress_fn *progress;      /* bytes of the input; may be NULL */
    og_quantize_report_fn *report; /* may be NULL */
    void *user;
} og_quantize_params;

typedef struct og_quantize_result {
    uint64_t tensors, elements;
    uint64_t bytes_in, bytes_out; /* of tensors */
    uint64_t fallbacks;           /* tensors with `wanted` */
    uint64_t unweighted;          /* tensors quantized that the importance matrix does not have; 0 if none was given */
    uint64_t unguided;            /* tensors made a type of so few bits that it wants importance, which they do not have */
    double bits;                  /* per weight */
    double seconds;
} og_quantize_result;

OG_API og_quantize_params og_quantize_defaults(void);
/* Names of the recipes, largest first; NULL past the end. */
OG_API const char *og_quantize_type_name(int i);
/* Writes the model at `in` (any GGUF, split or not) to `out` with other types. Works on the engine's threads with a few MiB of memory
 * each, whatever the model's size; the result depends neither on threads nor on the CPU. `out` appears when it is complete or not at
 * all; it may be NULL in a dry run. NaN and infinite weights are refused. `result` may be NULL. */
OG_API og_status og_quantize(og_engine *engine, const char *in, const char *out, const og_quantize_params *params,
                             og_quantize_result *result, og_error *err);

/* ---- converting -------------------------------------------------------------------------------------------- */

typedef struct og_convert_params {
    og_quantize_params quantize;
    const char *base; /* of an adapter: its model, a GGUF file or a folder with config.json; NULL: where adapter_config.json says */
} og_convert_params;

OG_API og_convert_params og_convert_defaults(void);
/* Writes a checkpoint of Hugging Face, a folder with config.json, *.safetensors (one or several) and a tokenizer, as a GGUF model; or an
 * adapter of PEFT, a folder with adapter_config.json, as a GGUF adapter. Memory, threads and result are as og_quantize's, but without type
 * and target the weights keep their type. Python pickles are refused, and so are, by name, unknown architectures, and tensors that are
 * missing, unknown or of a wrong shape. */
OG_API og_status og_convert(og_engine *engine, const char *folder, const char *out, const og_convert_params *params,
                            og_quantize_result *result, og_error *err);
/* Names of architectures that can be converted, as config.json has them ("LlamaForCausalLM"); NULL past the end. */
OG_API const char *og_convert_class(int i);

/* ---- importance matrices ----------------------------------------------------------------------------------- */

typedef struct og_imatrix_params {
    uint32_t n_ctx;           /* tokens of a chunk; 0: 512. Each chunk is evaluated by itself, its first token replaced by BOS */
    uint32_t max_chunks;      /* 0: all */
    bool output;              /* the output matrix too */
    const char *dataset;      /* where the text came from, for the file's metadata; may be NULL */
    og_progress_fn *progress; /* tokens */
    void *user;
} og_imatrix_params;

OG_API og_imatrix_params og_imatrix_defaults(void);
/* Evaluates the tokens and writes, for each matrix of the model's layers, the sums of squares of what it was multiplied with: a GGUF file
 * as llama.cpp's imatrix tool writes. Tokens after the last whole chunk are left out. */
OG_API og_status og_imatrix_write(og_model *model, const int32_t *ids, size_t n, const char *path, const og_imatrix_params *params,
                                  og_error *err);

#ifdef __cplusplus
}
#endif
#endif
