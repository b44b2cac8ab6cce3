/* decode.h: from the memory of a window to tokens, by the rules of OpenAI's reference (Radford et al. 2022, section 4.5). */
#ifndef OG_RUNTIME_SPEECH_DECODE_H
#define OG_RUNTIME_SPEECH_DECODE_H

#include "runtime/speech/speech.h"

/* ---- rules.c: which tokens may come next ---- */

typedef struct og_hear_rules {
    const og_speech *speech;
    uint8_t *suppressed; /* [n_vocab] never */
    int32_t blank;       /* the space by itself: not the first token of a text; -1: the vocabulary has none */
    bool plain;          /* no times */
    int32_t max_initial; /* the first time is at most the vocabulary's number max_initial */
} og_hear_rules;

og_status og_hear_rules_open(const og_speech *speech, const og_transcribe_params *params, og_hear_rules *out, og_error *err);
void og_hear_rules_close(og_hear_rules *rules);
/* Sets logits [n_vocab] of tokens that must not follow ids[n] (what was chosen in this window) to -INFINITY. */
void og_hear_rules_apply(const og_hear_rules *rules, const int32_t *ids, int n, float *logits);

/* log(sum(exp(x))) over n values; -INFINITY if all are. */
double og_hear_log_sum(const float *x, int32_t n);

/* ---- search.c ---- */

typedef struct og_hear_result {
    int32_t *id; /* [n] without the prompt and the end */
    float *probability;
    int n;
    double sum_logprob; /* of these and of the end, if it came */
    float average_logprob, no_speech, compression_ratio, temperature;
    bool ended;
} og_hear_result;

void og_hear_result_free(og_hear_result *r);

typedef struct og_hear_search {
    og_hearing *hearing;
    const og_hear_rules *rules;
    const int32_t *prompt; /* from start-of-previous or start-of-transcript on */
    int n_prompt, sot;     /* where start-of-transcript is in it */
    int beams, best_of;
    float temperature;
    uint64_t seed;
    const volatile int *cancel;
    uint64_t *n_decoded; /* is counted up */
} og_hear_search;

/* Sequences that a search needs. */
int og_hear_sequences(int beams, int best_of);
/* *out is released with og_hear_result_free. */
og_status og_hear_search_run(const og_hear_search *search, og_hear_result *out, og_error *err);

/* ---- ratio.c ---- */

/* Bytes of the text divided by those that zlib makes of it at its usual level: what repeats itself has a high one. 0 for no text. */
float og_compression_ratio(const char *text, size_t n);

/* ---- align.c: times of words ---- */

/* Of n tokens, those from `first` on predict a text and its end; at [n - first] gives for each the position (of 20 ms) where what it
 * predicts begins. scores [n][n_head][layers * n_audio] as og_hearing_decode gives them; of the window only `frames` positions hold sound.
 * heads [layers * n_head]: which to read from. */
og_status og_hear_align(const float *scores, int n, int first, int n_head, int layers, int n_audio, int frames, const uint8_t *heads,
                        float *at, og_error *err);

/* ---- words.c ---- */

typedef struct og_hear_word {
    int first, n; /* tokens of the list */
    char *text;
    size_t len;
    float start, end; /* positions of 20 ms from the window's beginning */
    float probability;
} og_hear_word;

typedef struct og_hear_words {
    og_hear_word *word;
    int n;
    og_arena arena;
} og_hear_words;

/* Words of the text tokens ids[n] of a window of `frames` positions with sound: cut at spaces, or characters where a language writes none;
 * punctuation belongs to its neighbour. `language` may be NULL. *out is to be freed, on failure too. */
og_status og_hear_words_find(og_hearing *h, const og_speech *speech, const int32_t *sot, int n_sot, const int32_t *ids, int n, int frames,
                             const char *language, const uint8_t *heads, int layers, const volatile int *cancel, og_hear_words *out,
                             og_error *err);
void og_hear_words_free(og_hear_words *words);

#endif
