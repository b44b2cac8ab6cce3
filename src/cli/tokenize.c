/* tokenize.c: `offgrid tokenize`: text to token ids, and back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/models.h"
#include "cli/terminal.h"

typedef struct tokenize_opts {
    bool ids, no_bos, special, detokenize, json, no_color;
} tokenize_opts;

#define AT(field) offsetof(tokenize_opts, field)
static const og_cli_opt options[] = {
    {"ids", 0, OG_CLI_FLAG, NULL, "print the ids alone, on one line", AT(ids), 0, 0},
    {"no-bos", 0, OG_CLI_FLAG, NULL, "leave out the BOS and EOS tokens that the file wants added", AT(no_bos), 0, 0},
    {"special", 0, OG_CLI_FLAG, NULL, "text like <|im_end|> is that token; with --detokenize, spell such tokens out", AT(special), 0, 0},
    {"detokenize", 'd', OG_CLI_FLAG, NULL, "TEXT is token ids, apart by blanks or commas: print their text", AT(detokenize), 0, 0},
    OG_CLI_OUTPUT_ROWS(tokenize_opts),
};
#undef AT

static const og_cli_spec spec = {
    .name = "tokenize",
    .about = "Prints the tokens of TEXT or, without it, of standard input, every byte of which counts. MODEL is any GGUF file with a\n"
             "vocabulary; weights are not needed. The default is a line a token: its id and the vocabulary's spelling.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 2,
    .examples = "  offgrid tokenize model.gguf \"Hello world\"\n"
                "  printf 'Hello world' | offgrid tokenize model.gguf --ids --no-bos\n"
                "  offgrid tokenize model.gguf --detokenize \"15496 995\"\n",
};

static int print_tokens(const og_tok *tok, const int32_t *ids, size_t n) {
    og_cli_table t = {.align = "rl"};
    for (size_t i = 0; i < n; i++) {
        size_t len;
        const char *piece = og_tok_piece(tok, ids[i], &len);
        char *shown = piece ? og_cli_escape(piece, len, len) : NULL;
        og_cli_cell(&t, "%d", ids[i]);
        og_cli_cell(&t, "%s", shown ? shown : "");
        free(shown);
    }
    og_cli_table_print(&t, stdout, 0);
    return og_cli_finish(OG_EXIT_OK);
}

static int print_ids(const int32_t *ids, size_t n) {
    for (size_t i = 0; i < n; i++) printf("%s%d", i > 0 ? " " : "", ids[i]);
    putchar('\n');
    return og_cli_finish(OG_EXIT_OK);
}

static int print_json(const og_tok *tok, const int32_t *ids, size_t n) {
    og_json *o = og_json_object(), *numbers = og_json_array(), *pieces = og_json_array();
    for (size_t i = 0; i < n; i++) {
        size_t len;
        const char *piece = og_tok_piece(tok, ids[i], &len);
        og_json_add(numbers, og_json_int(ids[i]));
        og_json_add(pieces, piece ? og_json_text(piece, len) : og_json_string(NULL));
    }
    og_json_set(o, "ids", numbers);
    og_json_set(o, "pieces", pieces);
    og_json_print(o, OG_JSON_SHORT);
    return og_cli_finish(OG_EXIT_OK);
}

static int encode(const og_tok *tok, const tokenize_opts *opts, const char *text, size_t len) {
    int flags = (opts->no_bos ? 0 : OG_TOK_ADD_SPECIAL) | (opts->special ? OG_TOK_PARSE_SPECIAL : 0);
    int32_t *ids = NULL;
    size_t n = 0;
    og_error err = {0};
    if (og_tok_encode(tok, text, len, flags, &ids, &n, &err) != OG_OK) return og_cli_fail(opts->json, &err);
    int code = opts->json ? print_json(tok, ids, n) : opts->ids ? print_ids(ids, n) : print_tokens(tok, ids, n);
    og_free(ids);
    return code;
}

static int decode(const og_tok *tok, const tokenize_opts *opts, const char *text, size_t len) {
    int32_t *ids = NULL;
    size_t n = 0, out_len = 0;
    char *out = NULL;
    og_error err = {0};
    if (!og_cli_parse_ids(opts->json, text, len, og_tok_size(tok), &ids, &n)) return OG_EXIT_USAGE;
    og_status status = og_tok_decode(tok, ids, n, opts->special, &out, &out_len, &err);
    free(ids);
    if (status != OG_OK) return og_cli_fail(opts->json, &err);
    if (opts->json) {
        og_json *o = og_json_object();
        og_json_set(o, "text", og_json_text(out, out_len));
        og_json_print(o, OG_JSON_SHORT);
    } else {
        og_cli_put(stdout, out, out_len);
        if (og_cli_is_terminal(stdout)) putchar('\n');
    }
    og_free(out);
    return og_cli_finish(OG_EXIT_OK);
}

static int with_vocabulary(const tokenize_opts *opts, const char *path, const char *text, size_t len) {
    og_file *file = NULL;
    og_tok *tok = NULL;
    og_error err = {0};
    int code = og_cli_open_file(opts->json, path, &file);
    if (code == OG_EXIT_OK && og_tok_open(file, &tok, &err) != OG_OK) code = og_cli_fail(opts->json, &err);
    if (code == OG_EXIT_OK) code = opts->detokenize ? decode(tok, opts, text, len) : encode(tok, opts, text, len);
    og_tok_close(tok);
    og_file_close(file);
    return code;
}

int og_cmd_tokenize(int argc, char **argv) {
    tokenize_opts opts = {0};
    const char *args[2];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    if (args[1] != NULL) return with_vocabulary(&opts, args[0], args[1], strlen(args[1]));
    size_t len;
    char *text = og_cli_read_stdin(opts.json, &len);
    if (text == NULL) return OG_EXIT_FAIL;
    code = with_vocabulary(&opts, args[0], text, len);
    free(text);
    return code;
}
