/* fetch.c: the missing pieces of one file, over several connections in one thread. */
#include "store/pull/fetch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SLOTS_MAX = 16, RUN = 64 }; /* connections; pieces that one request asks for */

typedef struct slot {
    struct loop *loop;
    CURL *easy;
    struct curl_slist *headers;
    bool busy, checked, taken;
    size_t first, end; /* pieces asked for */
    uint64_t at;       /* where in the file the next byte belongs */
    og_http_answer answer;
} slot;

typedef struct loop {
    og_fetch *f;
    CURLM *multi;
    slot slot[SLOTS_MAX];
    int n_slots;
    bool *taken;   /* pieces that a slot has asked for */
    slot *whole;   /* the server knows no ranges: this one reads all, and what is here is passed over */
    int failures;  /* in a row */
    uint64_t then; /* bytes that had been received at the last failure */
    og_error why;  /* a failure past which nothing helps */
    bool over;
} loop;

/* ---- what comes ---- */

static size_t give_up(loop *l, og_status status, const char *text) {
    if (!l->over) og_fail(&l->why, status, "%s", text);
    l->over = true;
    return 0;
}

/* Whether the answer is one to what was asked. */
static bool check(slot *s) {
    loop *l = s->loop;
    const og_partial *p = l->f->into;
    const og_http_answer *a = &s->answer;
    s->checked = true;
    bool other = l->f->etag != NULL && l->f->etag[0] != '\0' && a->etag[0] != '\0' && strcmp(a->etag, l->f->etag) != 0;
    if (a->code != 200 && a->code != 206) return false;
    if (a->size != UINT64_MAX && (a->size != p->size || other)) {
        give_up(l, OG_ERR_FORMAT, "the file changed on the server while it was being pulled; pull it again to get the new one");
        return false;
    }
    if (a->code == 206) return a->ranges && a->from == s->at;
    if (l->whole != NULL && l->whole != s) return false;
    l->whole = s;
    s->at = 0;
    s->end = p->n_pieces;
    return true;
}

static size_t on_body(char *data, size_t one, size_t n, void *user) {
    slot *s = user;
    loop *l = s->loop;
    og_partial *p = l->f->into;
    (void)one;
    if (!s->checked && !check(s)) return 0;
    size_t left = n;
    while (left > 0) {
        size_t i = (size_t)(s->at / p->piece);
        if (i >= s->end || s->at >= p->size) return 0; /* more than was asked for */
        uint64_t begin = i * p->piece, end = begin + og_partial_piece(p, i);
        size_t take = (size_t)OG_MIN((uint64_t)left, end - s->at);
        uint64_t here = begin + p->have[i], skip = s->at < here ? OG_MIN(here - s->at, (uint64_t)take) : 0;
        if (s->at > here) return 0; /* cannot be: pieces are received in order */
        if (take > skip && og_partial_write(p, i, data + skip, (size_t)(take - skip), &l->why) != OG_OK) {
            l->over = true;
            return 0;
        }
        data += take;
        left -= take;
        s->at += take;
    }
    return n;
}

static size_t on_header(char *data, size_t one, size_t n, void *user) {
    slot *s = user;
    og_http_header(&s->answer, data, one * n);
    return one * n;
}

/* ---- what is asked ---- */

static bool is_done(const og_partial *p, size_t i) {
    return p->have[i] == og_partial_piece(p, i);
}

/* The next pieces that nobody has and nobody asked for. */
static bool next_run(const loop *l, size_t *first, size_t *end) {
    const og_partial *p = l->f->into;
    size_t i = p->hashed, most = OG_MAX(OG_MIN((p->n_pieces - p->n_done) / (size_t)l->n_slots, (size_t)RUN), (size_t)1);
    while (i < p->n_pieces && (is_done(p, i) || l->taken[i])) i++;
    if (i == p->n_pieces) return false;
    *first = i++;
    while (i < p->n_pieces && i - *first < most && p->have[i] == 0 && !l->taken[i]) i++;
    *end = i;
    return true;
}

