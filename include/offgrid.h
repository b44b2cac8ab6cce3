/* offgrid.h: the public door of offgrid, private AI on the device in your hand.
 *
 * The objects, from the outside in:
 *
 *   og_engine   threads, memory budget, CPU features. One for a program is usual; models share it.
 *   og_file     an opened GGUF container: metadata and tensor table, no weights touched.
 *   og_tok      a tokenizer, from any GGUF that carries a vocabulary (with or without weights).
 *   og_chat     how a model wants conversations written: its chat template.
 *   og_model    weights bound, packed and ready to compute. Immutable: any number of sessions may use it.
 *   og_session  one timeline of tokens over a model: KV cache, sampler state, stop strings.
 *
 * Errors. Every function that can fail returns og_status and takes `og_error *err` last, which may be NULL.
 * On failure *err holds a sentence that says what was wrong, where, and what to do; on success it is untouched.
 * Nothing here aborts, exits or prints.
 *
 * Ownership. `..._open` creates and `..._close` releases; close accepts NULL. A child keeps its parent alive
 * (a session its model, a model its engine), so the order of closing does not matter. Returned `const` pointers
 * belong to the object they came from and live as long as it does, unless a comment says otherwise.
 *
 * Threads. Different sessions may be used from different threads; one session by one thread at a time, except
 * og_session_cancel, which may be called from anywhere, a signal handler included. Computations of one engine take turns.
 *
 * Strings are UTF-8. Token ids are int32_t. Positions count from 0.
 */
#ifndef OFFGRID_H
#define OFFGRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OG_VERSION "0.1.0"

#if defined(_WIN32) && defined(OG_SHARED)
#define OG_API __declspec(dllexport)
#elif defined(__GNUC__)
#define OG_API __attribute__((visibility("default")))
#else
#define OG_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- status and errors -------------------------------------------------------------------------------------- */

typedef enum og_status {
    OG_OK = 0,
    OG_ERR_ARG,         /* the caller's argument is out of range or missing */
    OG_ERR_IO,          /* the operating system refused: no such file, no permission, disk full */
    OG_ERR_FORMAT,      /* a file is damaged or not what it claims to be */
    OG_ERR_UNSUPPORTED, /* well formed, but this version cannot use it (architecture, type, CPU) */
    OG_ERR_MEMORY,      /* out of memory, or past the budget */
    OG_ERR_CANCELLED,   /* stopped by og_session_cancel or by a progress callback */
    OG_ERR_CONTEXT,     /* the context is full; nothing was evaluated */
    OG_ERR_INTERNAL,    /* a mistake of ours; please report it */
} og_status;

typedef struct og_error {
    og_status status;
    char text[488];
} og_error;

/* A short English name for a status ("bad argument"). Never NULL. */
OG_API const char *og_status_name(og_status status);

/* The library's version, for a check against OG_VERSION of the header. */
OG_API const char *og_version(void);

/* Progress of a long call: `done` of `total` units (bytes while loading, tokens while prefilling). Return false to cancel. */
typedef bool og_progress_fn(void *user, const char *what, uint64_t done, uint64_t total);

/* ---- engine ------------------------------------------------------------------------------------------------- */

typedef struct og_engine og_engine;

typedef struct og_engine_params {
    int threads;            /* 0: the number of cores this process may use */
    uint64_t memory_budget; /* bytes for weights, caches and activations together; 0: what the device has available */
    const char *cpu;        /* NULL or "": best the CPU has (or environment OFFGRID_CPU); else "scalar", "avx2", "avx512",
                               "avx512vnni", "neon", "dotprod", "i8mm": kernels up to that level only */
    const char *packed_dir; /* NULL or "": nowhere; else a folder (made if it is missing) in which packed weights are kept, so that a model
                               is ready at once the next time. What is there is checked against the model's content before use */
    uint64_t packed_limit;  /* bytes of that folder, the least recently used models go first; 0: 4 GiB */
    uint64_t packed_min;    /* models that pack to fewer bytes are not kept; 0: 32 MiB */
} og_engine_params;

