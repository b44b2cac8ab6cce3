/* http.c: requests over libcurl. */
#include "store/pull/http.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum { REDIRECTS = 10 };
static const double longest_wait = 600;

/* ---- headers ---- */

static bool header(const char *line, size_t n, const char *name, char *out, size_t size) {
    size_t len = strlen(name);
    if (n <= len || strncasecmp(line, name, len) != 0 || line[len] != ':') return false;
    line += len + 1;
    n -= len + 1;
    while (n > 0 && (*line == ' ' || *line == '\t')) line++, n--;
    while (n > 0 && isspace((unsigned char)line[n - 1])) n--;
    if (n >= size) n = 0; /* nothing of ours is that long */
    memcpy(out, line, n);
    out[n] = '\0';
    return true;
}

static double seconds_of(const char *text) {
    if (isdigit((unsigned char)text[0])) return strtod(text, NULL);
    time_t when = curl_getdate(text, NULL), now = time(NULL);
    return when > now ? (double)(when - now) : 0;
}

void og_http_header(og_http_answer *a, const char *line, size_t n) {
    char text[2048];
    if (n > 5 && strncmp(line, "HTTP/", 5) == 0) {
        char linked[sizeof a->linked_etag];
        memcpy(linked, a->linked_etag, sizeof linked);
        *a = (og_http_answer){.size = UINT64_MAX};
        memcpy(a->linked_etag, linked, sizeof linked);
        const char *blank = memchr(line, ' ', n);
        a->code = blank != NULL ? strtol(blank, NULL, 10) : 0;
    } else if (header(line, n, "Content-Range", text, sizeof text)) {
        unsigned long long from, to, size;
        if (sscanf(text, "bytes %llu-%llu/%llu", &from, &to, &size) == 3 && from <= to && to < size) {
            a->ranges = a->code == 206;
            a->from = from;
            a->size = size;
        }
    } else if (header(line, n, "Content-Length", text, sizeof text)) {
        if (a->code == 200) a->size = strtoull(text, NULL, 10);
    } else if (header(line, n, "Retry-After", text, sizeof text)) {
        a->retry_after = seconds_of(text);
    } else if (!header(line, n, "ETag", a->etag, sizeof a->etag) &&
               !header(line, n, "X-Linked-Etag", a->linked_etag, sizeof a->linked_etag)) {
        header(line, n, "Location", a->location, sizeof a->location);
    }
}

/* ---- rules ---- */

static char *part_of(const char *url, CURLUPart part) {
    CURLU *u = curl_url();
    char *text = NULL;
    if (u == NULL || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK || curl_url_get(u, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
        text = NULL;
    curl_url_cleanup(u);
    return text;
}

static bool loopback(const char *host) {
    unsigned a, b, c, d;
    char rest;
    if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0) return true;
    return sscanf(host, "%u.%u.%u.%u%c", &a, &b, &c, &d, &rest) == 4 && a == 127 && b < 256 && c < 256 && d < 256;
}

bool og_http_allowed(const char *url, og_error *err) {
    char *scheme = part_of(url, CURLUPART_SCHEME), *host = part_of(url, CURLUPART_HOST);
    bool good = scheme != NULL && host != NULL && (strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && loopback(host)));
    if (!good)
        og_fail(err, OG_ERR_ARG,
                "\"%.200s\" is not used: connections are https, or http to this machine; anybody on the way could change the file", url);
    curl_free(scheme);
    curl_free(host);
    return good;
}

bool og_http_same_host(const char *a, const char *b) {
    bool same = true;
    for (int i = 0; i < 3 && same; i++) {
        CURLUPart part = i == 0 ? CURLUPART_SCHEME : i == 1 ? CURLUPART_HOST : CURLUPART_PORT;
        char *x = part_of(a, part), *y = part_of(b, part);
        same = x != NULL && y != NULL && strcasecmp(x, y) == 0;
        curl_free(x);
        curl_free(y);
    }
    return same;
}

