/* models.c: see models.h. */
#include "server/models.h"

#include "server/state.h"

#include <event2/event.h>
#include <math.h>
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct og_models {
    og_server *server;
    og_entry *entry;
    size_t n;
    struct event *tick;
};

static og_status fail(og_error *err, og_status status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static og_status fail(og_error *err, og_status status, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    err->status = status;
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    return status;
}

/* ---- names ---- */

/* NAME=PATH, or PATH, whose file's stem is the name. */
static og_status name_entry(og_entry *e, const char *spec, og_error *err) {
    const char *equals = strchr(spec, '='), *slash = strchr(spec, '/');
    const bool named = equals && equals > spec && (!slash || equals < slash);
    e->path = strdup(named ? equals + 1 : spec);
    const char *stem = e->path ? strrchr(e->path, '/') : NULL;
    stem = stem ? stem + 1 : e->path;
    size_t n = stem ? strlen(stem) : 0;
    if (n > 5 && strcasecmp(stem + n - 5, ".gguf") == 0) n -= 5;
    e->name = named ? strndup(spec, (size_t)(equals - spec)) : stem ? strndup(stem, n) : NULL;
    if (!e->path || !e->name) return fail(err, OG_ERR_MEMORY, "out of memory for the names of the models");
    return OG_OK;
}

static og_status open_entry(og_entry *e, const char *spec, og_error *err) {
    const og_status status = name_entry(e, spec, err);
    if (status != OG_OK) return status;
    if (og_file_open(e->path, &e->file, err) != OG_OK) return err->status;
    struct stat st = {0};
    if (stat(e->path, &st) == 0) e->modified = st.st_mtime;
    char text[512];
    const int n = snprintf(text, sizeof text, "%.300s %lld %lld", e->name, (long long)og_file_bytes(e->file), (long long)e->modified);
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((unsigned char *)text, (size_t)n, digest);
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) snprintf(e->digest + 2 * i, 3, "%02x", digest[i]);
    return OG_OK;
}

static bool is_name(const og_entry *e, const char *name, size_t len) {
    if (strlen(e->name) == len && strncasecmp(e->name, name, len) == 0) return true;
    og_value v;
    return og_file_find(e->file, "general.name", &v) && v.type == OG_VALUE_STRING && v.len == len && len > 0 &&
           strncasecmp(v.str, name, len) == 0;
}

og_entry *og_models_find(const og_models *models, const char *name) {
    if (!name || !*name) return &models->entry[0];
    const size_t len = strlen(name);
    const bool tagged = len > 7 && strcmp(name + len - 7, ":latest") == 0;
    for (size_t i = 0; i < models->n; i++)
        if (is_name(&models->entry[i], name, len) || (tagged && is_name(&models->entry[i], name, len - 7))) return &models->entry[i];
    return NULL;
}

void og_models_names(const og_models *models, char *out, size_t size) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < models->n && used + 1 < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", models->entry[i].name);
}

size_t og_models_n(const og_models *models) {
    return models->n;
}

og_entry *og_models_at(const og_models *models, size_t i) {
    return &models->entry[i];
}

/* ---- loading and unloading ---- */

static void close_model(og_entry *e) {
    og_scheduler_close(e->scheduler);
    og_model_close(e->draft);
    og_model_close(e->model);
    e->scheduler = NULL;
    e->draft = e->model = NULL;
}

/* The draft model guesses for the first of the models. */
static og_status open_scheduler(og_entry *e) {
    const og_serve_params *p = &e->server->params;
    og_scheduler_params sp = og_scheduler_defaults();
    sp.n_ctx = p->n_ctx;
    sp.n_cache = p->n_cache;
    sp.kv_type = p->kv_type;
    sp.max_running = p->max_running;
    sp.max_waiting = p->max_waiting;
    sp.prefix_dir = p->cache_dir;
    sp.prefix_seal = e->server->seal.seal ? &e->server->seal : NULL;
    if (p->draft && e == &e->server->models->entry[0]) {
        const og_status status = og_model_open(e->server->engine, p->draft, NULL, &e->draft, &e->err);
        if (status != OG_OK) return status;
        sp.draft = e->draft;
    }
    return og_scheduler_open(e->model, &sp, &e->scheduler, &e->err);
}

static void load(void *user) {
    og_entry *e = user;
    e->err = (og_error){0};
    const double begin = og_clock();
    e->status = og_model_open(e->server->engine, e->path, NULL, &e->model, &e->err);
    if (e->status == OG_OK) og_model_describe(e->model, &e->info);
    if (e->status == OG_OK && e->info.pooling == OG_POOLING_NONE) e->status = open_scheduler(e);
    if (e->status != OG_OK) close_model(e);
    e->load_seconds = og_clock() - begin;
}

static void unload(void *user) {
    close_model(user);
}

static void start_loading(og_entry *e);

static void unloaded(void *user) {
    og_entry *e = user;
    e->state = OG_ENTRY_AWAY;
    og_models *models = e->server->models;
    for (size_t i = 0; i < models->n; i++) /* those that waited for the room, or for this one to come back */
        if (models->entry[i].waiting && models->entry[i].state == OG_ENTRY_AWAY) start_loading(&models->entry[i]);
}

static bool start_unloading(og_entry *e) {
    if (e->state != OG_ENTRY_READY || e->users > 0) return false;
    e->state = OG_ENTRY_CLOSING;
    if (og_loop_work(e->server->loop, unload, unloaded, e)) return true;
    e->state = OG_ENTRY_READY;
    return false;
}

