/* hf.h: what the files of this room share: an opened folder, and the tables that say how an architecture's configuration and tensors become
 * metadata and tensors of GGUF. A table is src/convert/hf_<name>.c and a row in converts.def for each class of config.json. */
#ifndef OG_CONVERT_HF_H
#define OG_CONVERT_HF_H

#include "base/json.h"
#include "convert/convert.h"
#include "format/safetensors.h"
#include "text/tokenizer.h"

/* Numbers of a model that several files need; 0: not in the configuration. */
typedef struct og_hf_numbers {
    uint32_t n_layer, n_head, n_head_kv, head_dim, n_embd, n_vocab, n_ff, n_expert;
    uint32_t rank, plain, value; /* latent attention: kv_lora_rank, qk_nope_head_dim, v_head_dim */
    uint32_t n_group;            /* of a state-space layer's norms */
    uint32_t n_decoder;          /* layers of a decoder behind the n_layer of an encoder */
} og_hf_numbers;

typedef struct og_hf og_hf;

/* ---- tables ---- */

typedef enum og_hf_kind { OG_HF_U32, OG_HF_F32, OG_HF_BOOL } og_hf_kind;

enum { OG_HF_REQUIRED = 1 };

/* A value of config.json: names there, apart by '|', the first that is present counts; what follows "<arch>." in GGUF. */
typedef struct og_hf_key {
    const char *hf, *gguf;
    og_hf_kind kind;
    int flags;
} og_hf_key;

/* How a tensor lies that is not as in the checkpoint. At most one of `row` and `pick`. */
typedef struct og_hf_view {
    /* The row of the source that becomes row `row`; both count from 0 in one matrix (or elements, in a vector). */
    uint64_t (*row)(const og_hf_numbers *n, uint64_t row);
    /* The element of the source that becomes `element` of a tensor of these dimensions. Slow: each is read by itself. */
    uint64_t (*pick)(const og_hf_numbers *n, const uint64_t dim[4], uint64_t element);
    /* Makes the result's dimensions (dim[0] is contiguous) of the source's; false: they do not fit. NULL: they stay. */
    bool (*shape)(const og_hf_numbers *n, uint64_t dim[4], int *n_dims);
    float (*value)(float v); /* NULL: values stay. The result is F32 */
} og_hf_view;

enum {
    OG_HF_OPTIONAL = 1,
    OG_HF_IGNORE = 2,  /* known, and not needed */
    OG_HF_AS_F32 = 4,  /* a matrix that is never quantized */
    OG_HF_ADD_ONE = 8, /* weights are stored as the difference to 1 */
    OG_HF_TRANSPOSE = 16,
    OG_HF_MXFP4 = 64,    /* blocks of MXFP4 as bytes, ..._blocks [matrices, rows, blocks, 16], with ..._scales [matrices, rows, blocks] */
    OG_HF_TIED = 32,     /* the output matrix: ignored where the configuration says that it is the embedding */
    OG_HF_DECODER = 128, /* of the layers of a decoder, numbered behind the encoder's */
};

/* A tensor: in hf, %d stands for the layer, %e for the expert (experts are stacked); "model." or what the architecture has as prefix may
 * stand before it. gguf NULL: IGNORE. */
typedef struct og_hf_tensor {
    const char *hf, *gguf;
    int flags;
    const og_hf_view *view; /* NULL: as it is */
} og_hf_tensor;

typedef struct og_hf_arch {
    const char *name; /* general.architecture */
    const og_hf_key *key;
    int n_key;
    const og_hf_tensor *tensor;
    int n_tensor;
    og_status (*extra)(og_hf *hf, og_error *err); /* what tables cannot say; may be NULL */
} og_hf_arch;

#define CONVERT(class, table) extern const og_hf_arch og_hf_arch_##table;
#include "convert/converts.def"

/* The values that almost every architecture has. */
#define OG_HF_COMMON_KEYS                                                                       \
    {"max_position_embeddings|n_positions|n_ctx", "context_length", OG_HF_U32, OG_HF_REQUIRED}, \
        {"hidden_size|n_embd", "embedding_length", OG_HF_U32, OG_HF_REQUIRED},                  \
        {"num_hidden_layers|n_layer|num_layers", "block_count", OG_HF_U32, OG_HF_REQUIRED}, {   \
        "num_attention_heads|n_head", "attention.head_count", OG_HF_U32, OG_HF_REQUIRED         \
    }

