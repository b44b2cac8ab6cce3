/* responses.c: see responses.h. */
#include "server/responses.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct og_responses {
    pthread_mutex_t lock;
    struct {
        json_t *response, *messages;
    } ring[OG_RESPONSES_MAX];
    size_t next;
};

og_responses *og_responses_open(void) {
    og_responses *r = calloc(1, sizeof *r);
    if (r) pthread_mutex_init(&r->lock, NULL);
    return r;
}

void og_responses_close(og_responses *r) {
    if (!r) return;
    for (size_t i = 0; i < OG_RESPONSES_MAX; i++) {
        json_decref(r->ring[i].response);
        json_decref(r->ring[i].messages);
    }
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void og_responses_keep(og_responses *r, const json_t *response, const json_t *messages) {
    pthread_mutex_lock(&r->lock);
    json_decref(r->ring[r->next].response);
    json_decref(r->ring[r->next].messages);
    r->ring[r->next].response = json_deep_copy(response);
    r->ring[r->next].messages = json_deep_copy(messages);
    r->next = (r->next + 1) % OG_RESPONSES_MAX;
    pthread_mutex_unlock(&r->lock);
}

/* The place of an id; OG_RESPONSES_MAX if there is none. */
static size_t find(const og_responses *r, const char *id) {
    size_t i = 0;
    for (; i < OG_RESPONSES_MAX; i++) {
        const char *name = json_string_value(json_object_get(r->ring[i].response, "id"));
        if (name && strcmp(name, id) == 0) break;
    }
    return i;
}

json_t *og_responses_get(og_responses *r, const char *id) {
    pthread_mutex_lock(&r->lock);
    const size_t i = find(r, id);
    json_t *copy = i < OG_RESPONSES_MAX ? json_deep_copy(r->ring[i].response) : NULL;
    pthread_mutex_unlock(&r->lock);
    return copy;
}

json_t *og_responses_messages(og_responses *r, const char *id) {
    pthread_mutex_lock(&r->lock);
    const size_t i = find(r, id);
    json_t *copy = i < OG_RESPONSES_MAX ? json_deep_copy(r->ring[i].messages) : NULL;
    pthread_mutex_unlock(&r->lock);
    return copy;
}

bool og_responses_drop(og_responses *r, const char *id) {
    pthread_mutex_lock(&r->lock);
    const size_t i = find(r, id);
    if (i < OG_RESPONSES_MAX) {
        json_decref(r->ring[i].response);
        json_decref(r->ring[i].messages);
        r->ring[i].response = r->ring[i].messages = NULL;
    }
    pthread_mutex_unlock(&r->lock);
    return i < OG_RESPONSES_MAX;
}
