/* speech.h: models that hear: an encoder that turns a window of sound into a memory, and a decoder that writes tokens while it attends to
 * it. An architecture is a row of speech.def and a file of tables, as with language models; og_lm binds both. All layers are numbered
 * together, those of the encoder first, so that tensors are "blk.%d." for both. */
#ifndef OG_MODEL_SPEECH_SPEECH_H
#define OG_MODEL_SPEECH_SPEECH_H

#include "model/lm.h"

/* Places in og_hparams.own. */
enum { OG_OWN_ENC_LAYERS, OG_OWN_ENC_CTX, OG_OWN_MELS };

/* Inputs of the graphs, by slot. */
typedef enum og_speech_input {
    OG_SP_MEL,       /* F32 [n_mel, 2 n_audio_ctx] */
    OG_SP_PLACE,     /* I32 [T] as OG_IN_PLACE: of the memory when encoding, of the cache when decoding */
    OG_SP_SPAN,      /* I32 [2, T] as OG_IN_SPAN */
    OG_SP_PAGES,     /* I32 [P] of the cache */
    OG_SP_IDS,       /* I32 [T] */
    OG_SP_POS,       /* I32 [T] */
    OG_SP_OUT_ROWS,  /* I32 [N] tokens whose logits are wanted; not read if N is T */
    OG_SP_MEM_SPAN,  /* I32 [2, T] what each token sees of the memory: {n_audio_ctx - 1, 0} */
    OG_SP_MEM_PAGES, /* I32 [og_speech_memory_pages] */
    OG_SP_COUNT
} og_speech_input;

/* Rows of speech.def; NULL past the end. */
const og_arch *og_speech_arch_at(int i);
const og_arch *og_speech_arch_named(const char *name, size_t len);

/* Binds the file to its row of speech.def and checks what only such models have. */
og_status og_speech_bind(const og_file *file, og_lm **out, og_error *err);

static inline uint32_t og_speech_enc_layers(const og_lm *lm) {
    return lm->hp.own[OG_OWN_ENC_LAYERS].u;
}
static inline uint32_t og_speech_dec_layers(const og_lm *lm) {
    return lm->hp.n_layer - og_speech_enc_layers(lm);
}
static inline uint32_t og_speech_n_audio(const og_lm *lm) { /* positions of the encoder; a window has twice as many frames */
    return lm->hp.own[OG_OWN_ENC_CTX].u;
}
static inline uint32_t og_speech_n_mel(const og_lm *lm) {
    return lm->hp.own[OG_OWN_MELS].u;
}
static inline int og_speech_memory_pages(const og_lm *lm) {
    return (int)OG_DIV_UP(og_speech_n_audio(lm), (uint32_t)OG_KV_PAGE);
}
/* Layers of the memory: keys and values of each layer of the decoder, then those that the encoder's layers share. All are of one shape. */
static inline int og_speech_memory_layers(const og_lm *lm) {
    return (int)og_speech_dec_layers(lm) + 1;
}

/* The encoder for one window: fills the memory; output 0 is [n_embd, n_audio_ctx], what the decoder attends to before its projections. */
og_status og_speech_encoder(const og_lm *lm, og_graph *g, og_error *err);
/* The decoder for T tokens of any sequences: logits [n_vocab, n_out] as output 0. With `scores` (n_out is then T), the scores of cross
 * attention in the last `scores` layers as output 1: [n_audio_ctx * scores, n_head, T], layer after layer in each row. */
og_status og_speech_decoder(const og_lm *lm, og_graph *g, int n_tokens, int n_out, int n_pages, int scores, og_error *err);

#define SPEECH(name, families) extern const og_arch og_arch_##name;
#include "model/speech/speech.def"

#endif