/* Defaults for every field (all zero). */
OG_API og_engine_params og_engine_defaults(void);
OG_API og_status og_engine_open(const og_engine_params *params, og_engine **out, og_error *err);
OG_API void og_engine_close(og_engine *engine);

typedef struct og_engine_info {
    int threads;
    const char *cpu;       /* the kernel level in use, e.g. "avx512vnni" */
    const char *features;  /* detected CPU features, space separated */
    uint64_t memory_total; /* bytes: the device's, or the cgroup's limit if that is lower */
    uint64_t memory_available;
} og_engine_info;

OG_API void og_engine_describe(const og_engine *engine, og_engine_info *out);

/* The machine's limits as they are at this moment, each measured for about `seconds` on the engine's threads: bandwidth of
 * reading memory far larger than the caches [bytes/s], and rate of int8 multiply-adds from registers [1/s] with the widest
 * unit the engine uses. Neighbours move both, so measure them in alternation with what they are compared to. */
OG_API og_status og_engine_limits(og_engine *engine, double seconds, double *read_bytes_s, double *int8_mac_s, og_error *err);

/* ---- GGUF files --------------------------------------------------------------------------------------------- */

typedef struct og_file og_file;

/* clang-format off */
typedef enum og_value_type { /* numbers as in the GGUF format document */
    OG_VALUE_U8 = 0, OG_VALUE_I8, OG_VALUE_U16, OG_VALUE_I16, OG_VALUE_U32, OG_VALUE_I32, OG_VALUE_F32,
    OG_VALUE_BOOL, OG_VALUE_STRING, OG_VALUE_ARRAY, OG_VALUE_U64, OG_VALUE_I64, OG_VALUE_F64,
} og_value_type;
/* clang-format on */

/* One metadata value. A scalar is in `i` (integers, bool) or `f` (floats; integers too) or `str`; an array has its element
 * type and count, and elements are read with og_file_element. */
typedef struct og_value {
    og_value_type type;
    og_value_type element; /* of an array */
    uint64_t count;        /* elements of an array; 1 otherwise */
    int64_t i;             /* U64 values past INT64_MAX read as INT64_MAX here; see u */
    uint64_t u;
    double f;
    const char *str; /* not NUL-terminated: use len */
    size_t len;
} og_value;

typedef struct og_tensor_info {
    const char *name;
    const char *type; /* "Q4_K", "F32", ... */
    uint64_t dim[4];  /* dim[0] is contiguous in memory; unused dimensions are 1 */
    int n_dims;
    uint64_t offset; /* bytes from the start of its file */
    uint64_t bytes;
    int part; /* which file of a split model, from 0 */
} og_tensor_info;

/* Opens a GGUF file (v2, v3; a split model by its first part, whose siblings are opened too) and checks every count,
 * offset, size and string in it against the file before use. */
OG_API og_status og_file_open(const char *path, og_file **out, og_error *err);
OG_API void og_file_close(og_file *file);
OG_API int og_file_version(const og_file *file);
OG_API int og_file_parts(const og_file *file);
OG_API uint64_t og_file_bytes(const og_file *file); /* of all parts together */
OG_API uint64_t og_file_n_meta(const og_file *file);
OG_API const char *og_file_meta(const og_file *file, uint64_t i, og_value *out); /* the key; NULL if i is out of range */
OG_API bool og_file_find(const og_file *file, const char *key, og_value *out);
/* Element i of the array under `key`. False if there is no such array or element. Elements are never arrays themselves. */
OG_API bool og_file_element(const og_file *file, const char *key, uint64_t i, og_value *out);
OG_API uint64_t og_file_n_tensors(const og_file *file);
OG_API bool og_file_tensor(const og_file *file, uint64_t i, og_tensor_info *out);

/* ---- tokenizer ---------------------------------------------------------------------------------------------- */

typedef struct og_tok og_tok;

/* From any GGUF with a vocabulary, vocabulary-only files included. */
OG_API og_status og_tok_open(const og_file *file, og_tok **out, og_error *err);
OG_API void og_tok_close(og_tok *tok);
OG_API int32_t og_tok_size(const og_tok *tok);

