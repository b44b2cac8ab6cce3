/* bench_report.c: what `offgrid bench` prints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bench.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/terminal.h"

/* How the figures are named and scaled. */
static const struct {
    const char *json, *label, *unit;
    double scale; /* divides */
} figure[OG_BENCH_FIGURES] = {
    [OG_BENCH_PREFILL] = {"prefill_tps", "prefill", "tokens/s", 1},
    [OG_BENCH_DECODE] = {"decode_tps", "decode", "tokens/s", 1},
    [OG_BENCH_READ] = {"read_gb_s", "memory read", "GB/s", 1e9},
    [OG_BENCH_INT8] = {"int8_gmac_s", "int8 multiply-adds", "billion/s", 1e9},
    [OG_BENCH_SHARE_READ] = {"share_read", "decode, of memory read", "", 1},
    [OG_BENCH_SHARE_INT8] = {"share_int8", "prefill, of int8 rate", "", 1},
};

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *sorted, size_t n) {
    return 0.5 * (sorted[(n - 1) / 2] + sorted[n / 2]);
}

/* Prefill and its share are not measured with -p 0, nor decode and its share with -n 0. */
static bool measured(const og_bench *b, int i) {
    if (i == OG_BENCH_PREFILL || i == OG_BENCH_SHARE_INT8) return b->opts->prefill > 0;
    if (i == OG_BENCH_DECODE || i == OG_BENCH_SHARE_READ) return b->opts->decode > 0;
    return true;
}

static og_json *json_parameters(const og_bench *b) {
    og_json *o = og_json_object();
    og_json_set(o, "file", og_json_string(b->path));
    og_json_set(o, "arch", og_json_string(b->info.arch));
    og_json_set(o, "name", og_json_string(b->info.name));
    og_json_set(o, "parameters", og_json_int((int64_t)b->info.n_params));
    og_json_set(o, "tensor_bytes", og_json_int((int64_t)b->info.tensor_bytes));
    og_json_set(o, "weight_bytes", og_json_int((int64_t)b->info.weight_bytes));
    og_json_set(o, "threads", og_json_int(b->machine.threads));
    og_json_set(o, "cpu", og_json_string(b->machine.cpu));
    og_json_set(o, "prefill", og_json_int(b->opts->prefill));
    og_json_set(o, "decode", og_json_int(b->opts->decode));
    og_json_set(o, "at_once", og_json_int(b->opts->at_once));
    og_json_set(o, "ctx_fill", og_json_int(b->opts->fill));
    og_json_set(o, "runs", og_json_int(b->opts->runs));
    return o;
}

static void print_json(const og_bench *b) {
    size_t n = (size_t)b->opts->runs;
    og_json *o = json_parameters(b);
    for (int i = 0; i < OG_BENCH_FIGURES; i++) {
        char name[64];
        const double *v = b->value[i], scale = figure[i].scale;
        bool have = measured(b, i);
        og_json_set(o, figure[i].json, have ? og_json_real(median(v, n) / scale) : og_json_string(NULL));
        snprintf(name, sizeof name, "%s_min", figure[i].json);
        og_json_set(o, name, have ? og_json_real(v[0] / scale) : og_json_string(NULL));
        snprintf(name, sizeof name, "%s_max", figure[i].json);
        og_json_set(o, name, have ? og_json_real(v[n - 1] / scale) : og_json_string(NULL));
    }
    og_json_set(o, "bytes_per_token", og_json_real(b->token_bytes));
    og_json_set(o, "macs_per_token", og_json_real(b->token_macs));
    og_json_set(o, "peak_rss_mb", og_json_real(b->peak_rss / 1e6));
    og_json_set(o, "load_seconds", og_json_real(b->load_seconds));
    og_json_print(o, OG_JSON_SHORT);
}

/* A share as a bar of eighths, 24 columns for the whole. */
static void print_share(const og_bench *b, int i) {
    static const char *const eighth[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    enum { COLUMNS = 24 };
    double share = median(b->value[i], (size_t)b->opts->runs);
    int parts = share >= 1 ? COLUMNS * 8 : (int)(share * COLUMNS * 8 + 0.5);
    printf("  %-24s%5.1f %%  %s", figure[i].label, 100 * share, og_cli_style(stdout, OG_STYLE_GREEN));
    if (og_cli_is_terminal(stdout)) {
        for (int c = 0; c < parts / 8; c++) fputs("█", stdout);
        fputs(eighth[parts % 8], stdout);
        printf("%s%s", og_cli_style(stdout, OG_STYLE_NONE), og_cli_style(stdout, OG_STYLE_DIM));
        for (int c = (parts + 7) / 8; c < COLUMNS; c++) fputs("░", stdout);
    }
    printf("%s\n", og_cli_style(stdout, OG_STYLE_NONE));
}

static void print_table(const og_bench *b) {
    char weights[OG_HUMAN], params[OG_HUMAN], peak[OG_HUMAN];
    og_cli_human_bytes(weights, b->info.tensor_bytes);
    og_cli_human_count(params, b->info.n_params);
    og_cli_human_bytes(peak, (uint64_t)b->peak_rss);
    og_cli_put(stdout, b->path, strlen(b->path));
    printf(": %s, %s weights, %s\n%d threads, %s kernels; %d runs", b->info.arch, params, weights, b->machine.threads, b->machine.cpu,
           (int)b->opts->runs);
    printf("; prompt %d, answer %d tokens", (int)b->opts->prefill, (int)b->opts->decode);
    if (b->opts->at_once > 1) printf(", %d at once", (int)b->opts->at_once);
    if (b->opts->fill > 0) printf(" after %d in the context", (int)b->opts->fill);
    printf("\n\n");
    og_cli_table t = {.align = "lrrrl"};
    const char *heads[] = {"", "min", "median", "max", ""};
    for (size_t i = 0; i < 5; i++) og_cli_cell(&t, "%s", heads[i]);
    for (int i = 0; i <= OG_BENCH_INT8; i++) {
        if (!measured(b, i)) continue;
        size_t n = (size_t)b->opts->runs;
        og_cli_cell(&t, "%s", figure[i].label);
        og_cli_cell(&t, "%.1f", b->value[i][0] / figure[i].scale);
        og_cli_cell(&t, "%.1f", median(b->value[i], n) / figure[i].scale);
        og_cli_cell(&t, "%.1f", b->value[i][n - 1] / figure[i].scale);
        og_cli_cell(&t, "%s", figure[i].unit);
    }
    og_cli_table_print(&t, stdout, 2);
    puts("\nShare of the machine's limits");
    for (int i = OG_BENCH_SHARE_READ; i <= OG_BENCH_SHARE_INT8; i++) {
        if (measured(b, i)) print_share(b, i);
    }
    printf("\nPeak memory %s\n", peak);
}

int og_bench_report(og_bench *b) {
    for (int i = 0; i < OG_BENCH_FIGURES; i++) qsort(b->value[i], (size_t)b->opts->runs, sizeof(double), compare);
    if (b->opts->json)
        print_json(b);
    else
        print_table(b);
    return og_cli_finish(OG_EXIT_OK);
}
