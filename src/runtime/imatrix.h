/* imatrix.h: importance matrices as files: GGUF with general.type "imatrix" and, for a matrix NAME of the model, the F32 tensors
 * NAME.in_sum2 [columns, matrices] (sums of squares of what each column was multiplied with) and NAME.counts [1, matrices] (of how many
 * vectors). Layout: tools/imatrix of ggml-org/llama.cpp. */
#ifndef OG_RUNTIME_IMATRIX_H
#define OG_RUNTIME_IMATRIX_H

#include "format/gguf.h"

typedef struct og_imatrix {
    og_file *file;
    uint64_t n_entries;
} og_imatrix;

og_status og_imatrix_open(const char *path, og_imatrix *out, og_error *err);
void og_imatrix_close(og_imatrix *m); /* a zeroed one is fine */

/* Mean squares for a tensor of `columns` by `matrices` (experts): *out is [matrices][columns], to be released, or NULL if the file does
 * not have the tensor. Refuses entries of another shape, and values that are negative or not finite. */
og_status og_imatrix_get(const og_imatrix *m, const char *name, uint64_t columns, uint64_t matrices, float **out, og_error *err);

#endif
