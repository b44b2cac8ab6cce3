/* offgrid/session.h: one timeline of tokens over a model. Part of offgrid.h. */
#ifndef OFFGRID_SESSION_H
#define OFFGRID_SESSION_H

#include "offgrid/grammar.h"
#include "offgrid/model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct og_session og_session;

OG_API og_status og_session_open(og_model *model, const og_session_params *params, og_session **out, og_error *err);
OG_API void og_session_close(og_session *session);
OG_API uint32_t og_session_n_ctx(const og_session *session);
OG_API uint32_t og_session_n_past(const og_session *session); /* tokens in the cache */

/* Forget every token from position `pos` on (0: all). */
OG_API og_status og_session_rewind(og_session *session, uint32_t pos, og_error *err);

/* Writes the session to a file: its tokens, caches and logits. The file appears when it is complete or not at all. What a rewind left to
 * be evaluated again is evaluated first. */
OG_API og_status og_session_save(og_session *session, const char *path, og_error *err);
/* Makes the session what the file holds, in place of what it was; it goes on with the same bits as the saved one. The file must come from
 * the same model (content, not name), kind of cache and kind of device; checksums find damage. The session's context may have another size
 * than the saved one's, if the tokens fit. A file that is refused leaves the session as it is. */
OG_API og_status og_session_restore(og_session *session, const char *path, og_error *err);

/* Evaluate n tokens after those in the cache. On success logits of the last one are ready (og_session_logits). Refuses with
 * OG_ERR_CONTEXT, evaluating nothing, if they do not fit. Cancelled: the tokens of finished chunks stay. */
OG_API og_status og_session_eval(og_session *session, const int32_t *ids, size_t n, og_progress_fn *progress, void *user, og_error *err);
/* As eval, and copies the logits of every one of the n positions to `logits`: float32 [n][n_vocab], position after position. */
OG_API og_status og_session_eval_all(og_session *session, const int32_t *ids, size_t n, float *logits, og_error *err);
/* Logits after the last evaluated token, float32 [n_vocab]; NULL before any. Valid until the next call that evaluates. */
OG_API const float *og_session_logits(const og_session *session);

/* Makes the running og_session_eval or og_session_generate return OG_ERR_CANCELLED (eval) or OG_STOP_CANCELLED (generate) within
 * one graph step. Async-signal-safe. */
OG_API void og_session_cancel(og_session *session);

/* Added to the logit of a token; -INFINITY: it never comes. */
typedef struct og_bias {
    int32_t id;
    float add;
} og_bias;

/* How the next token is chosen: biases first, then the steps below in the order of `order`, then a draw from what is left. Probabilities
 * are the softmax of what is left so far. temperature 0 takes the most likely token (lowest id on ties) after biases, penalties and DRY.
 * Definitions and their sources are in src/runtime/samplers. */
typedef struct og_sampling {
    float temperature;          /* 0.8 */
    float temperature_range;    /* 0; else between temperature - range and + range, as the entropy of what is left says */
    float temperature_exponent; /* 1: of that */
    int32_t top_k;              /* 40; 0: off */
    float top_p;                /* 0.95; 1: off */
    float min_p;                /* 0.05; 0: off */
    float typical_p;            /* 1: off */
    float top_n_sigma;          /* 0: off. Only logits within so many standard deviations of the largest */
    float xtc_probability;      /* 0: off. How often all of at least xtc_threshold are left out but the least likely of them */
    float xtc_threshold;        /* 0.1; above 0.5: off */
    float repeat_penalty;       /* 1: off. Divides positive and multiplies negative logits of recent tokens */
    float presence_penalty;     /* 0: off. Subtracted once from tokens that occurred */
    float frequency_penalty;    /* 0: off. Subtracted per occurrence */
    int32_t penalty_last;       /* how many of the last tokens the penalties look at; 64; -1: all */
    float dry_multiplier;       /* 0: off. A token that would make a repetition one longer loses dry_multiplier * */
    float dry_base;             /* 1.75: dry_base ^ (length so far - dry_allowed), */
    int32_t dry_allowed;        /* 2: if the length so far is at least this, */
    int32_t dry_last;           /* -1: anywhere; else within the last so many tokens */
    const char *const
        *dry_breakers; /* n_dry_breakers; repetitions end at tokens with one in their text. NULL: newline, colon, quote, asterisk */
    size_t n_dry_breakers;
    int32_t mirostat;      /* 0: off. 1 or 2: that version, in place of all that truncates: top_k ... xtc */
    float mirostat_tau;    /* 5: the surprise it aims at, in bits */
    float mirostat_eta;    /* 0.1: how fast */
    float adaptive_target; /* -1: off. Prefers tokens so likely, on average (adaptive-p); in place of the draw */
    float adaptive_decay;  /* 0.9: of the weight of past tokens in the average */
    const og_bias *bias;   /* n_bias */
    size_t n_bias;
    const char *order; /* NULL: "penalties;dry;top_n_sigma;top_k;typ_p;top_p;min_p;xtc;temperature"; what is not named is left out */
    uint64_t seed;     /* the same seed, prompt and parameters give the same text */
} og_sampling;

