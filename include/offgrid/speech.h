/* offgrid/speech.h: recognizing speech. Part of offgrid.h. */
#ifndef OFFGRID_SPEECH_H
#define OFFGRID_SPEECH_H

#include "offgrid/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { OG_SPEECH_RATE = 16000 }; /* samples a second, one channel, float32 from -1 to 1: what all functions here take */

/* ---- models ---- */

typedef struct og_speech og_speech;

typedef struct og_speech_params {
    og_progress_fn *progress; /* of loading; may be NULL */
    void *user;
} og_speech_params;

/* Opens a Whisper model: a GGUF file, a file of whisper.cpp ("ggml-tiny.bin"), or a checkpoint folder of Hugging Face. `params` may be
 * NULL. The engine must outlive it. */
OG_API og_status og_speech_open(og_engine *engine, const char *path, const og_speech_params *params, og_speech **out, og_error *err);
OG_API void og_speech_close(og_speech *speech);

typedef struct og_speech_info {
    const char *name;
    uint32_t n_layer_encoder, n_layer_decoder, n_embd, n_head, n_mel, n_vocab;
    double seconds;        /* of a window */
    uint32_t n_languages;  /* 0: it hears one only */
    uint64_t n_params;     /* weights, counted */
    uint64_t weight_bytes; /* resident, as packed for this CPU */
} og_speech_info;

OG_API void og_speech_describe(const og_speech *speech, og_speech_info *out);
/* Code of the model's language i ("en"); NULL past the end, or where it hears one only. */
OG_API const char *og_speech_language(const og_speech *speech, uint32_t i);

/* ---- where somebody speaks ---- */

/* Silero's detector of voices in whisper.cpp's layout ("ggml-silero-v6.2.0.bin"). One sound at a time. */
typedef struct og_vad og_vad;

enum { OG_VAD_CHUNK = 512 }; /* samples that get one probability */

OG_API og_status og_vad_open(const char *path, og_vad **out, og_error *err);
OG_API void og_vad_close(og_vad *vad);
/* How likely somebody speaks in the next OG_VAD_CHUNK samples. What came before counts, until a reset. */
OG_API float og_vad_next(og_vad *vad, const float *samples);
OG_API void og_vad_reset(og_vad *vad);

typedef struct og_vad_params {
    float threshold;               /* 0.5; speech ends 0.15 below it */
    float min_speech, min_silence; /* seconds: shorter ones do not count; 0.25, 0.1 */
    float pad;                     /* seconds on both sides; 0.03 */
} og_vad_params;

typedef struct og_speech_span {
    double start, end; /* seconds */
} og_speech_span;

OG_API og_vad_params og_vad_defaults(void);
/* Pieces of speech in n samples. `params` may be NULL. *out is released with og_free. */
OG_API og_status og_vad_find(og_vad *vad, const og_vad_params *params, const float *samples, size_t n, og_speech_span **out, size_t *n_out,
                             og_error *err);

/* ---- transcribing ---- */

typedef struct og_word {
    double start, end; /* seconds from the beginning of the sound */
    const char *text;  /* with the space before it, if there is one */
    float probability; /* mean over its tokens */
} og_word;

/* A piece of what was said. Pointers hold during the callback. */
typedef struct og_heard {
    double start, end; /* seconds from the beginning of the sound */
    const char *text;
    const int32_t *ids;
    const float *probability; /* [n_ids] of each token when it was chosen */
    size_t n_ids;
    const og_word *words; /* NULL unless asked for */
    size_t n_words;
    const char *language;                                             /* NULL: the model hears one only */
    float average_logprob, no_speech, compression_ratio, temperature; /* of the window it was heard in */
} og_heard;

/* Returns false to stop: the call then gives OG_ERR_CANCELLED. */
typedef bool og_heard_fn(void *user, const og_heard *heard);

typedef struct og_transcribe_params {
    const char *language;                /* code; NULL: heard from the first window (a model of one language ignores it) */
    bool translate;                      /* to English */
    bool words;                          /* times and probabilities of words */
    bool plain;                          /* without times: one segment a window */
    const char *prompt;                  /* text that might have come before: names, spelling, style; NULL: none */
    bool forget;                         /* windows know nothing of what was said before them */
    int beams;                           /* 0 or 1: greedy */
    int best_of;                         /* tries at temperatures above 0; 0: 5 */
    float temperature, temperature_step; /* tried from the first in steps up to 1 until the text seems right; step 0: one try */
    float compression_max, logprob_min, no_speech_max; /* what seems right: 2.4, -1, 0.6 */
    float max_initial;                                 /* seconds before which the first time must be; 1 */
    const int32_t *suppress; /* n_suppress tokens that must not come; besides, those that are no speech, unless keep_symbols */
    size_t n_suppress;
    bool keep_symbols;
    const int32_t *alignment_heads; /* n_alignment pairs of layer and head of the decoder that times of words are read from; NULL: the */
    size_t n_alignment;             /* model's own or, if the file has none, all of the last half of the layers */
    og_vad *vad;                    /* silence is passed over where this hears no voice; NULL: nothing is. Used until the close */
    uint64_t seed;                  /* of tries at temperatures above 0 */
    og_heard_fn *on_heard;
    void *user;
} og_transcribe_params;

OG_API og_transcribe_params og_transcribe_defaults(void);

typedef struct og_transcriber og_transcriber;

/* Strings and lists of `params` are copied. The model must outlive it. */
OG_API og_status og_transcriber_open(og_speech *speech, const og_transcribe_params *params, og_transcriber **out, og_error *err);
OG_API void og_transcriber_close(og_transcriber *t);
/* More sound, any number of samples; what can be heard for certain goes to on_heard. It holds about a window of sound, no more. Samples
 * that are no finite numbers are refused. */
OG_API og_status og_transcriber_feed(og_transcriber *t, const float *samples, size_t n, og_error *err);
/* The sound has ended: the rest goes to on_heard. Afterwards it can be fed anew. */
OG_API og_status og_transcriber_finish(og_transcriber *t, og_error *err);
/* Makes a running call return OG_ERR_CANCELLED within one graph step. Async-signal-safe. */
OG_API void og_transcriber_cancel(og_transcriber *t);
/* The language that is heard; NULL before it is known. */
OG_API const char *og_transcriber_language(const og_transcriber *t);

typedef struct og_transcribe_stats {
    double sound;                      /* seconds heard */
    double mel, encode, decode, align; /* seconds of work */
    uint64_t windows, tokens, tries;   /* tries: of decoding a window, fallbacks included */
} og_transcribe_stats;

OG_API void og_transcriber_stats(const og_transcriber *t, og_transcribe_stats *out);

#ifdef __cplusplus
}
#endif
#endif
