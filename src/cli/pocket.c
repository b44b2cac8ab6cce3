/* pocket.c: where the built-in model is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/pocket.h"

enum { PATH_CAP = 4096 };

bool og_cli_is_pocket(const char *word) {
    return strcmp(word, OG_POCKET) == 0;
}

/* The folder of the program, with its slash; "" if the system does not tell. */
static void program_folder(char *out, size_t cap) {
    ssize_t n = readlink("/proc/self/exe", out, cap - 1);
    out[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(out, '/');
    if (slash != NULL) slash[1] = '\0';
}

int og_cli_find_pocket(bool json, char **path) {
    static const char *const places[] = {"pocket.gguf", "../share/offgrid/pocket.gguf"}; /* of a build, of an installation */
    const char *given = getenv("OFFGRID_POCKET");
    char folder[PATH_CAP], file[PATH_CAP + 64];
    *path = NULL;
    if (given != NULL && given[0] != '\0') {
        if (access(given, R_OK) != 0)
            return og_cli_failf(json, OG_ERR_IO, "OFFGRID_POCKET says that the built-in model is %s, which cannot be read", given);
        *path = strdup(given);
        return *path != NULL ? OG_EXIT_OK : og_cli_failf(json, OG_ERR_MEMORY, "out of memory");
    }
    program_folder(folder, sizeof folder);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(file, sizeof file, "%s%s", folder, places[i]);
        if (access(file, R_OK) != 0) continue;
        *path = strdup(file);
        return *path != NULL ? OG_EXIT_OK : og_cli_failf(json, OG_ERR_MEMORY, "out of memory");
    }
    return og_cli_failf(
        json, OG_ERR_IO,
        "the built-in model is not there: neither %spocket.gguf nor %s../share/offgrid/pocket.gguf can be read; give a model, "
        "or set OFFGRID_POCKET to the file",
        folder, folder);
}
