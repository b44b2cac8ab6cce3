/* lm.h: a language model bound to a file: hyperparameters, weights by slot, and graphs of any batch shape. It holds no memory of a
 * backend; the runtime hands its weights to one, and its graphs after them. */
#ifndef OG_MODEL_LM_H
#define OG_MODEL_LM_H

#include "offgrid/model.h"
#include "format/gguf.h"
#include "model/arch.h"

/* Inputs of a language model's graph, by slot. T: tokens of the batch, of any sequences; N: those whose logits are wanted;
 * P: capacity of a page list. All I32. */
typedef enum og_lm_input {
    OG_IN_IDS,      /* [T] token ids */
    OG_IN_POS,      /* [T] positions, for rotation */
    OG_IN_PLACE,    /* [T] where keys and values go: page * OG_KV_PAGE + slot */
    OG_IN_SPAN,     /* [2, T] position, and first entry of the sequence in pages */
    OG_IN_PAGES,    /* [P] page numbers in order of position; of several sequences, their lists: at the entries that spans name */
    OG_IN_OUT_ROWS, /* [N] which tokens of the batch */
    OG_IN_STATE,    /* [2, T] slots that recurrent states are read from and written to; see og_g_state */
    OG_IN_TYPES,    /* [T] 0: of a first text, 1: of the second of a pair */
    OG_IN_RANGES,   /* [2, S] of each text of a batch: its first token, and how many */
    OG_IN_COUNT
} og_lm_input;

/* A table of rotations; freq is NULL if no layer uses it. */
typedef struct og_rope {
    const og_weight *freq; /* computed, [n_rot / 2], radians per position */
    const og_weight *far;  /* takes its place where the context holds more than n_ctx positions; NULL: it never changes */
    uint32_t n_ctx;        /* the original context */
    float scale;           /* of both sine and cosine */
    float *values;
} og_rope;

/* A low-rank change of one matrix: scale * b (a x) is added to its product. */
typedef struct og_lora {
    const og_weight *base;
    const og_weight *a, *b; /* [in, rank], [rank, out] */
    float scale;
    struct og_lora *next;
} og_lora;

typedef struct og_lm {
    const og_arch *arch;
    og_hparams hp;
    og_weight *weight; /* [n_weight] of the model */
    int n_weight;
    og_weight **list; /* [n_list] all that a backend takes, adapters' too, as og_backend.weights_load wants */
    int n_list;
    uint64_t cap_list;
    og_lora *lora;          /* of all adapters */
    og_arena lora_arena;    /* what they are made of */
    og_kv_layer *kv_layer;  /* [n_layer] of the cache */
    og_layer *layer;        /* [n_layer] */
    const og_weight **slot; /* [1 + n_layer][arch->n_tensor]: the trunk, then each layer; NULL where there is none */
    og_rope rope[OG_ROPE_SETS];
    const og_weight *slopes; /* computed, [n_head]; NULL: scores do not fall with distance */
    float *slope_values;
    int64_t *state_floats; /* [n_layer]: of the recurrent state of one sequence */
    uint64_t n_params, tensor_bytes;
} og_lm;

/* Finds the architecture's row, reads hyperparameters, and binds every tensor. The file must outlive the model. Refuses, by name,
 * tensors that are missing, of another shape, of a type that cannot be used, or unknown to the architecture. */
og_status og_lm_open(const og_file *file, og_lm **out, og_error *err);
/* The same of a file whose row is known. */
og_status og_lm_open_as(const og_file *file, const og_arch *arch, og_lm **out, og_error *err);
void og_lm_close(og_lm *lm);

/* Adds a LoRA adapter, before a backend takes the weights and before graphs are made; scale * alpha / rank goes before its products. Its
 * file must outlive the model. Refuses, by name, what the model does not have, what is of another shape, and what cannot be adapted; the
 * model may then only be closed. */
og_status og_lm_adapt(og_lm *lm, const og_file *file, float scale, og_error *err);
og_status og_lm_list_add(og_lm *lm, og_weight *w, og_error *err);

/* The weight named `stem` ("attn_q.weight"; layer -1 is the trunk: "output.weight"). NULL if the model has none. */
const og_weight *og_lm_weight(const og_lm *lm, int layer, const char *stem);

/* Adds the whole model for one batch shape to an empty graph, with logits [n_vocab, n_out] as output 0. n_out is 1..n_tokens; with
 * n_out == n_tokens the rows are all, in order, and OG_IN_OUT_ROWS is not read. Of an
 * encoder output 0 is the last states: [n_embd, n_out]. */
og_status og_lm_graph(const og_lm *lm, og_graph *g, int n_tokens, int n_out, int n_pages, og_error *err);

/* The longest context that the model can compute; UINT32_MAX: any. */
uint32_t og_lm_n_ctx_max(const og_lm *lm);

/* What the layers' recurrent states take, as the graph uses them: floats [n_layer]. */
og_status og_lm_state_floats(const og_lm *lm, int64_t *floats, og_error *err);

/* Bytes of intermediates that a batch shape will take, exactly, before anything is allocated. */
og_status og_lm_activations(const og_lm *lm, int n_tokens, int n_out, int n_pages, uint64_t *bytes, og_error *err);

/* ---- whole texts: embed.c ---- */

/* A batch of whole texts that gives one row for each. */
typedef struct og_embed_shape {
    int n_tokens, n_seq, n_pages;
    og_pooling pooling; /* MEAN, CLS or LAST */
    bool rank;          /* the ranking head follows */
} og_embed_shape;

/* Whether the model predicts tokens; an encoder does not. */
bool og_lm_generates(const og_lm *lm);
/* Whether it has a head that scores pairs. */
bool og_lm_ranks(const og_lm *lm);
/* Layers of the cache that a batch of whole texts needs: an encoder's all use the first, one after the other. */
int og_lm_embed_layers(const og_lm *lm);
/* As og_lm_graph, with one row for each text as output 0: [n_embd, n_seq], or of the ranking head [n_labels, n_seq]. */
og_status og_lm_embed_graph(const og_lm *lm, og_graph *g, const og_embed_shape *shape, og_error *err);
og_status og_lm_embed_activations(const og_lm *lm, const og_embed_shape *shape, uint64_t *bytes, og_error *err);

/* rope.c: computes table `set` of rotations from the base, the file's scaling keys and its tensors of factors, and adds its weights. */
og_status og_lm_add_rope(og_lm *lm, const og_file *file, int set, uint32_t n_rot, og_error *err);

#endif