OG_API og_sampling og_sampling_defaults(void);

typedef enum og_stop {
    OG_STOP_END = 0, /* the model ended its turn */
    OG_STOP_LENGTH,  /* max_tokens reached */
    OG_STOP_CONTEXT, /* the context is full; the answer is incomplete */
    OG_STOP_STRING,  /* a stop string appeared; it is not part of the text */
    OG_STOP_CANCELLED,
    OG_STOP_DEADLINE, /* of a scheduler's request: its time was over */
} og_stop;

OG_API const char *og_stop_name(og_stop stop); /* "end", "length", "context", "stop", "cancelled", "deadline" */

/* Receives text as it is made: whole UTF-8 characters only, never a part of a stop string. Return false to stop. */
typedef bool og_text_fn(void *user, const char *text, size_t len);

typedef struct og_generate_params {
    og_sampling sampling;
    int32_t max_tokens;       /* -1: until the model ends or the context is full */
    bool ignore_end;          /* go on past end-of-turn tokens (for benchmarks) */
    bool special;             /* control tokens are spelled out in the text, as og_reply_feed wants it */
    const char *const *stops; /* n_stops strings */
    size_t n_stops;
    const struct og_tools *tools; /* with reasoning_budget: how reasoning is marked (offgrid/tools.h); NULL: not known */
    int32_t reasoning_budget;     /* tokens of reasoning, after which its end is written for the model; 0: no limit */
    og_grammar *grammar; /* the text made by this call will match it, or be the beginning of one that does if it is cut off; NULL: none */
    og_text_fn *on_text; /* may be NULL */
    void *user;
} og_generate_params;

typedef struct og_generate_result {
    og_stop stop;
    const char *stop_string; /* which, for OG_STOP_STRING */
    uint32_t n_tokens;       /* generated, without the ending token */
    double seconds;
} og_generate_result;

OG_API og_generate_params og_generate_defaults(void);
/* Generates from the state of the session (something must have been evaluated). Generated tokens enter the cache, an
 * ending token included, so that a next turn can follow; cancelled in the middle of one, the last may be missing there. */
OG_API og_status og_session_generate(og_session *session, const og_generate_params *params, og_generate_result *out, og_error *err);

/* Makes the cache hold exactly these tokens: keeps the longest beginning that is there already, forgets what follows it and evaluates the
 * rest (one token at least, so that its logits are there). *reused (may be NULL): how many were there. Refuses with OG_ERR_CONTEXT,
 * changing nothing, what does not fit. */
OG_API og_status og_session_prompt(og_session *session, const int32_t *ids, size_t n, uint32_t *reused, og_progress_fn *progress,
                                   void *user, og_error *err);

/* Counters for tests and benchmarks. */
typedef struct og_stats {
    uint64_t prefill_tokens, decode_tokens;
    double prefill_seconds, decode_seconds;
    uint64_t kv_bytes, activation_bytes; /* held by this session */
    uint64_t allocations;                /* heap allocations the library made so far, in this process */
} og_stats;

OG_API void og_session_stats(const og_session *session, og_stats *out);

#ifdef __cplusplus
}
#endif
#endif
