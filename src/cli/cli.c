/* cli.c: what the subcommands share. */
#include <errno.h>
#include <stdarg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/models.h"
#include "cli/terminal.h"
#include "store/folders.h"

double og_cli_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- errors ---- */

static void print_event(const char *event, const char *status, const char *text) {
    og_json *o = og_json_object();
    og_json_set(o, "event", og_json_string(event));
    if (status != NULL) og_json_set(o, "status", og_json_string(status));
    og_json_set(o, "text", og_json_string(text));
    og_json_print(o, OG_JSON_SHORT);
}

static void print_message(og_cli_look look, const char *prefix, const char *text) {
    fflush(stdout);
    fprintf(stderr, "%s%s%s", og_cli_style(stderr, look), prefix, og_cli_style(stderr, OG_STYLE_NONE));
    og_cli_put(stderr, text, strlen(text)); /* it may quote a file */
    fputc('\n', stderr);
}

int og_cli_fail(bool json, const og_error *err) {
    if (err->status == OG_ERR_CANCELLED) {
        print_message(OG_STYLE_YELLOW, "offgrid: ", "interrupted");
    } else {
        print_message(OG_STYLE_RED, "offgrid: ", err->text);
    }
    if (json) print_event("error", og_status_name(err->status), err->text);
    if (err->status == OG_ERR_CANCELLED) return OG_EXIT_INTERRUPTED;
    return err->status == OG_ERR_ARG ? OG_EXIT_USAGE : OG_EXIT_FAIL;
}

int og_cli_failf(bool json, og_status status, const char *fmt, ...) {
    og_error err = {.status = status};
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err.text, sizeof err.text, fmt, ap);
    va_end(ap);
    return og_cli_fail(json, &err);
}

void og_cli_warn(bool json, const char *fmt, ...) {
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    print_message(OG_STYLE_YELLOW, "offgrid: warning: ", text);
    if (json) print_event("warning", NULL, text);
}

void og_cli_note(bool json, const char *text) {
    fflush(stdout);
    fprintf(stderr, "%soffgrid: ", og_cli_style(stderr, OG_STYLE_DIM));
    og_cli_put(stderr, text, strlen(text));
    fprintf(stderr, "%s\n", og_cli_style(stderr, OG_STYLE_NONE));
    if (json) print_event("notice", NULL, text);
}

int og_cli_finish(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    fprintf(stderr, "offgrid: the output could not be written: %s\n", strerror(errno));
    return OG_EXIT_FAIL;
}

/* ---- models ---- */

/* --packed-cache, else the environment's word. False after saying that it is neither a size nor "off". */
static bool packed_params(const og_cli_engine *opts, bool json, char **folder, og_engine_params *ep) {
    const char *env = getenv("OFFGRID_PACKED_CACHE"), *word = opts->packed != NULL ? opts->packed : env;
    if (word != NULL && word[0] != '\0') {
        if (strcmp(word, "off") == 0) return true;
        if (!og_cli_parse_size(word, &ep->packed_limit) || ep->packed_limit == 0) {
            og_cli_failf(json, OG_ERR_ARG, "%s needs a size such as 500M or 3G, or off, not \"%s\"",
                         word == env ? "OFFGRID_PACKED_CACHE" : "--packed-cache", word);
            return false;
        }
    }
    *folder = og_folder_path(OG_FOLDER_CACHE, "packed");
    ep->packed_dir = *folder;
    return true;
}

bool og_cli_engine_params(const og_cli_engine *opts, bool json, char **folder, og_engine_params *out) {
    *folder = NULL;
    *out = og_engine_defaults();
    out->threads = (int)opts->threads;
    out->cpu = opts->cpu;
    out->memory_budget = opts->memory;
    return packed_params(opts, json, folder, out);
}

/* FILE or FILE:SCALE; what follows the last colon is a scale if it is a number. The path is malloc'd. */
static bool parse_adapter(const char *text, og_adapter *out) {
    const char *colon = strrchr(text, ':');
    char *end = NULL;
    double scale = colon && colon[1] != '\0' ? strtod(colon + 1, &end) : 0;
    bool scaled = end != NULL && *end == '\0' && isfinite(scale) && colon > text;
    char *path = strndup(text, scaled ? (size_t)(colon - text) : strlen(text));
    *out = (og_adapter){.path = path, .scale = scaled ? (float)scale : 1};
    return path != NULL;
}