/* Makes room by unloading what was used longest ago. */
static bool make_room(og_models *models) {
    og_entry *oldest = NULL;
    for (size_t i = 0; i < models->n; i++) {
        og_entry *e = &models->entry[i];
        if (e->state == OG_ENTRY_CLOSING) return true; /* it is on its way */
        if (e->state == OG_ENTRY_READY && e->users == 0 && (!oldest || e->idle_since < oldest->idle_since)) oldest = e;
    }
    return oldest && start_unloading(oldest);
}

/* Gives the model, or the reason why it is not there, to all that wait for it. */
static void tell_waiting(og_entry *e) {
    og_exchange *ex = e->waiting;
    e->waiting = NULL;
    e->waiting_last = &e->waiting;
    while (ex) {
        og_exchange *next = ex->waiting_next;
        if (e->status != OG_OK) {
            og_refuse_error(&ex->problem, &e->err);
            if (e->status != OG_ERR_MEMORY) ex->problem.status = 500;
        } else {
            ex->entry = e;
            e->users++;
        }
        og_exchange_has_model(ex);
        og_exchange_unref(ex);
        ex = next;
    }
}

static void loaded(void *user) {
    og_entry *e = user;
    if (e->status != OG_OK) {
        e->state = OG_ENTRY_AWAY;
        if (e->status == OG_ERR_MEMORY && make_room(e->server->models)) return; /* `unloaded` tries again */
    } else {
        e->state = OG_ENTRY_READY;
        e->loaded_at = e->idle_since = og_clock();
    }
    tell_waiting(e);
}

static void start_loading(og_entry *e) {
    e->state = OG_ENTRY_LOADING;
    if (og_loop_work(e->server->loop, load, loaded, e)) return;
    e->state = OG_ENTRY_AWAY;
    e->err = (og_error){OG_ERR_MEMORY, "out of memory"};
    e->status = OG_ERR_MEMORY;
    tell_waiting(e);
}

void og_models_ask(og_server *server, const char *name, og_exchange *ex) {
    og_entry *e = og_models_find(server->models, name);
    if (!e) {
        char names[300];
        og_models_names(server->models, names, sizeof names);
        og_refuse(&ex->problem, 404, "model_not_found", "model", "there is no model \"%.100s\" here; there is %s", name, names);
        og_exchange_has_model(ex);
        return;
    }
    if (e->state == OG_ENTRY_READY) {
        ex->entry = e;
        e->users++;
        og_exchange_has_model(ex);
        return;
    }
    ex->waiting_next = NULL;
    *e->waiting_last = og_exchange_ref(ex);
    e->waiting_last = &ex->waiting_next;
    if (e->state == OG_ENTRY_AWAY) start_loading(e);
}

void og_models_done(og_exchange *ex) {
    og_entry *e = ex->entry;
    if (!e) return;
    ex->entry = NULL;
    e->users--;
    e->idle_since = og_clock();
    if (!isnan(ex->keep)) e->keep = ex->keep;
    if (e->users == 0 && e->keep == 0) start_unloading(e);
}

void og_models_preload(og_server *server) {
    if (server->models->entry[0].state == OG_ENTRY_AWAY) start_loading(&server->models->entry[0]);
}

static void on_tick(evutil_socket_t fd, short what, void *user) {
    (void)fd, (void)what;
    og_models *models = user;
    const double now = og_clock();
    for (size_t i = 0; i < models->n; i++) {
        og_entry *e = &models->entry[i];
        if (e->keep >= 0 && now - e->idle_since > e->keep) start_unloading(e);
    }
}

og_status og_models_open(og_server *server, og_models **out, og_error *err) {
    og_models *models = calloc(1, sizeof *models);
    const size_t n = server->params.n_models;
    if (models) models->entry = calloc(n + 1, sizeof *models->entry);
    if (!models || !models->entry) {
        free(models);
        return fail(err, OG_ERR_MEMORY, "out of memory for the list of models");
    }
    models->server = server;
    og_status status = OG_OK;
    for (size_t i = 0; i < n && status == OG_OK; i++) {
        og_entry *e = &models->entry[models->n++];
        e->server = server;
        e->waiting_last = &e->waiting;
        e->keep = server->params.idle > 0 ? server->params.idle : -1;
        status = open_entry(e, server->params.models[i], err);
        for (size_t j = 0; j < i && status == OG_OK; j++)
            if (strcasecmp(models->entry[j].name, e->name) == 0)
                status = fail(err, OG_ERR_ARG, "two models are named %s; NAME=PATH gives one another name", e->name);
    }
    const struct timeval second = {1, 0};
    if (status == OG_OK) models->tick = event_new(og_loop_base(server->loop), -1, EV_PERSIST, on_tick, models);
    if (status == OG_OK && (!models->tick || event_add(models->tick, &second) != 0))
        status = fail(err, OG_ERR_MEMORY, "out of memory for a timer");
    if (status == OG_OK)
        *out = models;
    else
        og_models_close(models);
    return status;
}

void og_models_close(og_models *models) {
    if (!models) return;
    for (size_t i = 0; i < models->n; i++) {
        og_entry *e = &models->entry[i];
        close_model(e);
        og_file_close(e->file);
        free((void *)(uintptr_t)e->name);
        free((void *)(uintptr_t)e->path);
    }
    if (models->tick) event_free(models->tick);
    free(models->entry);
    free(models);
}

void og_models_stop(og_models *models) {
    for (size_t i = 0; models && i < models->n; i++) {
        og_entry *e = &models->entry[i];
        if (e->state == OG_ENTRY_READY) unload(e);
        e->state = OG_ENTRY_AWAY;
    }
}
