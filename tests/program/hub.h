/* hub.h: a server on this machine that behaves like the hubs, and misbehaves as it is told. It runs in threads of the test. */
#ifndef OG_TEST_HUB_H
#define OG_TEST_HUB_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "store/digest/digest.h"

typedef struct hub {
    int listening, port;
    pthread_t thread;
    const uint8_t *file; /* what is served */
    size_t size;
    char sha256[OG_SHA256_HEX], wrong[OG_SHA256_HEX];
    /* How it misbehaves. */
    atomic_int refuse;       /* answer the next N requests for the file with refuse_code */
    int refuse_code;         /* 429, 503, ... */
    const char *retry_after; /* NULL: none */
    atomic_int drop;         /* end the next N answers halfway, with a broken connection */
    bool no_ranges, short_ranges, wrong_range, no_etag, wrong_length, wrong_digest, flip, need_token, to_plain_http;
    int slow;         /* microseconds before each 16 KiB */
    const char *etag; /* changes when the content does */
    const char *licence;
    /* What it saw. */
    atomic_int requests, file_requests, token_leaks, violations;
    _Atomic uint64_t sent;
    uint8_t *had; /* pieces that the client has: asking for them again is a violation; NULL: not watched */
    size_t piece, n_had;
} hub;

typedef struct hub_talk {
    hub *h;
    int fd;
} hub_talk;

static inline bool hub_send(int fd, const void *data, size_t n) {
    for (const char *p = data; n > 0;) {
        ssize_t put = send(fd, p, n, MSG_NOSIGNAL);
        if (put <= 0) return false;
        p += put;
        n -= (size_t)put;
    }
    return true;
}

static inline bool hub_answer(int fd, int code, const char *headers, const char *body) {
    char head[1024];
    int n = snprintf(head, sizeof head, "HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n", code, headers, strlen(body));
    return hub_send(fd, head, (size_t)n) && hub_send(fd, body, strlen(body));
}

static inline const char *hub_digest(const hub *h) {
    return h->wrong_digest ? h->wrong : h->sha256;
}