/* views.c */
extern const og_hf_view og_hf_neighbours;      /* rows that were cut in two halves for rotation become neighbours */
extern const og_hf_view og_hf_grouped;         /* queries, keys and values in turns, group by group, become all queries, keys, values */
extern const og_hf_view og_hf_even, og_hf_odd; /* every second row of matrices that are stored with rows and columns exchanged */
extern const og_hf_view og_hf_even_rows, og_hf_odd_rows; /* every second row */
extern const og_hf_view og_hf_evens, og_hf_odds;         /* every second element of vectors */
extern const og_hf_view og_hf_squeeze;                   /* without dimensions of 1 */
extern const og_hf_view og_hf_column;                    /* a vector as a matrix of one column */
extern const og_hf_view og_hf_decay;                     /* that, of minus the exponential */
extern const og_hf_view og_hf_by_group;                  /* a vector as a row for each group */
extern const og_hf_view og_hf_from_two;                  /* without the first two rows */
extern const og_hf_view og_hf_latent_k, og_hf_latent_v;  /* parts of kv_b_proj, head by head */

/* ---- an opened folder ---- */

/* One tensor of the file to be. */
typedef struct og_hf_out {
    char name[96];
    og_type type;
    uint64_t dim[4];
    int n_dims;
    uint64_t offset, bytes; /* from the start of the data */
    int flags;              /* of the row */
    const og_hf_view *view;
    const og_st_tensor **src; /* [n_src]: one, or one for each expert */
    uint32_t n_src;
    float *values; /* instead of src: computed */
} og_hf_out;

struct og_hf {
    char *folder;
    og_arena arena;
    og_jdoc *config, *generation, *tokenizer, *tokenizer_config, *special_map; /* NULL where there is no such file */
    const og_jval *cfg;                                                        /* of the language model inside config.json */
    og_safetensors *st;
    const og_hf_arch *arch;
    og_hf_numbers n;
    og_gguf_writer *w; /* of the header */
    og_hf_out *out;
    uint32_t n_out;
    uint64_t cap_out;
    uint8_t *used; /* [tensors of st] */
    uint8_t *head; /* the header's bytes */
    size_t n_head_bytes;
};

/* "folder/name" in the arena; NULL without memory. */
const char *og_hf_path(og_hf *hf, const char *name);
og_status og_hf_no_memory(const og_hf *hf, og_error *err);

/* open.c */
enum { OG_HF_CONFIG_MAX = 16 << 20 };
/* An object in a file; `path` NULL: no memory. *doc stays as it is where there is no such file and it is not required. */
og_status og_hf_json(og_hf *hf, const char *path, uint64_t max, bool required, og_jdoc **doc, og_error *err);
/* hf->cfg and hf->arch from hf->config. */
og_status og_hf_find_arch(og_hf *hf, og_error *err);
/* By general.architecture; NULL if there is none. */
const og_hf_arch *og_hf_arch_named(const char *name, size_t len);
/* general.architecture, general.type, general.name. */
void og_hf_general(og_hf *hf, const char *type);

/* adapter.c: the whole of a folder with adapter_config.json. */
og_status og_hf_adapter(og_hf *hf, const char *base, og_error *err);

/* keys.c: metadata of arch->key, and hf->n. */
og_status og_hf_keys(og_hf *hf, og_error *err);
og_status og_hf_read_numbers(og_hf *hf, og_error *err);
/* "<arch>.attention.sliding_window_pattern": which layers see a window, by layer_types; nothing where the configuration has none. */
og_status og_hf_layer_types(og_hf *hf, og_error *err);
/* A member of the configuration by its names, apart by '|'; NULL if absent or null. */
const og_jval *og_hf_config(const og_hf *hf, const char *names);
/* A whole number of the configuration from 0 to 2^31 - 1; `fallback` if absent. */
og_status og_hf_u32(const og_hf *hf, const char *names, uint32_t fallback, uint32_t *out, og_error *err);
bool og_hf_true(const og_hf *hf, const char *name);
/* Metadata "<arch>.<key>". */
void og_hf_set_u32(og_hf *hf, const char *key, uint32_t v);
void og_hf_set_f32(og_hf *hf, const char *key, float v);
void og_hf_set_bool(og_hf *hf, const char *key, bool v);
void og_hf_set_str(og_hf *hf, const char *key, const char *s);
void og_hf_set_array(og_hf *hf, const char *key, og_value_type element, const void *data, uint64_t n);

