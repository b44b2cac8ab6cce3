/* main.c: walks the rows of the kernel table that this CPU can run. */
#include "kcheck.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct signature {
    const char *slot;
    size_t field;
    kc_fn *check, *bench;
} signatures[] = {
#define SLOT(name, sig) {#name, offsetof(og_kernels, name), kc_check_##sig, kc_bench_##sig},
#include "backend/cpu/slots.def"
};

static struct options {
    uint64_t seed;
    const char *filter;
    int runs;
    bool list, bench;
} options = {0, "", 120, false, false};

static og_kernels scalar;
static int passed, failed;

void (*kc_scalar(const kc *k))(void) {
    void (*fn)(void);
    memcpy(&fn, (const char *)k->scalar + k->row->field, sizeof fn);
    return fn;
}

void kc_fail(kc *k, const char *fmt, ...) {
    if (k->failed) return; /* the first difference tells most */
    k->failed = true;
    kc_note(k, ": ");
    const size_t used = strlen(k->what);
    va_list args;
    va_start(args, fmt);
    vsnprintf(k->what + used, sizeof k->what - used, fmt, args);
    va_end(args);
}

void kc_same(kc *k, const char *name, void *const out[2], size_t n, size_t size) {
    for (size_t i = 0; i < n; i++) {
        uint32_t want = 0, got = 0;
        memcpy(&want, (const char *)out[0] + i * size, size);
        memcpy(&got, (const char *)out[1] + i * size, size);
        if (want == got) continue;
        float want_f, got_f;
        memcpy(&want_f, &want, sizeof want_f);
        memcpy(&got_f, &got, sizeof got_f);
        kc_fail(k, "%s[%zu] is 0x%" PRIx32 " (%g), should be 0x%" PRIx32 " (%g)", name, i, got, (double)got_f, want, (double)want_f);
        return;
    }
}

/* ---- faults ---- */

static sigjmp_buf recover;

static void on_fault(int sig) {
    siglongjmp(recover, sig);
}

static void catch_faults(void) {
    struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_NODEFER};
    const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
    for (size_t i = 0; i < OG_LEN(signals); i++) sigaction(signals[i], &action, NULL);
}

/* ---- cases and rows ---- */

static uint64_t hash(const char *s) { /* FNV-1a */
    uint64_t h = 0xcbf29ce484222325u;
    for (; *s; s++) h = (h ^ (uint8_t)*s) * 0x100000001b3u;
    return h;
}

/* The same data for every row of a slot, whatever else is run. */
static void start(kc *k, const og_kernel_row *row, int run) {
    *k = (kc){.row = row, .scalar = &scalar, .state = options.seed ^ hash(row->slot) ^ (uint64_t)run << 48};
    kc_memory_next(kc_bits(k));
}

static void check_row(const og_kernel_row *row, kc_fn *check) {
    static kc k; /* static: read after siglongjmp */
    static volatile int run;
    for (run = 0; run < options.runs; run++) {
        start(&k, row, run);
        const int sig = sigsetjmp(recover, 1);
        if (!sig)
            check(&k);
        else
            kc_fail(&k, "%s in the %s", strsignal(sig), k.reference ? "scalar kernel" : "kernel");
        if (!kc_intact()) kc_fail(&k, "bytes around a buffer were written");
        if (!k.failed) continue;
        printf("FAIL %s_%s (seed %" PRIu64 ", run %d)%s\n", row->slot, row->isa, options.seed, run, k.what);
        failed++;
        return;
    }
    passed++;
}

static void visit(const og_kernel_row *row, kc_fn *check, kc_fn *bench) {
    char name[96];
    snprintf(name, sizeof name, "%s_%s", row->slot, row->isa);
    if (!strstr(name, options.filter)) return;
    if (options.list) {
        printf("%s\n", name);
    } else if (options.bench) {
        kc k;
        start(&k, row, 0);
        if (bench) bench(&k);
    } else {
        check_row(row, check);
    }
}

/* Every level that has rows and that this CPU has. */
static void visit_sets(const og_kernel_row *rows, int n) {
    for (int i = 0; i < n; i++) {
        uint32_t flags;
        if ((i == 0 || strcmp(rows[i].isa, rows[i - 1].isa)) && og_cpu_select(rows[i].isa, &flags, NULL) == OG_OK)
            visit(&(og_kernel_row){.slot = "set", .isa = rows[i].isa, .needs = flags}, kc_check_set, NULL);
    }
}

static void visit_layouts(void) {
    const og_quant *quant;
    for (int i = 0; (quant = og_quant_at(i)); i++) {
        char slot[64];
        snprintf(slot, sizeof slot, "layout_%s", quant->lower);
        if (quant->is_block) visit(&(og_kernel_row){.slot = slot, .isa = "pack"}, kc_check_layout, NULL);
    }
}

static void visit_rows(const og_kernel_row *rows, int n) {
    const uint32_t flags = og_cpu_detect();
    for (int i = 0; i < n; i++) {
        if ((rows[i].needs & flags) != rows[i].needs) continue;
        for (size_t s = 0; s < OG_LEN(signatures); s++)
            if (signatures[s].field == rows[i].field) visit(&rows[i], signatures[s].check, signatures[s].bench);
    }
}

/* ---- the program ---- */

static int usage(const char *program) {
    fprintf(stderr,
            "usage: %s [--seed N] [--filter SUBSTRING] [--runs N] [--list] [--bench]\n"
            "Compares every kernel this CPU can run with the scalar one, bit for bit. Names are <slot>_<instruction set>.\n",
            program);
    return 2;
}

static bool parse(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        char *end = "";
        if (!strcmp(a, "--list"))
            options.list = true;
        else if (!strcmp(a, "--bench"))
            options.bench = true;
        else if (!value)
            return false;
        else if (!strcmp(a, "--filter"))
            options.filter = argv[++i];
        else if (!strcmp(a, "--seed"))
            options.seed = strtoull(argv[++i], &end, 10);
        else if (!strcmp(a, "--runs"))
            options.runs = (int)strtol(argv[++i], &end, 10);
        else
            return false;
        if (*end || options.runs < 1) return false;
    }
    return true;
}

int main(int argc, char **argv) {
    options.seed = (uint64_t)(og_now() * 1e6) % 1000000;
    if (!parse(argc, argv)) return usage(argv[0]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    char features[256];
    og_cpu_features(og_cpu_detect(), features, sizeof features);
    if (!options.list) printf("seed %" PRIu64 ", cpu: %s\n", options.seed, *features ? features : "scalar");
    og_kernels_choose(0, &scalar);
    if (!options.bench) catch_faults();
    int n;
    const og_kernel_row *rows = og_kernel_rows(&n);
    if (!options.bench) {
        visit_sets(rows, n);
        visit_layouts();
    }
    visit_rows(rows, n);
    if (options.list || options.bench) return 0;
    if (failed) printf("replay with --seed %" PRIu64 " --filter NAME\n", options.seed);
    printf("%d passed, %d failed\n", passed, failed);
    return failed || !passed;
}