enum {
    OG_TOK_ADD_SPECIAL = 1,   /* add BOS/EOS where the file says so */
    OG_TOK_PARSE_SPECIAL = 2, /* text like "<|im_end|>" becomes that token, else it is plain text */
};

/* Tokens of `text` (len bytes, any bytes: invalid UTF-8 is encoded byte by byte or as U+FFFD, as the vocabulary allows).
 * *ids is malloc'd: release with og_free. */
OG_API og_status og_tok_encode(const og_tok *tok, const char *text, size_t len, int flags, int32_t **ids, size_t *n, og_error *err);
/* Text of `ids`, NUL-terminated besides; *text is malloc'd: release with og_free. `special`: whether control tokens are spelled out. */
OG_API og_status og_tok_decode(const og_tok *tok, const int32_t *ids, size_t n, bool special, char **text, size_t *len, og_error *err);
/* The vocabulary's own spelling of a token and its length; NULL if out of range. */
OG_API const char *og_tok_piece(const og_tok *tok, int32_t id, size_t *len);
/* Ids, or -1 where the vocabulary has none. */
OG_API int32_t og_tok_bos(const og_tok *tok);
OG_API int32_t og_tok_eos(const og_tok *tok);
OG_API bool og_tok_is_end(const og_tok *tok, int32_t id); /* EOS, end of turn, end of message */

OG_API void og_free(void *p);

/* ---- model -------------------------------------------------------------------------------------------------- */

typedef struct og_model og_model;

/* A low-rank adapter (LoRA), a GGUF file as og_convert writes it: `scale` goes before what it adds to the model's products. */
typedef struct og_adapter {
    const char *path;
    float scale; /* 1: as it was trained */
} og_adapter;

typedef struct og_model_params {
    og_progress_fn *progress; /* may be NULL */
    void *user;
    const og_adapter *adapters; /* n_adapters, added to each other; an adapter for another model is refused, naming the tensor */
    size_t n_adapters;
} og_model_params;

OG_API og_model_params og_model_defaults(void);
/* Loads a model for computing. Refuses with OG_ERR_MEMORY, before touching the weights, what would not fit the budget. */
OG_API og_status og_model_open(og_engine *engine, const char *path, const og_model_params *params, og_model **out, og_error *err);
OG_API void og_model_close(og_model *model);
OG_API const og_tok *og_model_tok(const og_model *model);
OG_API const og_file *og_model_file(const og_model *model);

/* How the states of a text's tokens become one vector. Numbers as <arch>.pooling_type has them in GGUF files. */
typedef enum og_pooling {
    OG_POOLING_NONE = 0, /* of a model: it does not say; as a parameter: the model's own */
    OG_POOLING_MEAN,     /* the mean over all tokens */
    OG_POOLING_CLS,      /* the first token's */
    OG_POOLING_LAST,     /* the last token's */
    OG_POOLING_RANK,     /* a classifier's score of a pair: og_rerank */
} og_pooling;

OG_API const char *og_pooling_name(og_pooling pooling); /* "none", "mean", "cls", "last", "rank" */

typedef struct og_model_info {
    const char *arch; /* "llama" */
    const char *name; /* general.name, or "" */
    const char *chat; /* the format of its og_chat: "template", "chatml", ... or "plain" */
    int32_t n_vocab;
    uint32_t n_ctx_train; /* context it was trained for */
    uint32_t n_layer, n_embd, n_head, n_head_kv;
    uint32_t n_expert, n_expert_used; /* of a mixture of experts, and how many of them a token meets in a layer; else 0 */
    uint64_t n_params;                /* weights, counted */
    uint64_t tensor_bytes;            /* in the file */
    uint64_t weight_bytes;            /* resident, as packed for this CPU */
    uint64_t kv_bytes_token;          /* f16 cache */
    bool weights_kept;                /* packed weights came from og_engine_params.packed_dir */
    uint64_t state_bytes;             /* recurrent state of a session, with the snapshots it keeps; 0: the model has none */
    og_pooling pooling;               /* of an embedding or ranking model; NONE: the model writes text */
} og_model_info;

OG_API void og_model_describe(const og_model *model, og_model_info *out);

