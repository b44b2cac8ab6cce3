/* offgrid/tokenizer.h: text to tokens and back. Part of offgrid.h. */
#ifndef OFFGRID_TOKENIZER_H
#define OFFGRID_TOKENIZER_H

#include "offgrid/file.h"

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif
#endif
