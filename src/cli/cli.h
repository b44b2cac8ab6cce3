/* cli.h: what the subcommands share: exit codes, errors, opening a model, the table of commands.
 * The program is a guest of the library like any other: of it, it includes offgrid.h and nothing else. */
#ifndef OG_CLI_CLI_H
#define OG_CLI_CLI_H

#include "offgrid.h"
#include "cli/args.h"

enum {
    OG_EXIT_OK = 0,
    OG_EXIT_FAIL = 1,          /* something went wrong while running */
    OG_EXIT_USAGE = 2,         /* the command line is wrong */
    OG_EXIT_INTERRUPTED = 130, /* Ctrl-C: 128 + SIGINT, as shells have it */
};

typedef struct og_command {
    const char *name;
    const char *args;
    const char *summary;
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit code */
} og_command;

#define COMMAND(name, args, summary) int og_cmd_##name(int argc, char **argv);
#include "cli/commands.def"
#undef COMMAND

/* The row of a name; NULL if there is none. */
const og_command *og_cli_command(const char *name);
const og_command *og_cli_command_at(size_t i); /* NULL past the end */

/* Options of every command that computes. */
typedef struct og_cli_engine {
    int64_t threads;
    const char *cpu;
    uint64_t memory;
    const char *packed;
    og_cli_list lora; /* PATH[:SCALE] */
    const char *kv_type;
} og_cli_engine;

/* Rows for the option table of a command whose struct T has the fields `engine`, `json` and `no_color`. */
#define OG_CLI_ENGINE_ROWS(T)                                                                                                              \
    {"threads", 't', OG_CLI_INT, "N", "threads to compute with (default: the cores this process may use)", offsetof(T, engine.threads),    \
     1,         1024},                                                                                                                     \
        {"cpu",                                                                                                                            \
         0,                                                                                                                                \
         OG_CLI_TEXT,                                                                                                                      \
         "LEVEL",                                                                                                                          \
         "use kernels up to LEVEL only: scalar, avx2, avx512, avx512vnni, neon, dotprod, i8mm",                                            \
         offsetof(T, engine.cpu),                                                                                                          \
         0,                                                                                                                                \
         0},                                                                                                                               \
        {"memory",                                                                                                                         \
         0,                                                                                                                                \
         OG_CLI_SIZE,                                                                                                                      \
         "SIZE",                                                                                                                           \
         "refuse what needs more memory than this, e.g. 3G (default: what is free)",                                                       \
         offsetof(T, engine.memory),                                                                                                       \
         1,                                                                                                                                \
         0},                                                                                                                               \
    {                                                                                                                                      \
        "packed-cache", 0, OG_CLI_TEXT, "SIZE",                                                                                            \
            "keep packed weights up to SIZE in the cache folder for faster starts; off: none (default 4G)", offsetof(T, engine.packed), 0, \
            0                                                                                                                              \
    }
#define OG_CLI_LORA_ROW(T)                                                                                        \
    {                                                                                                             \
        "lora", 0, OG_CLI_LIST, "FILE[:SCALE]", "add a LoRA adapter, a GGUF file of offgrid convert; repeatable", \
            offsetof(T, engine.lora), 0, 0                                                                        \
    }
#define OG_CLI_KV_ROW(T)                                                                                                           \
    {                                                                                                                              \
        "kv-type", 0, OG_CLI_TEXT, "TYPE", "how the cache keeps keys and values: f16, q8_0 (half the memory), q4_0 (default f16)", \
            offsetof(T, engine.kv_type), 0, 0                                                                                      \
    }

#define OG_CLI_OUTPUT_ROWS(T)                                                                                    \
    {"json", 0, OG_CLI_FLAG, NULL, "print JSON for programs", offsetof(T, json), 0, 0}, {                        \
        "no-color", 0, OG_CLI_FLAG, NULL, "no colours (also: environment NO_COLOR)", offsetof(T, no_color), 0, 0 \
    }

/* Prints "offgrid: <sentence>" on stderr and, for --json, an error event on stdout. Returns the exit code for the status. */
int og_cli_fail(bool json, const og_error *err);
int og_cli_failf(bool json, og_status status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Prints "offgrid: warning: ..." on stderr and, for --json, a warning event on stdout. */
void og_cli_warn(bool json, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prints "offgrid: ..." dimly on stderr and, for --json, a notice event on stdout: something was done otherwise than one may expect. */
void og_cli_note(bool json, const char *text);

/* What an engine is opened with. *folder, malloc'd, is where it keeps packed weights; NULL: nowhere. False after saying what is wrong. */
bool og_cli_engine_params(const og_cli_engine *opts, bool json, char **folder, og_engine_params *out);

/* Opens an engine and a model, with a progress line on a terminal. Returns OG_EXIT_OK, or the exit code after saying why.
 * Both are the caller's to close; on failure both are NULL. */
int og_cli_load(const og_cli_engine *opts, bool json, const char *path, og_engine **engine, og_model **model);

/* Token ids separated by blanks or commas, e.g. "1, 2,3", each in [0, n_vocab). *ids is malloc'd. False after saying what is wrong. */
bool og_cli_parse_ids(bool json, const char *text, size_t len, int32_t n_vocab, int32_t **ids, size_t *n);

/* A time like 2025-07-10T12:00:00 as seconds since 1970 on that clock. False after saying what is wrong. */
bool og_cli_parse_time(bool json, const char *text, int64_t *out);

/* All of standard input, NUL-terminated besides; malloc'd. NULL after saying why, or if interrupted. */
char *og_cli_read_stdin(bool json, size_t *len);
/* The same of a file; "-": standard input. */
char *og_cli_read_file(bool json, const char *path, size_t *len);

/* Flushes stdout and returns `code`, or OG_EXIT_FAIL after saying so if anything written there was lost. */
int og_cli_finish(int code);

double og_cli_seconds(void); /* monotonic clock */

#endif
