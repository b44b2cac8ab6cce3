/* speech.h: og_speech inside the runtime, and what runs it: the memory of one window and the caches of some sequences of tokens. */
#ifndef OG_RUNTIME_SPEECH_SPEECH_H
#define OG_RUNTIME_SPEECH_SPEECH_H

#include "offgrid/speech.h"
#include "backend/backend.h"
#include "model/speech/mel.h"
#include "model/speech/speech.h"
#include "runtime/engine.h"
#include "runtime/pages.h"
#include "text/tokenizer.h"

enum { OG_LANGUAGES_MAX = 128 };

/* Ids of the tokens that are no text; -1 where the vocabulary has none. Times: time0 + i is i * 20 ms. */
typedef struct og_speech_tokens {
    int32_t eot, sot, translate, transcribe, prev, no_speech, no_times, time0;
    int32_t n_times;
    int32_t language[OG_LANGUAGES_MAX]; /* [n_languages] */
    const char *code[OG_LANGUAGES_MAX];
    uint32_t n_languages;
} og_speech_tokens;

struct og_speech {
    og_engine *engine;
    og_file *file;
    og_lm *lm;
    og_tok *tok;
    og_mel *mel;
    char *name;
    og_speech_tokens token;
    uint64_t weight_bytes; /* reserved from the budget */
    bool loaded;
};

/* ---- hearing.c: graphs and caches ---- */

typedef struct og_hearing og_hearing;

/* n_seq sequences of tokens over one window. */
og_status og_hearing_open(og_speech *speech, int n_seq, og_hearing **out, og_error *err);
void og_hearing_close(og_hearing *h);
/* mel [2 n_audio_ctx][n_mel], normalized, becomes the memory; all sequences are empty then. */
og_status og_hearing_encode(og_hearing *h, const float *mel, const volatile int *cancel, og_error *err);
/* What the encoder found, [n_audio_ctx][n_embd]; until the next encode. */
const float *og_hearing_encoded(const og_hearing *h);
/* Keeps the first n tokens of a sequence. */
void og_hearing_rewind(og_hearing *h, int seq, int n);
/* Makes sequence `to` a copy of `from`: whole pages are shared. */
og_status og_hearing_fork(og_hearing *h, int from, int to, og_error *err);
int og_hearing_length(const og_hearing *h, int seq);

/* Tokens to be appended: id[i] to sequence seq[i]. Of those numbered in rows [n_rows], in rising order, logits are wanted. */
typedef struct og_hear_batch {
    const int32_t *id;
    const int *seq;
    int n;
    const int32_t *row;
    int n_rows;
    int scores; /* > 0: scores of cross attention of the last so many layers too; then rows must be all */
} og_hear_batch;

/* *logits: [n_rows][n_vocab]; *scores (may be NULL): [n][n_head][batch->scores * n_audio_ctx]. Both hold until the next call. */
og_status og_hearing_decode(og_hearing *h, const og_hear_batch *batch, const volatile int *cancel, const float **logits,
                            const float **scores, og_error *err);

#endif
