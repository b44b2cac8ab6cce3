/* whisper_bin.h: models of Whisper in the container that whisper.cpp reads (its models/convert-pt-to-ggml.py writes it).
 *
 * Layout, little-endian: u32 "ggml"; eleven i32 (og_whisper_bin_sizes); the mel filters: i32 rows, i32 columns, f32 each; i32 number of
 * tokens, for each u32 length and its bytes; then tensors to the end of the file: i32 dimensions, i32 length of the name, i32 type, i32 for
 * each dimension (the contiguous one first), name, data. Everything is checked against the file's size. */
#ifndef OG_FORMAT_WHISPER_BIN_H
#define OG_FORMAT_WHISPER_BIN_H

#include "base/base.h"
#include "base/file.h"
#include "quant/quant.h"

typedef struct og_whisper_bin_sizes {
    uint32_t n_vocab, n_audio_ctx, n_audio_state, n_audio_head, n_audio_layer, n_text_ctx, n_text_state, n_text_head, n_text_layer, n_mels,
        ftype;
} og_whisper_bin_sizes;

enum { OG_WHISPER_BIN_NAME = 96 };

typedef struct og_whisper_bin_tensor {
    char name[OG_WHISPER_BIN_NAME];
    og_type type;
    int n_dims;
    uint64_t dim[4]; /* dim[0] is contiguous; unused ones are 1 */
    uint64_t offset, bytes;
} og_whisper_bin_tensor;

typedef struct og_whisper_bin_token {
    const char *s;
    size_t len;
} og_whisper_bin_token;

typedef struct og_whisper_bin {
    og_whisper_bin_sizes sizes;
    og_whisper_bin_token *token; /* [n_tokens]: the vocabulary without language, task and time tokens */
    uint32_t n_tokens;
    og_whisper_bin_tensor *tensor; /* [n_tensors] */
    uint32_t n_tensors;
    uint64_t cap_tensors;
    og_arena arena;
} og_whisper_bin;

/* Whether the source begins as such a file does. */
bool og_whisper_bin_is(const og_source *src);
/* Reads all but the tensors' data. On failure nothing is left to close. */
og_status og_whisper_bin_open(const og_source *src, og_whisper_bin **out, og_error *err);
void og_whisper_bin_close(og_whisper_bin *bin);

#endif