/* What running a file's model would take, without loading it. */
typedef struct og_model_needs {
    uint32_t n_ctx, n_ctx_train;
    uint64_t weights, cache, activations; /* bytes, all in memory at once; the cache for n_ctx tokens */
} og_model_needs;

/* n_ctx 0: the smaller of the model's and 4096, as a session has it. Refuses what og_model_open would refuse, but for the budget: an
 * unknown architecture with the names of those that are known. */
OG_API og_status og_model_predict(og_engine *engine, const og_file *file, uint32_t n_ctx, og_model_needs *out, og_error *err);

/* ---- session ------------------------------------------------------------------------------------------------ */

typedef struct og_session og_session;

typedef struct og_session_params {
    uint32_t n_ctx;   /* tokens the cache can hold; 0: the smaller of the model's and 4096 */
    uint32_t n_chunk; /* tokens evaluated at once in prefill; 0: 512 */
} og_session_params;

OG_API og_session_params og_session_defaults(void);
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

/* How the next token is chosen. Applied in this order: penalties, then top_k, top_p, min_p on the softmax at temperature 1, then
 * temperature, then a draw. temperature 0 takes the most likely token (lowest id on ties) after penalties. */
typedef struct og_sampling {
    float temperature;       /* 0.8 */
    int32_t top_k;           /* 40; 0: off */
    float top_p;             /* 0.95; 1: off */
    float min_p;             /* 0.05; 0: off */
    float repeat_penalty;    /* 1: off. Divides positive and multiplies negative logits of recent tokens (Keskar et al. 2019) */
    float presence_penalty;  /* 0: off. Subtracted once from tokens that occurred */
    float frequency_penalty; /* 0: off. Subtracted per occurrence */
    int32_t penalty_last;    /* how many of the last tokens the penalties look at; 64; -1: all */
    uint64_t seed;           /* the same seed, prompt and parameters give the same text */
} og_sampling;

OG_API og_sampling og_sampling_defaults(void);

typedef enum og_stop {
    OG_STOP_END = 0, /* the model ended its turn */
    OG_STOP_LENGTH,  /* max_tokens reached */
    OG_STOP_CONTEXT, /* the context is full; the answer is incomplete */
    OG_STOP_STRING,  /* a stop string appeared; it is not part of the text */
    OG_STOP_CANCELLED,
} og_stop;

OG_API const char *og_stop_name(og_stop stop); /* "end", "length", "context", "stop", "cancelled" */

/* Receives text as it is made: whole UTF-8 characters only, never a part of a stop string. Return false to stop. */
typedef bool og_text_fn(void *user, const char *text, size_t len);

/* What a text may look like: see og_grammar_gbnf. Immutable: any number of sessions and threads may use it. */
typedef struct og_grammar og_grammar;