static bool start(slot *s, size_t first, size_t end) {
    loop *l = s->loop;
    og_fetch *f = l->f;
    const og_partial *p = f->into;
    char range[64];
    curl_easy_reset(s->easy);
    curl_slist_free_all(s->headers);
    s->headers = NULL;
    s->first = first;
    s->end = end;
    s->at = first * p->piece + p->have[first];
    s->checked = false;
    s->answer = (og_http_answer){.size = UINT64_MAX};
    double stall = f->http->how->stall > 0 ? f->http->how->stall : 30;
    if (!og_http_prepare(s->easy, f->at, f->http->token, f->url, stall, &s->headers)) return false;
    if (f->etag != NULL && f->etag[0] == '"') { /* If-Range: a content that changed comes whole, and is noticed */
        char line[160];
        snprintf(line, sizeof line, "If-Range: %s", f->etag);
        struct curl_slist *more = curl_slist_append(s->headers, line);
        if (more == NULL) return false;
        s->headers = more;
    }
    snprintf(range, sizeof range, "%" PRIu64 "-%" PRIu64, s->at, OG_MIN(end * p->piece, p->size) - 1);
    curl_easy_setopt(s->easy, CURLOPT_RANGE, range);
    curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, s->headers);
    curl_easy_setopt(s->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(s->easy, CURLOPT_HEADERDATA, s);
    curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(s->easy, CURLOPT_WRITEDATA, s);
    curl_easy_setopt(s->easy, CURLOPT_PRIVATE, s);
    if (curl_multi_add_handle(l->multi, s->easy) != CURLM_OK) return false;
    for (size_t i = first; i < end; i++) l->taken[i] = true;
    s->busy = s->taken = true;
    return true;
}

static void stop(slot *s) {
    loop *l = s->loop;
    if (s->busy) curl_multi_remove_handle(l->multi, s->easy);
    for (size_t i = s->first; s->taken && i < s->end; i++) l->taken[i] = false;
    s->busy = s->taken = false;
}

static og_status fill(loop *l, og_error *err) {
    size_t first, end;
    for (int i = 0; i < l->n_slots; i++) {
        if (l->slot[i].busy || (l->whole != NULL && &l->slot[i] != l->whole)) continue;
        if (!next_run(l, &first, &end)) break;
        if (!start(&l->slot[i], first, end)) return og_fail(err, OG_ERR_MEMORY, "cannot prepare a request for %.200s", l->f->url);
    }
    return OG_OK;
}

/* ---- how it ended ---- */

/* A request failed. Decides whether there is another try; all connections wait for it. */
static og_status failed(loop *l, const slot *s, CURLcode code, og_error *err) {
    og_fetch *f = l->f;
    og_error why = {0};
    long status = s->answer.code;
    if (l->over) return og_fail(err, l->why.status, "%s", l->why.text);
    bool elsewhere = strcmp(f->at, f->url) != 0, refused = status == 401 || status == 403 || status == 404 || status == 410;
    bool moved = status >= 300 && status < 400;
    if (status >= 400)
        og_http_fail(status, f->url, &why);
    else
        og_fail(&why, OG_ERR_IO, "%.200s: %s", f->url,
                code == CURLE_OK || code == CURLE_WRITE_ERROR ? "the answer is not the part that was asked for" : curl_easy_strerror(code));
    if (status >= 400 && !og_http_passing(status) && !(refused && elsewhere)) return og_fail(err, why.status, "%s", why.text);
    l->failures = f->into->received > l->then ? 1 : l->failures + 1;
    l->then = f->into->received;
    if (!og_http_again(f->http, l->failures, s->answer.retry_after, &why)) return og_fail(err, why.status, "%s", why.text);
    if (!refused && !moved) return OG_OK;
    og_http_answer a; /* addresses behind redirects expire: ask anew */
    char *final = NULL;
    OG_TRY(og_http_probe(f->http, f->url, &a, &final, err));
    og_release(f->at);
    f->at = final;
    return OG_OK;
}

