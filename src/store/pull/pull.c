/* pull.c: a model from elsewhere, from its name to its place in the store. */
#include "store/pull/pull.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/pull/fetch.h"
#include "store/pull/plan.h"

enum { PIECE = 256 << 10 };
static const uint64_t size_max = (uint64_t)1 << 44;

typedef struct job {
    og_store *store;
    const og_pull_params *how;
    og_http http;
    og_pull_plan plan;
    og_http_answer *answer; /* of the first byte of each file */
    char **final;           /* where the files' URLs lead */
    og_partial *partial;
    char (*key)[OG_SHA256_HEX + 8]; /* of the partial files */
    bool told;                      /* that another process is at it */
} job;

bool og_pull_built(void) {
    return true;
}

static og_status make_plan(job *j, const char *what, og_error *err) {
    if (strncmp(what, "hf:", 3) == 0) return og_plan_hf(&j->http, what, &j->plan, err);
    if (strncmp(what, "ollama:", 7) == 0) return og_plan_ollama(&j->http, what, &j->plan, err);
    if (og_pull_understands(what)) return og_http_allowed(what, err) ? og_plan_url(&j->http, what, &j->plan, err) : OG_ERR_ARG;
    return og_fail(err, OG_ERR_ARG, "\"%s\" is neither hf:USER/REPO, nor ollama:NAME, nor an https address", what);
}

/* ---- what each file is ---- */

/* The digest that a hub gives as the ETag of the file it links to: "<64 digits>". */
static void linked_digest(const og_http_answer *a, char out[OG_SHA256_HEX]) {
    const char *s = a->linked_etag;
    size_t n = strlen(s);
    char text[OG_SHA256_HEX] = "";
    if (n == 66 && s[0] == '"' && s[65] == '"') memcpy(text, s + 1, 64);
    if (n == 64) memcpy(text, s, 64);
    if (!og_digest_valid(text)) return;
    for (int i = 0; i <= 64; i++) out[i] = (char)tolower((unsigned char)text[i]);
}

/* The name of the partial file: of its content if that is known, so that another address can go on with it; else of its address. */
static void partial_key(const og_pull_file *f, char key[OG_SHA256_HEX + 8]) {
    char of_url[OG_SHA256_HEX];
    og_digest_of(f->url, strlen(f->url), of_url);
    strcpy(key, f->file.sha256[0] != '\0' ? "file-" : "url-");
    strcat(key, f->file.sha256[0] != '\0' ? f->file.sha256 : of_url);
}

static og_status look_at_file(job *j, size_t i, og_error *err) {
    og_pull_file *f = &j->plan.file[i];
    og_http_answer *a = &j->answer[i];
    f->here = f->file.sha256[0] != '\0' && f->file.bytes > 0 && og_store_has_blob(j->store, f->file.sha256, f->file.bytes);
    if (f->here) return OG_OK;
    OG_TRY(og_http_probe(&j->http, f->url, a, &j->final[i], err));
    if (a->size == UINT64_MAX || a->size == 0 || a->size > size_max)
        return og_fail(err, OG_ERR_FORMAT, "%.200s: the server does not say how large the file is", f->url);
    if (f->file.bytes > 0 && a->size != f->file.bytes)
        return og_fail(err, OG_ERR_FORMAT, "%.200s has %llu bytes, but its publisher announces %llu; try again later, or another mirror",
                       f->url, (unsigned long long)a->size, (unsigned long long)f->file.bytes);
    f->file.bytes = a->size;
    if (f->file.sha256[0] == '\0') linked_digest(a, f->file.sha256);
    f->here = f->file.sha256[0] != '\0' && og_store_has_blob(j->store, f->file.sha256, f->file.bytes);
    return OG_OK;
}

static og_status look(job *j, og_error *err) {
    og_pull_plan *plan = &j->plan;
    j->answer = og_calloc(plan->n_files, sizeof *j->answer);
    j->final = og_calloc(plan->n_files, sizeof *j->final);
    j->partial = og_calloc(plan->n_files, sizeof *j->partial);
    j->key = og_calloc(plan->n_files, sizeof *j->key);
    if (!j->answer || !j->final || !j->partial || !j->key) return og_fail(err, OG_ERR_MEMORY, "out of memory");
    plan->bytes = 0;
    uint64_t missing = 0;
    for (size_t i = 0; i < plan->n_files; i++) j->partial[i] = (og_partial){.data = -1, .journal = -1};
    for (size_t i = 0; i < plan->n_files; i++) {
        OG_TRY(look_at_file(j, i, err));
        const og_pull_file *f = &plan->file[i];
        partial_key(f, j->key[i]);
        uint64_t held = f->here ? f->file.bytes : OG_MIN(og_partial_held(j->store, j->key[i]), f->file.bytes);
        plan->bytes += f->file.bytes;
        plan->bytes_here += held;
        missing += f->file.bytes - held;
    }
    return og_store_room(j->store, missing, err);
}

/* ---- getting them ---- */

static bool busy(void *user) {
    job *j = user;
    if (!j->told && j->how->notice != NULL) j->how->notice(j->how->user, "another offgrid is pulling this file; waiting for it");
    j->told = true;
    return j->how->progress == NULL || j->how->progress(j->how->user, "waiting", 0, 0);
}

