/* quantize_report.c: what `quantize` and `convert` do alike: run, show progress, and list the tensors. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/human.h"
#include "cli/json.h"
#include "cli/quantize.h"
#include "cli/terminal.h"

/* ---- what is reported, tensor by tensor ---- */

typedef struct tensor {
    og_quantize_tensor t;
    char *name;
} tensor;

typedef struct report {
    og_cli_progress progress;
    tensor *list;
    size_t n, cap;
    bool failed; /* out of memory: the list is incomplete */
} report;

static void add_tensor(void *user, const og_quantize_tensor *t) {
    report *r = user;
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 256;
        tensor *list = realloc(r->list, cap * sizeof *list);
        if (list == NULL) {
            r->failed = true;
            return;
        }
        r->list = list;
        r->cap = cap;
    }
    char *name = og_cli_escape(t->name, strlen(t->name), 256);
    if (name == NULL) r->failed = true;
    if (name != NULL) r->list[r->n++] = (tensor){.t = *t, .name = name};
}

static bool on_progress(void *user, const char *what, uint64_t done, uint64_t total) {
    return og_cli_progress_step(&((report *)user)->progress, what, done, total);
}

static void free_report(report *r) {
    for (size_t i = 0; i < r->n; i++) free(r->list[i].name);
    free(r->list);
}

/* ---- output ---- */

static void print_table(const report *r) {
    og_cli_table t = {.align = "lllrrl"};
    const char *heads[] = {"tensor", "from", "to", "size", "error", ""};
    for (size_t i = 0; i < 6; i++) og_cli_cell(&t, "%s", heads[i]);
    for (size_t i = 0; i < r->n; i++) {
        const og_quantize_tensor *q = &r->list[i].t;
        char size[OG_HUMAN];
        og_cli_human_bytes(size, q->bytes);
        og_cli_cell(&t, "%s", r->list[i].name);
        og_cli_cell(&t, "%s", q->from);
        og_cli_cell(&t, "%s", q->to);
        og_cli_cell(&t, "%s", size);
        if (q->error > 0)
            og_cli_cell(&t, "%.3g %%", 100 * q->error);
        else
            og_cli_cell(&t, "%s", q->error == 0 ? "none" : "");
        og_cli_cell(&t, q->wanted ? "(rows do not fit %s)" : "%s", q->wanted ? q->wanted : "");
    }
    og_cli_table_print(&t, stdout, 0);
}

static void print_json(const report *r, const og_quantize_result *result, const og_cli_quantize_opts *opts, const char *out) {
    og_json *o = og_json_object(), *list = og_json_array();
    og_json_set(o, "out", og_json_string(opts->dry_run ? NULL : out));
    og_json_set(o, "bytes_in", og_json_int((int64_t)result->bytes_in));
    og_json_set(o, "bytes_out", og_json_int((int64_t)result->bytes_out));
    og_json_set(o, "weights", og_json_int((int64_t)result->elements));
    og_json_set(o, "bits_per_weight", og_json_real(result->bits));
    og_json_set(o, "seconds", og_json_real(result->seconds));
    for (size_t i = 0; i < r->n; i++) {
        const og_quantize_tensor *q = &r->list[i].t;
        og_json *one = og_json_object();
        og_json_set(one, "name", og_json_string(r->list[i].name));
        og_json_set(one, "from", og_json_string(q->from));
        og_json_set(one, "to", og_json_string(q->to));
        og_json_set(one, "wanted", og_json_string(q->wanted));
        og_json_set(one, "bytes", og_json_int((int64_t)q->bytes));
        og_json_set(one, "error", og_json_real(q->error < 0 ? NAN : q->error));
        og_json_set(one, "importance", og_json_bool(q->weighted));
        og_json_add(list, one);
    }
    og_json_set(o, "tensors", list);
    og_json_print(o, OG_JSON_SHORT);
}

static void print_summary(const og_quantize_result *r, const og_cli_quantize_opts *opts, const char *out) {
    char before[OG_HUMAN], after[OG_HUMAN], time[OG_HUMAN];
    og_cli_human_bytes(before, r->bytes_in);
    og_cli_human_bytes(after, r->bytes_out);
    og_cli_human_time(time, r->seconds);
    printf("\n%s to %s, %.2f bits per weight", before, after, r->bits);
    if (opts->dry_run)
        printf("; nothing was written\n");
    else
        printf(", in %s: %s\n", time, out);
}

/* What the numbers do not say by themselves. */
static void warn(const report *r, const og_quantize_result *result, const og_cli_quantize_opts *opts) {
    size_t requantized = 0;
    for (size_t i = 0; i < r->n; i++) {
        const og_quantize_tensor *q = &r->list[i].t;
        bool was_float = q->from[0] == 'F' || q->from[0] == 'B', is_float = q->to[0] == 'F' || q->to[0] == 'B';
        requantized += !was_float && !is_float && strcmp(q->from, q->to) != 0;
    }
    if (result->fallbacks > 0)
        og_cli_warn(opts->json, "%llu tensors have rows that are no whole number of blocks and got another type",
                    (unsigned long long)result->fallbacks);
    if (requantized > 0)
        og_cli_warn(opts->json, "%zu tensors were quantized already: errors add up; start from F16, BF16 or F32 if you can", requantized);
    if (result->unweighted > 0)
        og_cli_warn(opts->json, "the importance matrix does not have %llu of the quantized tensors",
                    (unsigned long long)result->unweighted);
    if (result->unguided > 0)
        og_cli_warn(opts->json, "%llu tensors have so few bits that they want an importance matrix: see offgrid imatrix",
                    (unsigned long long)result->unguided);
}

int og_cli_quantize(const og_cli_quantize_opts *opts, const char *in, const char *out, const char *type, og_cli_quantize_fn *make,
                    const void *how) {
    og_cli_catch_interrupt();
    og_error err = {0};
    og_engine *engine = NULL;
    og_engine_params ep = og_engine_defaults();
    ep.threads = (int)opts->threads;
    report r = {0};
    og_cli_progress_start(&r.progress, NULL);
    og_quantize_params p = og_quantize_defaults();
    p.type = type;
    p.imatrix = opts->imatrix;
    p.overrides = opts->tensors.item;
    p.n_overrides = opts->tensors.n;
    p.target_bytes = opts->target_size;
    p.target_bpw = opts->target_bpw;
    p.dry_run = opts->dry_run;
    p.progress = on_progress;
    p.report = add_tensor;
    p.user = &r;
    og_quantize_result result;
    int code;
    og_status status = og_engine_open(&ep, &engine, &err);
    if (status == OG_OK) status = make(how, engine, in, out, &p, &result, &err);
    og_cli_progress_end(&r.progress);
    og_engine_close(engine);
    if (status != OG_OK) {
        code = og_cli_fail(opts->json, &err);
    } else {
        if (r.failed) og_cli_warn(opts->json, "out of memory for the list of tensors: it is incomplete");
        warn(&r, &result, opts);
        if (opts->json) {
            print_json(&r, &result, opts, out);
        } else {
            print_table(&r);
            print_summary(&result, opts, out);
        }
        code = og_cli_finish(OG_EXIT_OK);
    }
    free_report(&r);
    return code;
}