/* rope.c: base, scaling, factors. `n_rot`: how much of a head is rotated. */
og_status og_hf_rope(og_hf *hf, uint32_t n_rot, og_error *err);
/* The same with the part of a head that the configuration says (`fallback` if nothing), which is written too. */
og_status og_hf_partial_rope(og_hf *hf, double fallback, og_error *err);
/* An `extra`: the whole head is rotated; without and with its size written. */
og_status og_hf_whole_rope(og_hf *hf, og_error *err);
og_status og_hf_sized_rope(og_hf *hf, og_error *err);

/* tensors.c: finds the source of every row of arch->tensor and refuses what is left. */
og_status og_hf_tensors(og_hf *hf, og_error *err);
/* A tensor made of one of the checkpoint, under another name. */
og_status og_hf_add_tensor(og_hf *hf, const char *name, const og_st_tensor *t, const og_hf_view *view, og_error *err);
/* The row of a tensor of the checkpoint, and its layer; NULL if there is none. */
const og_hf_tensor *og_hf_find_row(const og_hf_arch *arch, const char *name, uint32_t *layer);
/* A pattern with its numbers. */
void og_hf_spell(char *out, size_t size, const char *prefix, const char *pattern, uint32_t layer, uint32_t expert);
/* A tensor that is computed: values [n] are copied. */
og_status og_hf_add_values(og_hf *hf, const char *name, const float *values, uint64_t n, og_error *err);

/* vocab.c: the tokenizer's metadata, special tokens and chat template. */
og_status og_hf_vocab(og_hf *hf, og_error *err);

/* ---- vocabularies ---- */

typedef struct og_hf_tokens {
    uint32_t n;
    const char **s;
    size_t *len;
    int32_t *kind; /* og_token_kind; UNUSED: a place that no file fills */
    float *score;
} og_hf_tokens;

/* n places, each "[PADi]". */
og_status og_hf_tokens_new(og_hf *hf, uint32_t n, og_hf_tokens *out, og_error *err);
/* Tokens that tokenizer.json, tokenizer_config.json or added_tokens.json add to a vocabulary. */
og_status og_hf_tokens_add(og_hf *hf, og_hf_tokens *t, og_error *err);
int64_t og_hf_tokens_find(const og_hf_tokens *t, const char *s, size_t len); /* -1: none */
void og_hf_tokens_write(og_hf *hf, const og_hf_tokens *t, bool scores);

/* vocab_bpe.c */
/* The vocabulary of `model`, {"token": id}, in as many places as the model has tokens. */
og_status og_hf_tokens_read(og_hf *hf, const og_jval *model, og_hf_tokens *t, og_error *err);
/* The first part of that type of "normalizer", "pre_tokenizer" or "decoder", sequences looked into; NULL if there is none. */
const og_jval *og_hf_part(const og_hf *hf, const char *kind, const char *type);
bool og_hf_is_byte_level(const og_hf *hf);
og_status og_hf_vocab_bpe(og_hf *hf, og_hf_tokens *t, og_error *err);
/* Pieces of SentencePiece as tokenizer.json has them: no scores, but merges in their order. */
og_status og_hf_vocab_merges(og_hf *hf, og_hf_tokens *t, og_error *err);
/* vocab_unigram.c */
og_status og_hf_vocab_unigram(og_hf *hf, og_hf_tokens *t, og_error *err);
/* vocab_wordpiece.c */
og_status og_hf_vocab_wordpiece(og_hf *hf, og_hf_tokens *t, og_error *err);
/* vocab_spm.c: tokenizer.model */
og_status og_hf_vocab_spm(og_hf *hf, const char *path, og_hf_tokens *t, og_error *err);
/* pre.c: the name of the split pattern, as splits.def has it. */
og_status og_hf_pre(const og_hf *hf, const char **name, og_error *err);
/* special.c */
og_status og_hf_special(og_hf *hf, const og_hf_tokens *t, og_error *err);

/* read.c: bytes of the file to be, header, tensors and padding. */
og_source_read_fn og_hf_read;

#endif