static og_status check_digest(job *j, size_t i, og_error *err) {
    og_pull_file *f = &j->plan.file[i];
    char hex[OG_SHA256_HEX];
    og_partial_finish(&j->partial[i], hex);
    if (f->file.sha256[0] == '\0') memcpy(f->file.sha256, hex, sizeof hex);
    if (strcmp(hex, f->file.sha256) == 0) return OG_OK;
    og_partial_close(&j->partial[i], true);
    return og_fail(
        err, OG_ERR_FORMAT,
        "what came from %.150s is not the file that its publisher announces: its SHA-256 is %.16s..., expected is %.16s...; it was "
        "thrown away. Try again, or another source",
        f->url, hex, f->file.sha256);
}

static og_status get_file(job *j, size_t i, uint64_t done_before, og_error *err) {
    og_pull_file *f = &j->plan.file[i];
    const og_http_answer *a = &j->answer[i];
    const char *identity = f->file.sha256[0] != '\0' ? f->file.sha256 : a->etag[0] != '\0' ? a->etag : "-";
    uint64_t piece = j->how->piece > 0 ? j->how->piece : PIECE;
    OG_TRY(og_partial_open(j->store, j->key[i], identity, f->file.bytes, piece, busy, j, &j->partial[i], err));
    if (f->file.sha256[0] != '\0' && og_store_has_blob(j->store, f->file.sha256, f->file.bytes)) { /* another process was faster */
        og_partial_close(&j->partial[i], true);
        f->here = true;
        return OG_OK;
    }
    og_fetch fetch = {.http = &j->http,
                      .url = f->url,
                      .etag = a->etag,
                      .at = j->final[i],
                      .into = &j->partial[i],
                      .done_before = done_before,
                      .total = j->plan.bytes};
    og_status status = og_fetch_run(&fetch, err);
    j->final[i] = fetch.at;
    return status == OG_OK ? check_digest(j, i, err) : status;
}

/* ---- into the store ---- */

static og_status keep(job *j, bool verified, og_stored *out, og_error *err) {
    const og_pull_plan *plan = &j->plan;
    og_stored model = {
        .name = plan->name, .source = plan->source, .licence = plan->licence, .added = (int64_t)time(NULL), .verified = verified};
    const char **paths = og_calloc(plan->n_files, sizeof *paths);
    model.file = og_calloc(plan->n_files, sizeof *model.file);
    og_status status = paths && model.file ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < plan->n_files && status == OG_OK; i++) {
        model.file[i] = plan->file[i].file;
        model.n_files++;
        if (j->partial[i].data < 0) continue;
        paths[i] = j->partial[i].data_path;
        fchmod(j->partial[i].data, 0400);
    }
    if (status == OG_OK) status = og_store_add(j->store, &model, paths, err);
    for (size_t i = 0; i < plan->n_files && status == OG_OK; i++) {
        if (j->partial[i].data >= 0)
            og_partial_close(&j->partial[i], true);
        else
            og_partial_forget(j->store, j->key[i]); /* what a process left that was killed when it had finished */
    }
    if (status == OG_OK) {
        bool found;
        status = og_store_find(j->store, plan->name, &found, out, err);
        if (status == OG_OK && !found) status = og_fail(err, OG_ERR_IO, "%s was removed as soon as it was there", plan->name);
    }
    og_release(paths);
    og_release(model.file);
    return status;
}

static og_status rename_plan(job *j, og_error *err) {
    if (j->how->name != NULL) {
        og_release(j->plan.name);
        j->plan.name = og_strndup(j->how->name, strlen(j->how->name));
    }
    if (j->plan.name == NULL) return og_fail(err, OG_ERR_MEMORY, "out of memory");
    if (og_store_name_valid(j->plan.name)) return OG_OK;
    return og_fail(err, OG_ERR_ARG, "\"%s\" cannot be a model's name: letters, digits and . _ - : / + @, at most 200", j->plan.name);
}

static og_status pull(job *j, const char *what, og_stored *out, og_error *err) {
    OG_TRY(make_plan(j, what, err));
    OG_TRY(rename_plan(j, err));
    j->plan.token = j->http.token;
    OG_TRY(og_store_make(j->store, err));
    OG_TRY(look(j, err));
    if (j->how->agree != NULL && !j->how->agree(j->how->user, &j->plan)) return og_fail(err, OG_ERR_CANCELLED, "not pulled");
    uint64_t done = 0;
    bool verified = true;
    for (size_t i = 0; i < j->plan.n_files; i++) {
        og_pull_file *f = &j->plan.file[i];
        verified = verified && f->file.sha256[0] != '\0';
        if (!f->here) OG_TRY(get_file(j, i, done, err));
        done += f->file.bytes;
    }
    return keep(j, verified, out, err);
}

og_status og_pull(og_store *store, const char *what, const og_pull_params *params, og_stored *out, og_error *err) {
    static const og_pull_params usual;
    *out = (og_stored){0};
    job j = {.store = store, .how = params != NULL ? params : &usual};
    j.http.how = j.how;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return og_fail(err, OG_ERR_INTERNAL, "libcurl cannot be used");
    og_status status = pull(&j, what, out, err);
    for (size_t i = 0; i < j.plan.n_files; i++) {
        if (j.final != NULL) og_release(j.final[i]);
        if (j.partial != NULL) og_partial_close(&j.partial[i], false);
    }
    og_release(j.answer);
    og_release(j.final);
    og_release(j.partial);
    og_release(j.key);
    og_plan_free(&j.plan);
    curl_global_cleanup();
    return status;
}
