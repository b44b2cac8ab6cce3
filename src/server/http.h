/* http.h: HTTP/1.1 requests (RFC 9112) as bytes, without sockets. Strict: what two programs could read in two ways is refused. */
#ifndef OG_SERVER_HTTP_H
#define OG_SERVER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OG_HTTP_HEAD_MAX = 16384, /* bytes of request line and headers */
    OG_HTTP_HEADERS_MAX = 64,
    OG_HTTP_PATH_MAX = 2048,
};

typedef struct og_head {
    const char *method;
    char *path;  /* percent-decoded; begins with '/', printable, without dot segments */
    char *query; /* after the '?', as it came; "" if there is none */
    int minor;   /* of HTTP/1.x: 0 or 1 */
    struct {
        const char *name; /* in small letters */
        const char *value;
    } header[OG_HTTP_HEADERS_MAX];
    size_t n_headers;
    uint64_t content_length;
    bool has_length, chunked, keep_alive, expect_continue;
} og_head;

/* Reads the head of a request: `text` is len bytes up to and with the empty line, is changed, and must live as long as *out. Returns 0, or
 * the status to refuse with and, in *why, a sentence. */
int og_head_parse(char *text, size_t len, og_head *out, const char **why);
/* The value of a header (its name in small letters); NULL if it is not there. Host, Content-Length and the like come once or are refused.
 */
const char *og_header(const og_head *head, const char *name);
/* The percent-decoded value of a name in a query, in `out` of `size` bytes. False if it is not there or does not fit. */
bool og_head_query(const char *query, const char *name, char *out, size_t size);

/* ---- bodies in chunks ---- */

typedef struct og_chunks {
    int state;
    uint64_t left;   /* of the chunk */
    size_t overhead; /* bytes of sizes, extensions and trailers so far */
    uint64_t total;
} og_chunks;

typedef enum og_chunks_more { OG_HTTP_MORE, OG_HTTP_DONE, OG_HTTP_BAD } og_chunks_more;

/* Takes bytes of a chunked body, and tells how many of them (*used), of which *data (inside `in`, *n bytes, may be 0) are content; call
 * again with the rest. Bytes after the end are not taken. */
og_chunks_more og_chunks_read(og_chunks *chunks, const char *in, size_t len, size_t *used, const char **data, size_t *n);

/* The usual words of a status ("Not Found"). */
const char *og_status_reason(int status);

#endif