static og_status collect(loop *l, og_error *err) {
    int queued;
    slot *bad = NULL; /* several may fail at once, for one reason: there is one wait then */
    CURLcode bad_code = CURLE_OK;
    for (CURLMsg *m; (m = curl_multi_info_read(l->multi, &queued)) != NULL;) {
        if (m->msg != CURLMSG_DONE) continue;
        char *private = NULL;
        CURLcode code = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private);
        slot *s = (slot *)(void *)private;
        uint64_t want = OG_MIN(s->end * l->f->into->piece, l->f->into->size);
        bool good = code == CURLE_OK && s->checked && s->at == want;
        bool some = code == CURLE_OK && s->checked && s->answer.code == 206 && s->at > s->first * l->f->into->piece;
        stop(s);
        if (good || (some && l->f->into->received > l->then)) { /* a server may send less than was asked for */
            l->then = l->f->into->received;
            l->failures = 0;
            continue;
        }
        if (l->whole != NULL && l->whole != s) continue; /* one of several that asked a server without ranges */
        if (l->whole == s) l->whole = NULL;              /* maybe it knows ranges next time */
        if (bad != NULL && (s->answer.code < 400 || og_http_passing(s->answer.code))) continue;
        bad = s;
        bad_code = code;
    }
    return bad != NULL ? failed(l, bad, bad_code, err) : OG_OK;
}

static bool report(const loop *l, og_error *err) {
    const og_fetch *f = l->f;
    const og_pull_params *how = f->http->how;
    if (how->progress == NULL || how->progress(how->user, "pulling", f->done_before + og_partial_bytes(f->into), f->total)) return true;
    og_fail(err, OG_ERR_CANCELLED, "interrupted; pull again to go on where it was");
    return false;
}

static og_status run(loop *l, og_error *err) {
    og_partial *p = l->f->into;
    while (p->n_done < p->n_pieces) {
        if (!report(l, err)) return OG_ERR_CANCELLED;
        OG_TRY(fill(l, err));
        int running = 0;
        CURLMcode code = curl_multi_perform(l->multi, &running);
        if (code == CURLM_OK) code = curl_multi_poll(l->multi, NULL, 0, 100, NULL);
        if (code != CURLM_OK) return og_fail(err, OG_ERR_IO, "%.200s: %s", l->f->url, curl_multi_strerror(code));
        OG_TRY(collect(l, err));
        if (l->over) return og_fail(err, l->why.status, "%s", l->why.text);
    }
    return report(l, err) ? OG_OK : OG_ERR_CANCELLED;
}

og_status og_fetch_run(og_fetch *f, og_error *err) {
    loop l = {.f = f, .multi = curl_multi_init()};
    int want = f->http->how->connections > 0 ? f->http->how->connections : 4;
    l.n_slots = OG_MIN(want, (int)SLOTS_MAX);
    l.taken = og_calloc(f->into->n_pieces, sizeof *l.taken);
    bool ready = l.multi != NULL && l.taken != NULL;
    for (int i = 0; i < l.n_slots; i++) {
        l.slot[i] = (slot){.loop = &l, .easy = curl_easy_init()};
        ready = ready && l.slot[i].easy != NULL;
    }
    og_status status = ready ? run(&l, err) : og_fail(err, OG_ERR_MEMORY, "out of memory for connections");
    for (int i = 0; i < l.n_slots; i++) {
        if (l.slot[i].busy) stop(&l.slot[i]);
        curl_slist_free_all(l.slot[i].headers);
        curl_easy_cleanup(l.slot[i].easy);
    }
    curl_multi_cleanup(l.multi);
    og_release(l.taken);
    return status;
}