bool og_http_prepare(CURL *easy, const char *url, const char *token, const char *token_host, double stall, struct curl_slist **headers) {
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "offgrid/" OG_VERSION);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); /* we do, by our rules */
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, 20L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)OG_MAX(stall, 1.0));
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 256L << 10);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
    if (token == NULL || !og_http_same_host(url, token_host)) return true;
    char line[600];
    if (snprintf(line, sizeof line, "Authorization: Bearer %s", token) >= (int)sizeof line || strpbrk(token, "\r\n") != NULL) return false;
    struct curl_slist *more = curl_slist_append(*headers, line);
    if (more != NULL) *headers = more;
    return more != NULL;
}

/* ---- failing and trying again ---- */

bool og_http_passing(long code) {
    return code == 408 || code == 425 || code == 429 || code == 500 || code == 502 || code == 503 || code == 504;
}

og_status og_http_fail(long code, const char *url, og_error *err) {
    const char *advice = "try again later";
    if (code == 401 || code == 403)
        advice = "it may need an account: accept the model's terms on its page, and give your token in the environment as HF_TOKEN";
    else if (code == 404 || code == 410)
        advice = "check the name";
    return og_fail(err, OG_ERR_IO, "the server answered %ld for %.200s: %s", code, url, advice);
}

bool og_http_pause(const og_http *h, double seconds, og_error *err) {
    double until = og_now() + seconds;
    do {
        if (h->how->progress != NULL && !h->how->progress(h->how->user, "waiting", 0, 0)) {
            og_fail(err, OG_ERR_CANCELLED, "interrupted; pull again to go on");
            return false;
        }
        double left = until - og_now();
        if (left > 0) usleep((useconds_t)(1e6 * OG_MIN(left, 0.05)));
    } while (og_now() < until);
    return true;
}

bool og_http_again(const og_http *h, int failures, double retry_after, og_error *err) {
    int tries = h->how->tries > 0 ? h->how->tries : 8;
    double wait = h->how->backoff > 0 ? h->how->backoff : 0.5;
    if (failures >= tries) return false;
    for (int i = 1; i < failures && wait < 30; i++) wait *= 2;
    wait *= 0.75 + 0.5 * ((double)(getpid() % 97 + failures * 31 % 97) / 194); /* so that a crowd does not come back at once */
    if (retry_after > longest_wait) {
        og_fail_prefix(err, OG_ERR_IO, "the server asks to wait for %.0f minutes; pull again then, it goes on where it was",
                       retry_after / 60);
        return false;
    }
    if (retry_after > wait) wait = retry_after;
    char text[600];
    snprintf(text, sizeof text, "%s; next try in %.0f s", err != NULL ? err->text : "", wait);
    if (h->how->notice != NULL) h->how->notice(h->how->user, text);
    return og_http_pause(h, wait, err);
}

/* ---- one request ---- */

typedef struct request {
    og_http_answer answer;
    og_buf *body; /* NULL: only the headers are wanted */
    size_t max;
    const og_http *http;
    bool no_host; /* its name is not known: there is no network, or no such host, and soon trying again helps neither */
} request;

static size_t on_header(char *data, size_t one, size_t n, void *user) {
    request *r = user;
    og_http_header(&r->answer, data, one * n);
    return one * n;
}

static size_t on_body(char *data, size_t one, size_t n, void *user) {
    request *r = user;
    if (r->body == NULL || r->answer.code >= 300) return r->answer.code == 200 ? 0 : one * n; /* of a whole file nobody asked for: stop */
    return r->body->len + n <= r->max && og_buf_add(r->body, data, n) ? n : 0;
}

static int on_progress(void *user, curl_off_t dl_total, curl_off_t dl, curl_off_t ul_total, curl_off_t ul) {
    request *r = user;
    (void)dl_total, (void)dl, (void)ul_total, (void)ul;
    return r->http->how->progress != NULL && !r->http->how->progress(r->http->how->user, "asking", 0, 0);
}

