/* hf_whisper.c: Whisper (OpenAI) and Distil-Whisper: an encoder and a decoder with as many layers as each has. */
#include "convert/usual.h"
#include "convert/whisper.h"

/* A convolution [out][in][tap] becomes a matrix whose rows are [tap][in]. */
static bool taps_shape(const og_hf_numbers *n, uint64_t dim[4], int *n_dims) {
    (void)n;
    if (*n_dims != 3 || dim[0] != 3) return false;
    dim[0] *= dim[1];
    dim[1] = dim[2];
    dim[2] = 1;
    *n_dims = 2;
    return true;
}

static uint64_t taps_pick(const og_hf_numbers *n, const uint64_t dim[4], uint64_t element) {
    (void)n;
    const uint64_t in = dim[0] / 3, row = element / dim[0], tap = element % dim[0] / in, c = element % in;
    return (row * in + c) * 3 + tap;
}

static const og_hf_view taps = {.pick = taps_pick, .shape = taps_shape};

#define TRUNK(openai, hf, gguf) {hf, gguf, 0, NULL},
#define POSITION(openai, hf, gguf) {hf, gguf, OG_HF_AS_F32, NULL},
#define CONV(openai, hf, gguf) {hf, gguf, 0, &taps},
#define DECODER(openai, hf, gguf) {hf, gguf, OG_HF_DECODER, NULL},

static const og_hf_key keys[] = {
    {"max_target_positions", "context_length", OG_HF_U32, OG_HF_REQUIRED},
    {"d_model", "embedding_length", OG_HF_U32, OG_HF_REQUIRED},
    {"encoder_ffn_dim", "feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},
    {"encoder_attention_heads", "attention.head_count", OG_HF_U32, OG_HF_REQUIRED},
    {"encoder_layers", "encoder.block_count", OG_HF_U32, OG_HF_REQUIRED},
    {"max_source_positions", "encoder.context_length", OG_HF_U32, OG_HF_REQUIRED},
    {"num_mel_bins", "encoder.mel_count", OG_HF_U32, OG_HF_REQUIRED},
};

/* The output matrix is the embedding. */
static const og_hf_tensor tensors[] = {
    OG_WHISPER_TRUNK(TRUNK) OG_WHISPER_POSITIONS(POSITION) OG_WHISPER_CONVOLUTIONS(CONV) OG_WHISPER_ENCODER(TRUNK)
        OG_WHISPER_DECODER(DECODER){"proj_out.weight", NULL, OG_HF_IGNORE, NULL},
};

/* Heads whose attention follows the sound, which times of words are read from: layer and head of the decoder, pair after pair. */
static void alignment(og_hf *hf) {
    const og_jval *list = og_jval_get(hf->generation ? og_jdoc_root(hf->generation) : NULL, "alignment_heads");
    uint32_t heads[256];
    uint64_t n = 0;
    if (!list || list->kind != OG_JSON_ARRAY) return;
    for (const og_jval *v = list->u.first; v && n + 2 <= OG_LEN(heads); v = v->next) {
        const og_jval *a = v->kind == OG_JSON_ARRAY && v->n == 2 ? v->u.first : NULL;
        if (!a || a->kind != OG_JSON_INT || a->next->kind != OG_JSON_INT || a->u.i < 0 || a->next->u.i < 0) return;
        heads[n++] = (uint32_t)OG_MIN(a->u.i, INT32_MAX);
        heads[n++] = (uint32_t)OG_MIN(a->next->u.i, INT32_MAX);
    }
    if (n) og_gguf_set_array(hf->w, "whisper.alignment_heads", OG_VALUE_U32, heads, n);
}

static og_status extra(og_hf *hf, og_error *err) {
    uint32_t ffn, heads;
    OG_TRY(og_hf_u32(hf, "decoder_ffn_dim", hf->n.n_ff, &ffn, err));
    OG_TRY(og_hf_u32(hf, "decoder_attention_heads", hf->n.n_head, &heads, err));
    const og_jval *own = og_hf_config(hf, "encoder_ffn_dim");
    if (heads != hf->n.n_head || !own || own->u.i != (int64_t)ffn)
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s/config.json: encoder and decoder of different widths cannot be converted", hf->folder);
    og_hf_set_u32(hf, "block_count", hf->n.n_layer + hf->n.n_decoder);
    og_hf_set_f32(hf, "attention.layer_norm_epsilon", 1e-5f);
    alignment(hf);
    return OG_OK;
}

const og_hf_arch og_hf_arch_whisper = {.name = "whisper", OG_HF_TABLES(keys, tensors), .extra = extra};
