/* http.h: requests over libcurl, with our rules: https, or plain http to this machine alone, also after a redirect; a token goes to the
 * host it is for and to no other; proxies as the environment says. */
#ifndef OG_STORE_PULL_HTTP_H
#define OG_STORE_PULL_HTTP_H

#include <curl/curl.h>

#include "store/pull/pull.h"

typedef struct og_http_answer {
    long code;
    bool ranges;         /* 206, and a Content-Range that can be read */
    uint64_t from, size; /* first byte, and size of the whole; UINT64_MAX: not said */
    double retry_after;  /* seconds; 0: not said */
    char etag[128], linked_etag[128];
    char location[2048];
} og_http_answer;

/* Reads one header line into the answer; a status line empties it but for what a hub said about the file it links to. */
void og_http_header(og_http_answer *a, const char *line, size_t n);

/* Whether a connection to the URL is allowed; fills *err if not. */
bool og_http_allowed(const char *url, og_error *err);
bool og_http_same_host(const char *a, const char *b);
/* What all requests share. `headers` gets the token's line if url's host may see it; free it with curl_slist_free_all. */
bool og_http_prepare(CURL *easy, const char *url, const char *token, const char *token_host, double stall, struct curl_slist **headers);

typedef struct og_http {
    const og_pull_params *how;
    const char *token; /* NULL: none */
} og_http;

/* Calls params->progress; false: cancelled. */
bool og_http_pause(const og_http *h, double seconds, og_error *err);
/* The wait before try number `failures` + 1, with a notice; false: cancelled, or there have been enough. err says why the last one failed.
 */
bool og_http_again(const og_http *h, int failures, double retry_after, og_error *err);

/* A small document, `max` bytes at most. Retries by itself. */
og_status og_http_document(const og_http *h, const char *url, const char *accept, size_t max, og_buf *body, og_error *err);
/* Asks for the first byte of a file: its size, digest or ETag, and where it is after all redirects (final, og_release it). */
og_status og_http_probe(const og_http *h, const char *url, og_http_answer *out, char **final, og_error *err);
/* The sentence for a bad answer. */
og_status og_http_fail(long code, const char *url, og_error *err);
bool og_http_passing(long code); /* whether trying again may help */

#endif
