/* info.c: `offgrid info`: what a GGUF file holds. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/human.h"
#include "cli/info.h"
#include "cli/json.h"
#include "cli/models.h"
#include "cli/terminal.h"

typedef struct info_opts {
    const char *meta, *kv_type;
    int64_t ctx;
    bool tensors, json, no_color;
} info_opts;

static const og_cli_opt options[] = {
    {"tensors", 0, OG_CLI_FLAG, NULL, "list every tensor: type, shape, size, place", offsetof(info_opts, tensors), 0, 0},
    {"meta", 0, OG_CLI_TEXT, "KEY", "print the value of KEY alone, in full; an array one element a line", offsetof(info_opts, meta), 0, 0},
    {"ctx", 'c', OG_CLI_INT, "N", "say what memory a context of N tokens takes (default: the model's, at most 4096)",
     offsetof(info_opts, ctx), 1, INT32_MAX},
    {"kv-type", 0, OG_CLI_TEXT, "TYPE", "and with keys and values kept as f16, q8_0 or q4_0 (default f16)", offsetof(info_opts, kv_type), 0,
     0},
    OG_CLI_OUTPUT_ROWS(info_opts),
};

static const og_cli_spec spec = {
    .name = "info",
    .about = "Shows what a GGUF file's model is and can, what memory it takes, its metadata and its tensors, after checking every count, "
             "offset\n"
             "and size in it. Nothing is loaded. Of a split model name the first part. The table shortens long values; --json prints "
             "everything, tensors included.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
    .examples = "  offgrid info model.gguf\n"
                "  offgrid info model.gguf --tensors\n"
                "  offgrid info model.gguf --meta tokenizer.chat_template\n"
                "  offgrid info model.gguf --json | jq '.metadata[\"general.architecture\"]'\n",
};

static const char *type_name(og_value_type type) {
    static const char *const name[] = {"u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array", "u64", "i64", "f64"};
    return (size_t)type < sizeof name / sizeof *name ? name[type] : "?";
}

/* ---- JSON ---- */

static og_json *json_scalar(const og_value *v) {
    switch (v->type) {
    case OG_VALUE_STRING:
        return og_json_text(v->str, v->len);
    case OG_VALUE_BOOL:
        return og_json_bool(v->i != 0);
    case OG_VALUE_F32:
    case OG_VALUE_F64:
        return og_json_real(v->f);
    case OG_VALUE_U64:
        return v->u > INT64_MAX ? og_json_real((double)v->u) : og_json_int((int64_t)v->u);
    default:
        return og_json_int(v->i);
    }
}

static og_json *json_value(const og_file *file, const char *key, const og_value *v) {
    if (v->type != OG_VALUE_ARRAY) return json_scalar(v);
    og_json *array = og_json_array();
    og_value e;
    for (uint64_t i = 0; i < v->count && og_file_element(file, key, i, &e); i++) og_json_add(array, json_scalar(&e));
    return array;
}

static og_json *json_tensor(const og_tensor_info *t) {
    og_json *o = og_json_object(), *shape = og_json_array();
    for (int d = 0; d < t->n_dims; d++) og_json_add(shape, og_json_int((int64_t)t->dim[d]));
    og_json_set(o, "name", og_json_string(t->name));
    og_json_set(o, "type", og_json_string(t->type));
    og_json_set(o, "shape", shape);
    og_json_set(o, "offset", og_json_int((int64_t)t->offset));
    og_json_set(o, "bytes", og_json_int((int64_t)t->bytes));
    og_json_set(o, "part", og_json_int(t->part));
    return o;
}

/* Elements and bytes of all tensors. */
static void count_tensors(const og_file *file, uint64_t *params, uint64_t *bytes) {
    og_tensor_info t;
    *params = *bytes = 0;
    for (uint64_t i = 0; og_file_tensor(file, i, &t); i++) {
        *params += t.dim[0] * t.dim[1] * t.dim[2] * t.dim[3];
        *bytes += t.bytes;
    }
}

static int print_json(const og_file *file, const info_opts *opts, const char *path) {
    uint64_t params, bytes;
    count_tensors(file, &params, &bytes);
    og_json *o = og_json_object(), *meta = og_json_object(), *tensors = og_json_array();
    og_json_set(o, "file", og_json_string(path));
    og_json_set(o, "version", og_json_int(og_file_version(file)));
    og_json_set(o, "parts", og_json_int(og_file_parts(file)));
    og_json_set(o, "bytes", og_json_int((int64_t)og_file_bytes(file)));
    og_json_set(o, "parameters", og_json_int((int64_t)params));
    og_json_set(o, "tensor_bytes", og_json_int((int64_t)bytes));
    og_value v;
    const char *key;
    for (uint64_t i = 0; (key = og_file_meta(file, i, &v)) != NULL; i++) og_json_set(meta, key, json_value(file, key, &v));
    og_tensor_info t;
    for (uint64_t i = 0; og_file_tensor(file, i, &t); i++) og_json_add(tensors, json_tensor(&t));
    const og_session_params session = {.n_ctx = (uint32_t)opts->ctx, .kv_type = opts->kv_type};
    og_json_set(o, "model", og_info_model_json(file, &session));
    og_json_set(o, "metadata", meta);
    og_json_set(o, "tensors", tensors);
    og_json_print(o, OG_JSON_EXACT);
    return og_cli_finish(OG_EXIT_OK);
}