/* One hop. OG_OK: there is an answer, whatever its code. */
static og_status request_once(const og_http *h, const char *first, const char *url, const char *accept, request *r, og_error *err) {
    if (!og_http_allowed(url, err)) return OG_ERR_ARG;
    CURL *easy = curl_easy_init();
    struct curl_slist *headers = NULL;
    char line[200];
    snprintf(line, sizeof line, "Accept: %s", accept != NULL ? accept : "*/*");
    headers = curl_slist_append(NULL, line);
    if (easy == NULL || headers == NULL || !og_http_prepare(easy, url, h->token, first, h->how->stall > 0 ? h->how->stall : 30, &headers)) {
        curl_easy_cleanup(easy);
        curl_slist_free_all(headers);
        return og_fail(err, OG_ERR_MEMORY, "cannot prepare a request for %.200s", url);
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, r);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, r);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, r);
    if (r->body == NULL) curl_easy_setopt(easy, CURLOPT_RANGE, "0-0");
    r->answer.code = 0;
    CURLcode code = curl_easy_perform(easy);
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    if (code == CURLE_ABORTED_BY_CALLBACK) return og_fail(err, OG_ERR_CANCELLED, "interrupted");
    if (code == CURLE_WRITE_ERROR && r->body == NULL && r->answer.code == 200) return OG_OK;
    if (code == CURLE_WRITE_ERROR) return og_fail(err, OG_ERR_FORMAT, "%.200s sends more than the %zu bytes that make sense", url, r->max);
    r->no_host = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY;
    if (r->no_host) return og_fail(err, OG_ERR_IO, "%.200s: its host is not found; is there a network?", url);
    return code == CURLE_OK ? OG_OK : og_fail(err, OG_ERR_IO, "%.200s: %s", url, curl_easy_strerror(code));
}

static char *resolve(const char *base, const char *location) {
    CURLU *u = curl_url();
    char *text = NULL, *out = NULL;
    if (u != NULL && curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK && curl_url_set(u, CURLUPART_URL, location, 0) == CURLUE_OK &&
        curl_url_get(u, CURLUPART_URL, &text, 0) == CURLUE_OK)
        out = og_strndup(text, strlen(text));
    curl_free(text);
    curl_url_cleanup(u);
    return out;
}

/* All hops. *again: the failure may pass. */
static og_status request_all(const og_http *h, const char *url, const char *accept, request *r, char **final, bool *again, og_error *err) {
    char *at = og_strndup(url, strlen(url));
    og_status status = at != NULL ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory");
    *again = false;
    for (int hop = 0; status == OG_OK; hop++) {
        if (r->body != NULL) r->body->len = 0;
        status = request_once(h, url, at, accept, r, err);
        *again = status == OG_ERR_IO && !r->no_host;
        long code = r->answer.code;
        if (status != OG_OK || code < 300 || code >= 400) break;
        char *next = r->answer.location[0] != '\0' ? resolve(at, r->answer.location) : NULL;
        if (next == NULL || hop == REDIRECTS)
            status = og_fail(err, OG_ERR_IO, "%.200s leads nowhere: %s", url,
                             next == NULL ? "a redirect without an address" : "too many redirects");
        og_release(next != NULL ? at : NULL);
        if (next != NULL) at = next;
    }
    if (status == OG_OK && (r->answer.code < 200 || r->answer.code >= 300)) {
        *again = og_http_passing(r->answer.code);
        status = og_http_fail(r->answer.code, url, err);
    }
    if (status == OG_OK && final != NULL)
        *final = at;
    else
        og_release(at);
    return status;
}

static og_status with_tries(const og_http *h, const char *url, const char *accept, request *r, char **final, og_error *err) {
    og_error why = {0};
    for (int failures = 1;; failures++) {
        bool again;
        og_status status = request_all(h, url, accept, r, final, &again, &why);
        if (status == OG_OK) return OG_OK;
        if (!again || !og_http_again(h, failures, r->answer.retry_after, &why)) return og_fail(err, why.status, "%s", why.text);
    }
}

og_status og_http_document(const og_http *h, const char *url, const char *accept, size_t max, og_buf *body, og_error *err) {
    request r = {.body = body, .max = max, .http = h};
    return with_tries(h, url, accept, &r, NULL, err);
}

og_status og_http_probe(const og_http *h, const char *url, og_http_answer *out, char **final, og_error *err) {
    request r = {.http = h};
    *final = NULL;
    OG_TRY(with_tries(h, url, NULL, &r, final, err));
    *out = r.answer;
    return OG_OK;
}
