/* profile.c: options of `run` under a name. */
#include "cli/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "store/folders.h"
#ifdef OG_WITH_JANSSON
#include <jansson.h>
#endif

void og_profile_free(og_profile *p) {
    for (int i = 0; i < p->n_owned; i++) free(p->owned[i]);
    free(p->owned);
    if (p->owned != NULL) free(p->argv);
    *p = (og_profile){0};
}

/* The name after -p or --profile; NULL: there is none. */
static const char *named(int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--profile=", 10) == 0) return argv[i] + 10;
        if (strcmp(argv[i], "--profile") == 0 || strcmp(argv[i], "-p") == 0) return i + 1 < argc ? argv[i + 1] : NULL;
        if (strncmp(argv[i], "-p", 2) == 0) return argv[i] + 2;
    }
    return NULL;
}

#ifdef OG_WITH_JANSSON

enum { WORDS_MAX = 128 };

static bool put(og_profile *p, char *word) {
    if (word == NULL || p->n_owned == WORDS_MAX) {
        free(word);
        og_cli_failf(false, OG_ERR_ARG, "the profile has too many options");
        return false;
    }
    p->owned[p->n_owned++] = word;
    return true;
}

/* One member as "--key=value"; a list as several. */
static bool put_option(og_profile *p, const char *path, const char *key, const json_t *v) {
    char *word = NULL;
    int n = -1;
    if (json_is_array(v)) {
        for (size_t i = 0; i < json_array_size(v); i++)
            if (!put_option(p, path, key, json_array_get(v, i))) return false;
        return true;
    }
    if (json_is_false(v)) return true;
    if (json_is_true(v))
        n = asprintf(&word, "--%s", key);
    else if (json_is_string(v))
        n = asprintf(&word, "--%s=%s", key, json_string_value(v));
    else if (json_is_integer(v))
        n = asprintf(&word, "--%s=%lld", key, (long long)json_integer_value(v));
    else if (json_is_real(v))
        n = asprintf(&word, "--%s=%.17g", key, json_real_value(v));
    if (n < 0) {
        og_cli_failf(false, OG_ERR_ARG, "%s: \"%s\" must be a text, a number, true, false, or a list of these", path, key);
        return false;
    }
    return put(p, word);
}

static bool read_profile(og_profile *p, const char *path) {
    json_error_t why;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &why), *model = json_object_get(root, "model"), *v;
    const char *key;
    bool good = json_is_object(root) && (model == NULL || json_is_string(model));
    if (!good)
        og_cli_failf(false, OG_ERR_ARG, "%s is no profile: %s", path,
                     root == NULL ? why.text : "it must be a JSON object, \"model\" a text");
    json_object_foreach(root, key, v) {
        if (good && v != model) good = put_option(p, path, key, v);
    }
    if (good && model != NULL) good = put(p, strdup(json_string_value(model)));
    json_decref(root);
    return good;
}

bool og_profile_apply(int argc, char **argv, og_profile *out) {
    const char *name = named(argc, argv);
    *out = (og_profile){.argv = argv, .argc = argc};
    if (name == NULL) return true;
    char *file = NULL, *path = NULL;
    if (strchr(name, '/') != NULL)
        path = strdup(name);
    else if (asprintf(&file, "profiles/%s.json", name) >= 0)
        path = og_folder_path(OG_FOLDER_CONFIG, file);
    free(file);
    out->owned = calloc(WORDS_MAX, sizeof *out->owned);
    out->argv = calloc((size_t)argc + WORDS_MAX + 1, sizeof *out->argv);
    bool good = path != NULL && out->owned != NULL && out->argv != NULL && read_profile(out, path);
    free(path);
    if (!good) {
        og_profile_free(out);
        return false;
    }
    out->argv[0] = argv[0];
    memcpy(out->argv + 1, out->owned, (size_t)out->n_owned * sizeof *out->argv);
    memcpy(out->argv + 1 + out->n_owned, argv + 1, (size_t)(argc - 1) * sizeof *out->argv);
    out->argc = argc + out->n_owned;
    return true;
}

#else

bool og_profile_apply(int argc, char **argv, og_profile *out) {
    *out = (og_profile){.argv = argv, .argc = argc};
    if (named(argc, argv) == NULL) return true;
    og_cli_failf(false, OG_ERR_UNSUPPORTED,
                 "this program was built without jansson, so it reads no profiles (Debian package libjansson-dev)");
    return false;
}

#endif