/* ---- one value ---- */

static void print_scalar(const og_value *v, bool last) {
    switch (v->type) {
    case OG_VALUE_STRING:
        og_cli_put(stdout, v->str, v->len);
        break;
    case OG_VALUE_BOOL:
        fputs(v->i != 0 ? "true" : "false", stdout);
        break;
    case OG_VALUE_F32:
        printf("%.9g", v->f);
        break;
    case OG_VALUE_F64:
        printf("%.17g", v->f);
        break;
    case OG_VALUE_U64:
        printf("%" PRIu64, v->u);
        break;
    default:
        printf("%" PRId64, v->i);
    }
    if (last) putchar('\n');
}

static int print_meta(const og_file *file, const info_opts *opts, const char *path) {
    og_value v;
    if (!og_file_find(file, opts->meta, &v)) {
        return og_cli_failf(opts->json, OG_ERR_ARG, "%s has no metadata \"%s\"; \"offgrid info\" lists what it has", path, opts->meta);
    }
    if (opts->json) {
        og_json_print(json_value(file, opts->meta, &v), OG_JSON_EXACT);
        return og_cli_finish(OG_EXIT_OK);
    }
    og_value e;
    if (v.type != OG_VALUE_ARRAY) print_scalar(&v, true);
    for (uint64_t i = 0; v.type == OG_VALUE_ARRAY && i < v.count && og_file_element(file, opts->meta, i, &e); i++) print_scalar(&e, true);
    return og_cli_finish(OG_EXIT_OK);
}

/* ---- tables ---- */

enum { TEXT_SHOWN = 72, ELEMENTS_SHOWN = 6, ELEMENT_SHOWN = 16 };

/* A scalar as a short text; malloc'd. */
static char *short_scalar(const og_value *v, size_t limit) {
    char *text = NULL;
    int n = 0;
    switch (v->type) {
    case OG_VALUE_STRING:
        return og_cli_escape(v->str, v->len, limit);
    case OG_VALUE_BOOL:
        return strdup(v->i != 0 ? "true" : "false");
    case OG_VALUE_F32:
    case OG_VALUE_F64:
        n = asprintf(&text, "%g", v->f);
        break;
    case OG_VALUE_U64:
        n = asprintf(&text, "%" PRIu64, v->u);
        break;
    default:
        n = asprintf(&text, "%" PRId64, v->i);
    }
    return n < 0 ? NULL : text;
}

/* "[a, b, c, ...]". */
static char *short_array(const og_file *file, const char *key, const og_value *v) {
    char *text = strdup("[");
    og_value e;
    for (uint64_t i = 0; text != NULL && i < v->count && i < ELEMENTS_SHOWN && og_file_element(file, key, i, &e); i++) {
        char *one = short_scalar(&e, ELEMENT_SHOWN), *longer = NULL;
        if (one == NULL || asprintf(&longer, "%s%s%s", text, i > 0 ? ", " : "", one) < 0) longer = NULL;
        free(one);
        free(text);
        text = longer;
    }
    char *closed = NULL;
    if (text == NULL || asprintf(&closed, "%s%s]", text, v->count > ELEMENTS_SHOWN ? ", ..." : "") < 0) closed = NULL;
    free(text);
    return closed;
}

static void print_metadata(const og_file *file) {
    og_cli_table t = {.align = "lll"};
    og_value v;
    const char *key;
    for (uint64_t i = 0; (key = og_file_meta(file, i, &v)) != NULL; i++) {
        char *shown_key = og_cli_escape(key, strlen(key), 256);
        char *value = v.type == OG_VALUE_ARRAY ? short_array(file, key, &v) : short_scalar(&v, TEXT_SHOWN);
        og_cli_cell(&t, "%s", shown_key ? shown_key : "");
        if (v.type == OG_VALUE_ARRAY)
            og_cli_cell(&t, "%s[%" PRIu64 "]", type_name(v.element), v.count);
        else
            og_cli_cell(&t, "%s", type_name(v.type));
        og_cli_cell(&t, "%s", value ? value : "");
        free(shown_key);
        free(value);
    }
    printf("\n%sMetadata%s, %" PRIu64 " keys\n", og_cli_style(stdout, OG_STYLE_BOLD), og_cli_style(stdout, OG_STYLE_NONE),
           og_file_n_meta(file));
    og_cli_table_print(&t, stdout, 2);
}

