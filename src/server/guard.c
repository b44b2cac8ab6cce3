/* guard.c: see guard.h. */
#include "server/guard.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct og_guard {
    const og_serve_params *params;
    unsigned char (*key)[SHA256_DIGEST_LENGTH]; /* digests: equally long, so that comparing tells nothing of a key's length */
    size_t n_keys;
};

og_guard *og_guard_open(const og_serve_params *params) {
    og_guard *g = calloc(1, sizeof *g);
    if (!g) return NULL;
    g->params = params;
    g->n_keys = params->n_keys;
    g->key = calloc(params->n_keys + 1, sizeof *g->key);
    for (size_t i = 0; g->key && i < params->n_keys; i++)
        SHA256((const unsigned char *)params->keys[i], strlen(params->keys[i]), g->key[i]);
    if (g->key) return g;
    free(g);
    return NULL;
}

void og_guard_close(og_guard *g) {
    if (!g) return;
    OPENSSL_cleanse(g->key, g->n_keys * sizeof *g->key);
    free(g->key);
    free(g);
}

bool og_guard_is_loopback(const char *host) {
    int a, b, c, end = 0;
    if (sscanf(host, "127.%3d.%3d.%3d%n", &a, &b, &c, &end) == 3 && host[end] == '\0') return true;
    return strcmp(host, "::1") == 0 || strcmp(host, "[::1]") == 0 || strcasecmp(host, "localhost") == 0;
}

/* The name in a Host header, without port. */
static bool host_name(const char *value, char *out, size_t size) {
    size_t n = value[0] == '[' ? strcspn(value, "]") + 1 : strcspn(value, ":");
    if (n > strlen(value)) return false;
    const char *port = value + n;
    if (n == 0 || n >= size || (*port && *port != ':')) return false;
    if (*port && strspn(port + 1, "0123456789") != strlen(port + 1)) return false;
    memcpy(out, value, n);
    out[n] = '\0';
    if (n > 1 && out[n - 1] == '.') out[n - 1] = '\0'; /* a name's root */
    return true;
}

static bool host_admitted(const og_guard *g, const char *value) {
    char name[256];
    if (!host_name(value, name, sizeof name)) return false;
    const size_t n = strlen(name);
    if (og_guard_is_loopback(name) || (n > 10 && strcasecmp(name + n - 10, ".localhost") == 0)) return true;
    if (g->params->host && (strcasecmp(name, g->params->host) == 0 || (name[0] == '[' && strncmp(name + 1, g->params->host, n - 2) == 0)))
        return true;
    for (size_t i = 0; i < g->params->n_hosts; i++)
        if (strcasecmp(name, g->params->hosts[i]) == 0) return true;
    return false;
}

const char *og_guard_origin(const og_guard *g, const og_head *head) {
    const char *origin = og_header(head, "origin");
    for (size_t i = 0; origin && i < g->params->n_origins; i++)
        if (strcmp(g->params->origins[i], "*") == 0 || strcasecmp(g->params->origins[i], origin) == 0) return origin;
    return NULL;
}

/* Pages of this server itself may ask it. */
static bool own_origin(const og_guard *g, const char *origin, const char *host) {
    const char *scheme = g->params->tls_cert ? "https://" : "http://";
    const size_t n = strlen(scheme);
    return strncmp(origin, scheme, n) == 0 && strcasecmp(origin + n, host) == 0;
}

static bool key_fits(const og_guard *g, const og_head *head) {
    const char *bearer = og_header(head, "authorization"), *key = og_header(head, "x-api-key");
    if (!key && bearer && strncasecmp(bearer, "Bearer ", 7) == 0) key = bearer + 7;
    if (!key) return false;
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)key, strlen(key), digest);
    int same = 0;
    for (size_t i = 0; i < g->n_keys; i++) same |= CRYPTO_memcmp(digest, g->key[i], sizeof digest) == 0;
    return same != 0;
}

bool og_guard_admits(const og_guard *g, const og_head *head, bool open, og_problem *problem) {
    const char *host = og_header(head, "host"), *origin = og_header(head, "origin");
    if (host && !host_admitted(g, host))
        return og_refuse(problem, 403, "host_not_allowed", NULL,
                         "this server does not answer to the host name \"%.200s\"; --allow-host lists more", host);
    const char *site = og_header(head, "sec-fetch-site");
    const bool foreign = (origin && !(host && own_origin(g, origin, host))) || (!origin && site && strstr(site, "-site"));
    if (foreign && !og_guard_origin(g, head))
        return og_refuse(problem, 403, "origin_not_allowed", NULL,
                         "pages of %.200s may not ask this server; --allow-origin lists those that may", origin ? origin : "other sites");
    if (open || g->n_keys == 0 || strcmp(head->method, "OPTIONS") == 0 || key_fits(g, head)) return true;
    return og_refuse(problem, 401, "invalid_api_key", NULL, "this server needs an API key: Authorization: Bearer KEY, or x-api-key: KEY");
}
