/* doctor.c: `offgrid doctor`: what this device and this build have, and what is wrong with it. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/models.h"
#include "cli/terminal.h"
#include "store/pull/pull.h"
#include "store/talks/talks.h"

typedef struct doctor_opts {
    bool verify, json, no_color;
} doctor_opts;

static const og_cli_opt options[] = {
    {"verify", 0, OG_CLI_FLAG, NULL, "read every model of the store and compare its SHA-256", offsetof(doctor_opts, verify), 0, 0},
    OG_CLI_OUTPUT_ROWS(doctor_opts),
};

static const og_cli_spec spec = {
    .name = "doctor",
    .about = "Shows what the CPU can do and which kernels are used, how fast memory and arithmetic are at this moment, memory and cgroup "
             "limits,\n"
             "what the program was built with, and whether the model store is in order. Exit code 1 if something is wrong.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .max_args = 0,
    .examples = "  offgrid doctor\n"
                "  offgrid doctor --verify --json\n",
};

typedef struct report {
    og_json *json; /* NULL: for people */
    og_cli_table table;
    int problems;
} report;

static void line(report *r, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void line(report *r, const char *key, const char *fmt, ...) {
    va_list ap;
    char *text = NULL;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0) text = NULL;
    va_end(ap);
    if (r->json != NULL) {
        og_json_set(r->json, key, og_json_string(text));
    } else {
        og_cli_cell(&r->table, "%s", key);
        og_cli_cell(&r->table, "%s", text != NULL ? text : "");
    }
    free(text);
}

/* The words of a file of the kernel's; "" if it is not there. */
static const char *words_of(const char *path, char *out, size_t size) {
    FILE *f = fopen(path, "r");
    size_t n = f != NULL ? fread(out, 1, size - 1, f) : 0;
    if (f != NULL) fclose(f);
    out[n] = '\0';
    out[strcspn(out, "\n")] = '\0';
    return out;
}

static int look_at_machine(report *r, bool json) {
    og_engine *engine = NULL;
    og_engine_params p = og_engine_defaults();
    og_engine_info info;
    og_error err = {0};
    double read_s = 0, mac_s = 0;
    char total[OG_HUMAN], available[OG_HUMAN], text[256];
    if (og_engine_open(&p, &engine, &err) != OG_OK) return og_cli_fail(json, &err);
    og_engine_describe(engine, &info);
    line(r, "cpu features", "%s", info.features);
    line(r, "kernels", "%s, %d threads", info.cpu, info.threads);
    if (og_engine_limits(engine, 0.3, &read_s, &mac_s, &err) == OG_OK)
        line(r, "measured limits", "%.1f GB/s read from memory, %.0f G int8 multiply-adds/s", read_s / 1e9, mac_s / 1e9);
    og_cli_human_bytes(total, info.memory_total);
    og_cli_human_bytes(available, info.memory_available);
    line(r, "memory", "%s, %s available (the cgroup's where lower)", total, available);
    const char *limit = words_of("/sys/fs/cgroup/memory.max", text, sizeof text);
    if (*limit == '\0') limit = words_of("/sys/fs/cgroup/memory/memory.limit_in_bytes", text, sizeof text);
    line(r, "cgroup limit", "%s", *limit != '\0' ? limit : "none found");
    const char *huge = words_of("/sys/kernel/mm/transparent_hugepage/enabled", text, sizeof text);
    line(r, "huge pages", "%s%s", *huge != '\0' ? huge : "unknown",
         strstr(huge, "[never]") != NULL ? ": \"madvise\" would make large models a little faster" : "");
    line(r, "gpu", "none used: this version computes on the CPU");
    og_engine_close(engine);
    return OG_EXIT_OK;
}

static void look_at_build(report *r) {
    line(r, "version", "offgrid %s", og_version());
    line(r, "built with", "%s%s%s%s", og_json_built() ? "JSON (jansson) " : "", og_pull_built() ? "pull (libcurl) " : "",
         og_talks_built() ? "conversations (SQLite, OpenSSL)" : "",
         !og_json_built() && !og_pull_built() && !og_talks_built() ? "no libraries" : "");
}

static void problem(report *r, bool json, const char *text) {
    r->problems++;
    og_cli_warn(json, "%s", text);
}

static void look_at_models(report *r, const og_store *store, const doctor_opts *opts) {
    og_stored *m = NULL;
    size_t n = 0, damaged = 0;
    og_error err = {0};
    if (og_store_list(store, &m, &n, &damaged, &err) != OG_OK) {
        problem(r, opts->json, err.text);
        return;
    }
    if (damaged > 0)
        problem(r, opts->json, "names in the store cannot be read; look into its folder names/ and remove those that are no JSON");
    for (size_t i = 0; i < n; i++) {
        char *path = NULL;
        og_cli_progress progress;
        og_cli_progress_start(&progress, NULL);
        og_status status = og_store_path(store, &m[i], &path, &err);
        if (status == OG_OK && opts->verify) status = og_store_verify(store, &m[i], og_cli_progress_step, &progress, &err);
        og_cli_progress_end(&progress);
        if (status != OG_OK) problem(r, opts->json, err.text);
        og_free(path);
    }
    og_store_list_free(m, n);
}

static void look_at_store(report *r, const doctor_opts *opts) {
    og_store *store = og_cli_store(opts->json);
    og_store_usage u;
    og_error err = {0};
    struct stat st;
    if (store == NULL) {
        r->problems++;
        return;
    }
    const char *folder = og_store_folder(store);
    if (stat(folder, &st) != 0) {
        line(r, "store", "%s, not made yet", folder);
    } else {
        if (access(folder, R_OK | W_OK | X_OK) != 0)
            problem(r, opts->json, "the model store's folder cannot be written: look at its permissions");
        if ((st.st_mode & 077) != 0)
            line(r, "store permissions", "others may look into %s (mode %03o)", folder, (unsigned)st.st_mode & 0777);
        if (og_store_measure(store, &u, &err) != OG_OK) {
            problem(r, opts->json, err.text);
        } else {
            char models[OG_HUMAN], partial[OG_HUMAN], unused[OG_HUMAN], left[OG_HUMAN];
            og_cli_human_bytes(models, u.models);
            og_cli_human_bytes(partial, u.partial);
            og_cli_human_bytes(unused, u.unused);
            og_cli_human_bytes(left, u.free);
            line(r, "store", "%s: %zu models, %s; interrupted %s; of no name %s; %s free", folder, u.n_models, models, partial, unused,
                 left);
        }
        look_at_models(r, store, opts);
    }
    og_store_close(store);
}

int og_cmd_doctor(int argc, char **argv) {
    doctor_opts opts = {0};
    int code = og_cli_parse(&spec, argc, argv, &opts, NULL);
    if (code != OG_CLI_GO) return code;
    report r = {.json = opts.json ? og_json_object() : NULL, .table = {.align = "ll"}};
    og_cli_catch_interrupt();
    look_at_build(&r);
    code = look_at_machine(&r, opts.json);
    look_at_store(&r, &opts);
    line(&r, "conversations", "%s", !og_talks_built() ? "not built in" : og_talks_sealed(NULL) ? "sealed with a passphrase" : "not sealed");
    if (r.problems == 0) line(&r, "verdict", "everything is in order");
    if (r.problems > 0) line(&r, "verdict", "%d problems, named above", r.problems);
    if (opts.json)
        og_json_print(r.json, OG_JSON_SHORT);
    else
        og_cli_table_print(&r.table, stdout, 0);
    if (code == OG_EXIT_OK && r.problems > 0) code = OG_EXIT_FAIL;
    return og_cli_finish(code);
}
