/* args.h: command lines described by tables. A command lists its options once; parsing, checking and --help follow from the rows. */
#ifndef OG_CLI_ARGS_H
#define OG_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum og_cli_kind {              /* and the type of the field that a row fills */
                           OG_CLI_FLAG, /* bool: set to true */
                           OG_CLI_INT,  /* int64_t in [min, max] */
                           OG_CLI_REAL, /* double in [min, max] */
                           OG_CLI_SIZE, /* uint64_t bytes with an optional K, M, G, T (powers of 1024) */
                           OG_CLI_SEED, /* og_cli_seed: not negative */
                           OG_CLI_TEXT, /* const char * */
                           OG_CLI_LIST, /* og_cli_list: may be repeated */
} og_cli_kind;

typedef struct og_cli_seed {
    uint64_t value;
    bool given;
} og_cli_seed;

enum { OG_CLI_LIST_MAX = 32 };

typedef struct og_cli_list {
    const char *item[OG_CLI_LIST_MAX];
    size_t n;
} og_cli_list;

typedef struct og_cli_opt {
    const char *name; /* long name without dashes */
    char letter;      /* or 0 */
    og_cli_kind kind;
    const char *value; /* placeholder in help; NULL for flags */
    const char *help;
    size_t at; /* offset of the field in the command's struct */
    double min, max;
} og_cli_opt;

typedef struct og_cli_spec {
    const char *name;  /* row of commands.def */
    const char *about; /* paragraphs for --help */
    const og_cli_opt *opt;
    size_t n_opt;
    int min_args, max_args; /* positional */
    const char *examples;   /* lines for --help */
} og_cli_spec;

enum { OG_CLI_GO = -1 };

/* Calls fn with the specification of every command, in the order of commands.def. */
void og_cli_each_spec(void (*fn)(const og_cli_spec *spec));

/* Fills `into` and `args` (max_args entries, NULL where absent). Returns OG_CLI_GO, or the code to exit with: after --help, or after
 * naming what is wrong. Options and arguments may be mixed; "--" ends options; "--name=value", "-n5" are understood. */
int og_cli_parse(const og_cli_spec *spec, int argc, char **argv, void *into, const char **args);

/* The candidate nearest to `word` in edits, or NULL if none is near. */
const char *og_cli_nearest(const char *word, const char *const *candidate, size_t n);

/* Strict numbers: the whole of `text`, no more. */
bool og_cli_parse_i64(const char *text, int64_t *out);
/* "3G", "500M", "1.5G", "1000000"; the letter may be followed by "B" or "iB". */
bool og_cli_parse_size(const char *text, uint64_t *out);

#endif