typedef struct type_sum {
    const char *type;
    uint64_t tensors, params, bytes;
} type_sum;

/* How many tensors there are of each type. */
static void print_types(const og_file *file) {
    enum { MAX = 64 };
    type_sum sum[MAX];
    size_t n = 0;
    og_tensor_info t;
    for (uint64_t i = 0; og_file_tensor(file, i, &t); i++) {
        size_t k = 0;
        while (k < n && strcmp(sum[k].type, t.type) != 0) k++;
        if (k == MAX) continue;
        if (k == n) sum[n++] = (type_sum){.type = t.type};
        sum[k].tensors++;
        sum[k].params += t.dim[0] * t.dim[1] * t.dim[2] * t.dim[3];
        sum[k].bytes += t.bytes;
    }
    og_cli_table table = {.align = "lrrr"};
    for (size_t k = 0; k < n; k++) {
        char params[OG_HUMAN], bytes[OG_HUMAN];
        og_cli_human_count(params, sum[k].params);
        og_cli_human_bytes(bytes, sum[k].bytes);
        og_cli_cell(&table, "%s", sum[k].type);
        og_cli_cell(&table, "%" PRIu64 " tensors", sum[k].tensors);
        og_cli_cell(&table, "%s weights", params);
        og_cli_cell(&table, "%s", bytes);
    }
    printf("\n%sTensors%s, %" PRIu64 "\n", og_cli_style(stdout, OG_STYLE_BOLD), og_cli_style(stdout, OG_STYLE_NONE),
           og_file_n_tensors(file));
    og_cli_table_print(&table, stdout, 2);
}

static void print_tensors(const og_file *file) {
    og_cli_table table = {.align = "llrrr"};
    og_tensor_info t;
    for (uint64_t i = 0; og_file_tensor(file, i, &t); i++) {
        char bytes[OG_HUMAN], shape[96];
        int n = snprintf(shape, sizeof shape, "%" PRIu64, t.dim[0]);
        for (int d = 1; d < t.n_dims; d++) n += snprintf(shape + n, sizeof shape - (size_t)n, " x %" PRIu64, t.dim[d]);
        char *name = og_cli_escape(t.name, strlen(t.name), 256);
        og_cli_human_bytes(bytes, t.bytes);
        og_cli_cell(&table, "%s", name ? name : "");
        og_cli_cell(&table, "%s", t.type);
        og_cli_cell(&table, "%s", shape);
        og_cli_cell(&table, "%s", bytes);
        if (og_file_parts(file) > 1)
            og_cli_cell(&table, "part %d at %" PRIu64, t.part + 1, t.offset);
        else
            og_cli_cell(&table, "at %" PRIu64, t.offset);
        free(name);
    }
    og_cli_table_print(&table, stdout, 2);
}

static int print_all(const og_file *file, const info_opts *opts, const char *path) {
    char size[OG_HUMAN], params[OG_HUMAN];
    uint64_t n_params, bytes;
    count_tensors(file, &n_params, &bytes);
    og_cli_human_bytes(size, og_file_bytes(file));
    og_cli_human_count(params, n_params);
    fputs(og_cli_style(stdout, OG_STYLE_BOLD), stdout);
    og_cli_put(stdout, path, strlen(path));
    printf("%s: GGUF version %d, %s", og_cli_style(stdout, OG_STYLE_NONE), og_file_version(file), size);
    if (og_file_parts(file) > 1) printf(" in %d parts", og_file_parts(file));
    puts("");
    if (n_params > 0) printf("%s weights\n", params);
    const og_session_params session = {.n_ctx = (uint32_t)opts->ctx, .kv_type = opts->kv_type};
    og_info_model_print(file, &session);
    print_metadata(file);
    print_types(file);
    if (opts->tensors) print_tensors(file);
    return og_cli_finish(OG_EXIT_OK);
}

int og_cmd_info(int argc, char **argv) {
    info_opts opts = {0};
    const char *args[1];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    og_file *file = NULL;
    code = og_cli_open_file(opts.json, args[0], &file);
    if (code != OG_EXIT_OK) return code;
    if (opts.meta != NULL)
        code = print_meta(file, &opts, args[0]);
    else
        code = opts.json ? print_json(file, &opts, args[0]) : print_all(file, &opts, args[0]);
    og_file_close(file);
    return code;
}