typedef struct og_generate_params {
    og_sampling sampling;
    int32_t max_tokens;       /* -1: until the model ends or the context is full */
    bool ignore_end;          /* go on past end-of-turn tokens (for benchmarks) */
    const char *const *stops; /* n_stops strings */
    size_t n_stops;
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

/* ---- chat --------------------------------------------------------------------------------------------------- */

/* How a model wants conversations written: the chat template of its file (Jinja, as transformers applies it) or, where that is missing or
 * broken, a built-in format. Immutable: any number of threads may use one. */
typedef struct og_chat og_chat;

/* Of a file and its tokenizer, which must live as long. Fails for lack of memory only. */
OG_API og_status og_chat_open(const og_file *file, const og_tok *tok, og_chat **out, og_error *err);
OG_API void og_chat_close(og_chat *chat);
OG_API const og_chat *og_model_chat(const og_model *model);
/* Names of the built-in formats ("chatml", ..., "plain": texts alone, for models that only continue); NULL past the end. */
OG_API const char *og_chat_format_name(int i);

/* What renderings of small conversations show. */
typedef struct og_chat_info {
    const char *format;    /* "template": the file's own; else the built-in format's name */
    const char *problem;   /* why the file's own is not used; "" if it is */
    bool system;           /* instructions have a place (else they go before the first question) */
    bool tools;            /* definitions of tools are told to the model */
    bool tool_calls;       /* calls of tools and their results can be part of a conversation */
    bool reasoning;        /* the template knows of thinking before the answer */
    bool reasoning_switch; /* and it can be asked for or left out */
    bool images;           /* pictures have a place */
} og_chat_info;

OG_API void og_chat_describe(const og_chat *chat, og_chat_info *out);

/* One message of a conversation, fields as in OpenAI's API. All but `role` may be NULL. */
typedef struct og_message {
    const char *role;         /* "system", "user", "assistant", "tool", or another that the template knows */
    const char *content;      /* content_len bytes */
    size_t content_len;       /* bytes that are not UTF-8 become U+FFFD */
    const char *reasoning;    /* what the assistant thought before it answered */
    const char *tool_calls;   /* the assistant's: a JSON list of {"id", "type", "function": {"name", "arguments"}} */
    const char *tool_call_id; /* a tool's: the call that this is the result of */
    const char *name;
} og_message;

typedef enum og_reasoning { OG_REASONING_DEFAULT = 0, OG_REASONING_OFF, OG_REASONING_ON } og_reasoning;

typedef struct og_chat_params {
    const og_message *messages;
    size_t n_messages;
    const char *tools;          /* a JSON list of {"type": "function", "function": {...}}; NULL: none */
    const char *variables;      /* a JSON object of further variables for the template, such as {"reasoning_effort": "low"}; NULL: none */
    og_reasoning reasoning;     /* DEFAULT: as the template decides */
    bool add_generation_prompt; /* true: the rendering ends where the assistant's answer begins */
    const char *format;         /* a built-in format instead of what the chat would use; NULL: none */
    int64_t now;                /* what strftime_now sees: seconds since 1970 as the clock on the wall shows them; the clock */
} og_chat_params;

typedef struct og_chat_result {
    char *text; /* the rendering, NUL-terminated besides */
    size_t len;
    int32_t *ids; /* its tokens. Special tokens are recognised in what the template wrote only, never in messages or tools */
    size_t n;
    const char *format; /* as of og_chat_info */
    char notice[320];   /* what was done otherwise than asked (roles rearranged, a built-in format used, tools left out); "" if nothing */
} og_chat_result;

/* No messages; the generation prompt; the local time. */
OG_API og_chat_params og_chat_defaults(void);
/* Renders a conversation and tokenizes it, BOS included where the vocabulary or the template wants it, ready for og_session_prompt. A
 * template that refuses the order of the roles gets neighbours of one role as one message, and instructions as part of the first question;
 * `notice` says so. What it still refuses is an error with the template's own words. Release the result with og_chat_result_free. */
OG_API og_status og_chat_render(const og_chat *chat, const og_chat_params *params, og_chat_result *out, og_error *err);
OG_API void og_chat_result_free(og_chat_result *result);

/* Makes the cache hold exactly these tokens: keeps the longest beginning that is there already, forgets what follows it and evaluates the
 * rest (one token at least, so that its logits are there). *reused (may be NULL): how many were there. Refuses with OG_ERR_CONTEXT,
 * changing nothing, what does not fit. */
OG_API og_status og_session_prompt(og_session *session, const int32_t *ids, size_t n, uint32_t *reused, og_progress_fn *progress,
                                   void *user, og_error *err);

/* ---- embeddings and ranking --------------------------------------------------------------------------------- */

/* One text, or its tokens: `text` is read if `ids` is NULL, and gets the special tokens that the model wants; ids are taken as they are. */
typedef struct og_input {
    const char *text;
    size_t len;
    const int32_t *ids;
    size_t n_ids;
} og_input;

typedef struct og_embed_params {
    og_pooling pooling;       /* OG_POOLING_NONE: the model's own; an encoder that names none takes the mean */
    bool raw;                 /* as they come; else every vector gets length 1 */
    uint32_t dimensions;      /* 0: all; else the first so many, for models trained for that (Kusupati et al. 2022, Matryoshka) */
    bool truncate;            /* cut what is longer than the model's context and count it in the result; else refuse it */
    uint32_t n_batch;         /* tokens of several texts evaluated at once; 0: 512. A longer text is a batch by itself */
    og_progress_fn *progress; /* tokens; may be NULL */
    void *user;
} og_embed_params;

typedef struct og_embed_result {
    uint32_t dim;       /* floats of a vector; of og_rerank: 1 */
    uint64_t n_tokens;  /* evaluated */
    size_t n_truncated; /* texts that were cut */
    double seconds;
} og_embed_result;

OG_API og_embed_params og_embed_defaults(void);
/* Vectors of n texts: *out is float32 [n][dim], malloc'd: og_free. A vector depends on its text alone: not on the others, the size of a
 * batch, threads or the CPU. Works with encoders (BERT and its kind) and with decoders. Refuses with OG_ERR_CONTEXT a text longer than the
 * model's context, unless told to truncate. Any number of threads may embed with one model. `result` may be NULL. */
OG_API og_status og_embed(og_model *model, const og_input *inputs, size_t n, const og_embed_params *params, float **out,
                          og_embed_result *result, og_error *err);
/* How well each of n documents answers the query: scores, float32 [n], in the order of the documents; higher is better, and only the order
 * means something across models. Needs a model with a ranking head (cross-encoder). `query` NULL: each document is a whole pair already, as
 * tokens. `params` as for og_embed; pooling and dimensions are not used, and `raw` leaves the head's numbers as they are, else they are
 * squeezed into 0..1 by the logistic function. */
OG_API og_status og_rerank(og_model *model, const og_input *query, const og_input *documents, size_t n, const og_embed_params *params,
                           float *scores, og_embed_result *result, og_error *err);

/* ---- chat templates ----------------------------------------------------------------------------------------- */

typedef struct og_template_options {
    bool trim_blocks;           /* true; Jinja's options of white space */
    bool lstrip_blocks;         /* true */
    bool keep_trailing_newline; /* false */
    int64_t now;                /* what strftime_now sees: seconds since 1970 as the clock on the wall shows them; the clock */
} og_template_options;

/* Defaults as transformers has them, and the local time. */
OG_API og_template_options og_template_defaults(void);
/* Renders a Jinja template with the variables of `context`, a JSON object. Steps, depth, memory and output are bounded. `options` may be
 * NULL. *out is malloc'd and NUL-terminated besides: og_free. Errors name the template's line. */
OG_API og_status og_template_render(const char *text, size_t len, const char *context, size_t context_len,
                                    const og_template_options *options, char **out, size_t *out_len, og_error *err);

/* ---- grammars ----------------------------------------------------------------------------------------------- */

/* From GBNF, the notation of llama.cpp's grammars, of at most 1 MiB; `root` names the rule to begin with (NULL: "root"). Refused, with the
 * line: mistakes of notation, rules that are not defined, begin with themselves or never end. */
OG_API og_status og_grammar_gbnf(const char *text, size_t len, const char *root, og_grammar **out, og_error *err);
OG_API void og_grammar_close(og_grammar *grammar);
/* Whether the whole text matches. *good (may be NULL): how many of its bytes a matching text could begin with. */
OG_API og_status og_grammar_check(og_grammar *grammar, const char *text, size_t len, bool *matches, size_t *good, og_error *err);

/* ---- counters ----------------------------------------------------------------------------------------------- */

/* Counters for tests and benchmarks. */
typedef struct og_stats {
    uint64_t prefill_tokens, decode_tokens;
    double prefill_seconds, decode_seconds;
    uint64_t kv_bytes, activation_bytes; /* held by this session */
    uint64_t allocations;                /* heap allocations the library made so far, in this process */
} og_stats;

OG_API void og_session_stats(const og_session *session, og_stats *out);

/* ---- quantizing --------------------------------------------------------------------------------------------- */

/* One tensor of a file that is being quantized. */
typedef struct og_quantize_tensor {
    const char *name;
    const char *from, *to; /* types */
    const char *wanted;    /* the type it should have had, if its rows are no whole number of blocks of that; else NULL */
    uint64_t elements, bytes;
    double error;  /* root mean square of the error, relative to that of the weights; -1 if it was not measured (dry run, integers) */
    bool weighted; /* the importance matrix has it */
} og_quantize_tensor;

/* Called for each tensor, in the file's order, when it is done. */
typedef void og_quantize_report_fn(void *user, const og_quantize_tensor *tensor);

typedef struct og_quantize_params {
    const char *type;              /* a recipe: "Q4_K_M", ... (og_quantize_type_name); NULL where a target is given */
    const char *imatrix;           /* path of an importance matrix, or NULL */
    const char *const *overrides;  /* n_overrides of "PATTERN=TYPE"; the first whose pattern fits a tensor's name decides. A pattern */
    size_t n_overrides;            /* with * or ? must fit the whole name, another must occur in it */
    uint64_t target_bytes;         /* 0: none. Else types are chosen tensor by tensor so that the file is at most this large */
    double target_bpw;             /* 0: none. Else so that tensors have at most so many bits per weight, all together */
    bool dry_run;                  /* choose and report, read no weights unless there is a target, write nothing */
    og_progress_fn *progress;      /* bytes of the input; may be NULL */
    og_quantize_report_fn *report; /* may be NULL */
    void *user;
} og_quantize_params;

typedef struct og_quantize_result {
    uint64_t tensors, elements;
    uint64_t bytes_in, bytes_out; /* of tensors */
    uint64_t fallbacks;           /* tensors with `wanted` */
    uint64_t unweighted;          /* tensors quantized that the importance matrix does not have; 0 if none was given */
    double bits;                  /* per weight */
    double seconds;
} og_quantize_result;

OG_API og_quantize_params og_quantize_defaults(void);
/* Names of the recipes, largest first; NULL past the end. */
OG_API const char *og_quantize_type_name(int i);
/* Writes the model at `in` (any GGUF, split or not) to `out` with other types. Works on the engine's threads with a few MiB of memory
 * each, whatever the model's size; the result depends neither on threads nor on the CPU. `out` appears when it is complete or not at
 * all; it may be NULL in a dry run. NaN and infinite weights are refused. `result` may be NULL. */
OG_API og_status og_quantize(og_engine *engine, const char *in, const char *out, const og_quantize_params *params,
                             og_quantize_result *result, og_error *err);

/* ---- converting --------------------------------------------------------------------------------------------- */

typedef struct og_convert_params {
    og_quantize_params quantize;
    const char *base; /* of an adapter: its model, a GGUF file or a folder with config.json; NULL: where adapter_config.json says */
} og_convert_params;

OG_API og_convert_params og_convert_defaults(void);
/* Writes a checkpoint of Hugging Face, a folder with config.json, *.safetensors (one or several) and a tokenizer, as a GGUF model; or an
 * adapter of PEFT, a folder with adapter_config.json, as a GGUF adapter. Memory, threads and result are as og_quantize's, but without type
 * and target the weights keep their type. Python pickles are refused, and so are, by name, unknown architectures, and tensors that are
 * missing, unknown or of a wrong shape. */
OG_API og_status og_convert(og_engine *engine, const char *folder, const char *out, const og_convert_params *params,
                            og_quantize_result *result, og_error *err);
/* Names of architectures that can be converted, as config.json has them ("LlamaForCausalLM"); NULL past the end. */
OG_API const char *og_convert_class(int i);

/* ---- importance matrices ------------------------------------------------------------------------------------ */

typedef struct og_imatrix_params {
    uint32_t n_ctx;           /* tokens of a chunk; 0: 512. Each chunk is evaluated by itself, its first token replaced by BOS */
    uint32_t max_chunks;      /* 0: all */
    bool output;              /* the output matrix too */
    const char *dataset;      /* where the text came from, for the file's metadata; may be NULL */
    og_progress_fn *progress; /* tokens */
    void *user;
} og_imatrix_params;

OG_API og_imatrix_params og_imatrix_defaults(void);
/* Evaluates the tokens and writes, for each matrix of the model's layers, the sums of squares of what it was multiplied with: a GGUF file
 * as llama.cpp's imatrix tool writes. Tokens after the last whole chunk are left out. */
OG_API og_status og_imatrix_write(og_model *model, const int32_t *ids, size_t n, const char *path, const og_imatrix_params *params,
                                  og_error *err);

#ifdef __cplusplus
}
#endif
#endif