/* The bytes, with everything that can be wrong about them. */
static inline bool hub_file(hub *h, int fd, const char *request) {
    unsigned long long from = 0, to = h->size - 1;
    const char *range = strcasestr(request, "\r\nRange: bytes="), *condition = strcasestr(request, "\r\nIf-Range: ");
    int fields = range != NULL ? sscanf(range + 15, "%llu-%llu", &from, &to) : 0;
    bool part = fields == 2 && !h->no_ranges;
    if (condition != NULL && h->etag != NULL && strncmp(condition + 12, h->etag, strlen(h->etag)) != 0) part = false;
    if (h->had != NULL && part && to > 0 && from / h->piece < h->n_had && h->had[from / h->piece]) atomic_fetch_add(&h->violations, 1);
    if (!part) from = 0, to = h->size - 1;
    if (to >= h->size) to = h->size - 1;
    if (to > 0) atomic_fetch_add(&h->file_requests, 1);
    if (to > 0 && atomic_load(&h->refuse) > 0) {
        char headers[128] = "";
        atomic_fetch_sub(&h->refuse, 1);
        if (h->retry_after != NULL) snprintf(headers, sizeof headers, "Retry-After: %s\r\n", h->retry_after);
        return hub_answer(fd, h->refuse_code, headers, "no");
    }
    if (h->short_ranges && part && to - from > 1000) to = from + (to - from) / 2;
    size_t n = (size_t)(to - from + 1);
    char head[512];
    int len = snprintf(head, sizeof head, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\nAccept-Ranges: bytes\r\n", part ? 206 : 200, n);
    if (part)
        len += snprintf(head + len, sizeof head - (size_t)len, "Content-Range: bytes %llu-%llu/%zu\r\n", from + (h->wrong_range && to > 0),
                        to + (h->wrong_range && to > 0 && to + 1 < h->size), h->size + (h->wrong_length ? 1 : 0));
    if (!h->no_etag && h->etag != NULL) len += snprintf(head + len, sizeof head - (size_t)len, "ETag: %s\r\n", h->etag);
    len += snprintf(head + len, sizeof head - (size_t)len, "\r\n");
    if (!hub_send(fd, head, (size_t)len)) return false;
    bool drop = n > 1 && atomic_load(&h->drop) > 0;
    if (drop) {
        atomic_fetch_sub(&h->drop, 1);
        n /= 2;
    }
    uint8_t buffer[16384];
    for (size_t at = 0; at < n;) {
        size_t take = n - at < sizeof buffer ? n - at : sizeof buffer;
        memcpy(buffer, h->file + from + at, take);
        if (h->flip && from + at == 0) buffer[7] ^= 1;
        if (h->slow > 0) usleep((useconds_t)h->slow);
        if (!hub_send(fd, buffer, take)) return false;
        atomic_fetch_add(&h->sent, take);
        at += take;
    }
    return !drop;
}

static inline bool hub_serve(hub *h, int fd, char *request) {
    char path[1024] = "", text[1024], headers[512];
    sscanf(request, "GET %1023s", path);
    char *p = strstr(path, "://"); /* as a proxy is asked */
    p = p != NULL && strchr(p + 3, '/') != NULL ? strchr(p + 3, '/') : path;
    bool token = strcasestr(request, "\r\nAuthorization: Bearer secret") != NULL;
    atomic_fetch_add(&h->requests, 1);
    if (strncmp(p, "/cdn/", 5) == 0) {
        if (token) atomic_fetch_add(&h->token_leaks, 1);
        return hub_file(h, fd, request);
    }
    if (h->need_token && !token) return hub_answer(fd, 401, "", "who are you?");
    if (strncmp(p, "/plain/", 7) == 0) return hub_file(h, fd, request);
    if (strcmp(p, "/api/models/me/tiny-GGUF?blobs=true") == 0) {
        snprintf(text, sizeof text,
                 "{\"id\":\"me/tiny-GGUF\",\"sha\":\"c0ffee\",\"gated\":false,\"cardData\":{\"license\":\"%s\"},\"siblings\":["
                 "{\"rfilename\":\"README.md\",\"size\":3},{\"rfilename\":\"mmproj-tiny-Q4_K_M.gguf\",\"size\":3},"
                 "{\"rfilename\":\"tiny-Q4_K_M.gguf\",\"size\":%zu,\"lfs\":{\"sha256\":\"%s\",\"size\":%zu}},"
                 "{\"rfilename\":\"split/tiny-Q8_0-00001-of-00002.gguf\",\"size\":%zu},"
                 "{\"rfilename\":\"split/tiny-Q8_0-00002-of-00002.gguf\",\"size\":%zu}]}",
                 h->licence ? h->licence : "mit", h->size, hub_digest(h), h->size, h->size, h->size);
        return hub_answer(fd, 200, "Content-Type: application/json\r\n", text);
    }
    if (strncmp(p, "/me/tiny-GGUF/resolve/c0ffee/", 29) ==
        0) { /* to another host, as the hub does; it is the same machine by another name */
        snprintf(headers, sizeof headers, "X-Linked-Etag: \"%s\"\r\nX-Linked-Size: %zu\r\nLocation: http://%s:%d/cdn/file?signed=1\r\n",
                 hub_digest(h), h->size, h->to_plain_http ? "192.0.2.1" : "127.0.0.2", h->port);
        return hub_answer(fd, 302, headers, "");
    }
    if (strcmp(p, "/v2/library/tiny/manifests/1b") == 0) {
        snprintf(text, sizeof text,
                 "{\"schemaVersion\":2,\"layers\":[{\"mediaType\":\"application/"
                 "vnd.ollama.image.license\",\"digest\":\"sha256:%064d\",\"size\":9},"
                 "{\"mediaType\":\"application/vnd.ollama.image.model\",\"digest\":\"sha256:%s\",\"size\":%zu}]}",
                 0, hub_digest(h), h->size);
        return hub_answer(fd, 200, "", text);
    }
    if (strncmp(p, "/v2/library/tiny/blobs/sha256:00000000", 38) == 0)
        return hub_answer(fd, 200, "", "\n  Licence of the tiny model\nand more");
    if (strncmp(p, "/v2/library/tiny/blobs/", 23) == 0) {
        snprintf(headers, sizeof headers, "Location: /cdn/blob\r\n");
        return hub_answer(fd, 307, headers, "");
    }
    if (strcmp(p, "/loop") == 0) return hub_answer(fd, 302, "Location: /loop\r\n", "");
    return hub_answer(fd, 404, "", "no such thing");
}

static inline void *hub_connection(void *user) {
    hub_talk *t = user;
    char request[8192];
    size_t n = 0;
    for (;;) {
        ssize_t got = recv(t->fd, request + n, sizeof request - 1 - n, 0);
        if (got <= 0) break;
        n += (size_t)got;
        request[n] = '\0';
        if (strstr(request, "\r\n\r\n") == NULL) continue;
        n = 0;
        if (!hub_serve(t->h, t->fd, request)) break;
    }
    close(t->fd);
    free(t);
    return NULL;
}

static inline void *hub_run(void *user) {
    hub *h = user;
    for (int fd; (fd = accept(h->listening, NULL, NULL)) >= 0;) {
        pthread_t thread;
        hub_talk *t = malloc(sizeof *t);
        int small = 32768;
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
        *t = (hub_talk){h, fd};
        pthread_create(&thread, NULL, hub_connection, t);
        pthread_detach(thread);
    }
    return NULL;
}

static inline bool hub_open(hub *h, const uint8_t *file, size_t size) {
    struct sockaddr_in at = {.sin_family = AF_INET}; /* any address of this machine: 127.0.0.1, 127.0.0.2 */
    socklen_t n = sizeof at;
    memset(h, 0, sizeof *h);
    h->file = file;
    h->size = size;
    h->etag = "\"one\"";
    og_digest_of(file, size, h->sha256);
    memset(h->wrong, 'a', 64);
    at.sin_addr.s_addr = htonl(INADDR_ANY);
    h->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (h->listening < 0 || bind(h->listening, (struct sockaddr *)&at, sizeof at) != 0 || listen(h->listening, 64) != 0) return false;
    getsockname(h->listening, (struct sockaddr *)&at, &n);
    h->port = ntohs(at.sin_port);
    return pthread_create(&h->thread, NULL, hub_run, h) == 0;
}

static inline void hub_close(hub *h) {
    shutdown(h->listening, SHUT_RDWR);
    pthread_join(h->thread, NULL);
    close(h->listening);
}

#endif