static int load_path(const og_cli_engine *opts, bool json, const char *path, og_engine **engine, og_model **model) {
    og_error err = {0};
    og_engine_params ep;
    char *folder;
    if (!og_cli_engine_params(opts, json, &folder, &ep)) return OG_EXIT_USAGE;
    og_status opened = og_engine_open(&ep, engine, &err);
    free(folder);
    if (opened != OG_OK) return og_cli_fail(json, &err);
    og_cli_progress progress;
    og_cli_progress_start(&progress, NULL);
    og_model_params mp = og_model_defaults();
    mp.progress = og_cli_progress_step;
    mp.user = &progress;
    og_adapter adapters[OG_CLI_LIST_MAX];
    bool parsed = true;
    for (size_t i = 0; i < opts->lora.n; i++) parsed = parse_adapter(opts->lora.item[i], &adapters[i]) && parsed;
    mp.adapters = adapters;
    mp.n_adapters = opts->lora.n;
    og_status status = OG_ERR_MEMORY;
    if (parsed)
        status = og_model_open(*engine, path, &mp, model, &err);
    else
        err = (og_error){OG_ERR_MEMORY, "out of memory for the list of adapters"};
    for (size_t i = 0; i < opts->lora.n; i++) free((void *)(uintptr_t)adapters[i].path);
    og_cli_progress_end(&progress);
    if (status == OG_OK) return OG_EXIT_OK;
    og_engine_close(*engine);
    *engine = NULL;
    return og_cli_fail(json, &err);
}

int og_cli_load(const og_cli_engine *opts, bool json, const char *path, og_engine **engine, og_model **model) {
    *engine = NULL;
    *model = NULL;
    char *found;
    int code = og_cli_find_model(json, path, &found);
    if (code == OG_EXIT_OK) code = load_path(opts, json, found, engine, model);
    og_free(found);
    return code;
}

/* ---- input ---- */

bool og_cli_parse_ids(bool json, const char *text, size_t len, int32_t n_vocab, int32_t **ids, size_t *n) {
    static const char between[] = " \t\r\n,[]"; /* JSON arrays of numbers are welcome too */
    size_t count = 0, cap = len / 2 + 1;
    int32_t *out = malloc(cap * sizeof *out);
    for (size_t i = 0; out != NULL && i < len;) {
        if (memchr(between, text[i], sizeof between - 1) != NULL) {
            i++;
            continue;
        }
        size_t from = i;
        while (i < len && memchr(between, text[i], sizeof between - 1) == NULL) i++;
        char word[24];
        int64_t id;
        snprintf(word, sizeof word, "%.*s", i - from < sizeof word ? (int)(i - from) : (int)sizeof word - 1, text + from);
        if (!og_cli_parse_i64(word, &id) || id < 0 || id >= n_vocab) {
            free(out);
            og_cli_failf(json, OG_ERR_ARG, "\"%s\" is not a token id of this vocabulary: ids are 0 to %d", word, n_vocab - 1);
            return false;
        }
        out[count++] = (int32_t)id;
    }
    if (out == NULL) og_cli_failf(json, OG_ERR_MEMORY, "out of memory for %zu bytes of token ids", len);
    *ids = out;
    *n = count;
    return out != NULL;
}

bool og_cli_parse_time(bool json, const char *text, int64_t *out) {
    struct tm tm = {0}, back;
    char rest, again[32];
    int n = sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%c", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &rest);
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    time_t t = timegm(&tm);
    *out = t;
    bool good = n == 6 && gmtime_r(&t, &back) && strftime(again, sizeof again, "%Y-%m-%dT%H:%M:%S", &back) && strcmp(again, text) == 0;
    if (!good) og_cli_failf(json, OG_ERR_ARG, "--now takes a time like 2025-07-10T12:00:00, not '%s'", text);
    return good;
}

char *og_cli_read_stdin(bool json, size_t *len) {
    size_t cap = 1 << 16, n = 0;
    char *text = malloc(cap);
    while (text != NULL) {
        bool ready = og_cli_wait_input();
        if (!ready && !og_cli_interrupted()) continue;
        ssize_t got = ready ? read(STDIN_FILENO, text + n, cap - n - 1) : -1;
        if (got < 0) {
            if (!ready)
                og_cli_failf(json, OG_ERR_CANCELLED, "interrupted while reading standard input");
            else
                og_cli_failf(json, OG_ERR_IO, "standard input could not be read: %s", strerror(errno));
            free(text);
            return NULL;
        }
        if (got == 0) break;
        n += (size_t)got;
        if (cap - n > 1) continue;
        cap *= 2;
        char *more = realloc(text, cap);
        if (more == NULL) free(text);
        text = more;
    }
    if (text == NULL) {
        og_cli_failf(json, OG_ERR_MEMORY, "out of memory after reading %zu bytes from standard input", n);
        return NULL;
    }
    text[n] = '\0';
    *len = n;
    return text;
}

char *og_cli_read_file(bool json, const char *path, size_t *len) {
    if (strcmp(path, "-") == 0) return og_cli_read_stdin(json, len);
    FILE *f = fopen(path, "rb");
    char *text = NULL;
    size_t cap = 0, got = 1;
    *len = 0;
    while (f && got > 0) {
        if (cap - *len < 2) {
            char *grown = realloc(text, cap = cap ? cap * 2 : 65536);
            if (!grown) break;
            text = grown;
        }
        *len += got = fread(text + *len, 1, cap - *len - 1, f);
    }
    bool failed = !f || ferror(f) || !text || got > 0;
    int reason = errno;
    if (f) fclose(f);
    if (!failed) return text;
    og_cli_failf(json, OG_ERR_IO, "cannot read %s: %s", path, strerror(reason));
    free(text);
    return NULL;
}
