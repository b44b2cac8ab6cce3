/* models.c: what a MODEL on the command line means. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/models.h"
#include "cli/pocket.h"
#include "store/catalogue.h"
#include "store/pull/pull.h"

og_store *og_cli_store(bool json) {
    og_store *store = NULL;
    og_error err = {0};
    if (og_store_open(NULL, &store, &err) != OG_OK) og_cli_fail(json, &err);
    return store;
}

/* Written like a path, so that nothing else can be meant. */
static bool like_a_path(const char *word) {
    size_t n = strlen(word);
    return word[0] == '/' || word[0] == '.' || word[0] == '\0' || (n > 5 && strcmp(word + n - 5, ".gguf") == 0);
}

bool og_cli_has_model(const char *name) {
    og_store *store = NULL;
    og_stored m;
    bool found = false;
    if (og_store_open(NULL, &store, NULL) == OG_OK && og_store_find(store, name, &found, &m, NULL) == OG_OK) og_stored_free(&m);
    og_store_close(store);
    return found;
}

static int not_there(bool json, const og_store *store, const char *word) {
    const og_catalogue_row *row = og_catalogue_find(word);
    if (row != NULL)
        return og_cli_failf(json, OG_ERR_IO, "%s is not on this device; \"offgrid pull %s\" gets it (%.2f GB, licence %s)", word, word,
                            (double)row->bytes / 1e9, row->licence);
    if (og_pull_understands(word))
        return og_cli_failf(json, OG_ERR_IO, "%s is not on this device; \"offgrid pull %s\" gets it", word, word);
    og_stored *model = NULL;
    size_t n = 0;
    const char *near = NULL;
    if (og_store_list(store, &model, &n, NULL, NULL) == OG_OK && n > 0) {
        const char **name = calloc(n, sizeof *name);
        for (size_t i = 0; name != NULL && i < n; i++) name[i] = model[i].name;
        if (name != NULL) near = og_cli_nearest(word, name, n);
        free(name);
    }
    int code = near != NULL
                   ? og_cli_failf(json, OG_ERR_IO, "there is no file and no model named \"%s\"; did you mean %s?", word, near)
                   : og_cli_failf(json, OG_ERR_IO,
                                  "there is no file and no model named \"%s\"; \"offgrid list\" shows the models that are here", word);
    og_store_list_free(model, n);
    return code;
}

int og_cli_find_model(bool json, const char *word, char **path) {
    *path = NULL;
    if (like_a_path(word) || access(word, F_OK) == 0) {
        *path = strdup(word);
        return *path != NULL ? OG_EXIT_OK : og_cli_failf(json, OG_ERR_MEMORY, "out of memory");
    }
    if (og_cli_is_pocket(word)) return og_cli_find_pocket(json, path);
    og_store *store = og_cli_store(json);
    if (store == NULL) return OG_EXIT_FAIL;
    og_stored model;
    og_error err = {0};
    bool found = false;
    og_status status = og_store_find(store, word, &found, &model, &err);
    if (status == OG_OK && found) status = og_store_path(store, &model, path, &err);
    int code = status != OG_OK ? og_cli_fail(json, &err) : found ? OG_EXIT_OK : not_there(json, store, word);
    og_stored_free(&model);
    og_store_close(store);
    return code;
}

int og_cli_open_file(bool json, const char *word, og_file **file) {
    char *path;
    og_error err = {0};
    *file = NULL;
    int code = og_cli_find_model(json, word, &path);
    if (code == OG_EXIT_OK && og_file_open(path, file, &err) != OG_OK) code = og_cli_fail(json, &err);
    og_free(path);
    return code;
}
