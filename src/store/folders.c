/* folders.c: the XDG folders. */
#include "store/folders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
    const char *variable, *fallback;
} places[] = {
    [OG_FOLDER_CACHE] = {"XDG_CACHE_HOME", ".cache"},
    [OG_FOLDER_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
    [OG_FOLDER_DATA] = {"XDG_DATA_HOME", ".local/share"},
    [OG_FOLDER_STATE] = {"XDG_STATE_HOME", ".local/state"},
};

char *og_folder_path(og_folder folder, const char *name) {
    const char *base = getenv(places[folder].variable), *home = getenv("HOME");
    char *path = NULL;
    int n = -1;
    if (base != NULL && base[0] == '/')
        n = asprintf(&path, "%s/offgrid/%s", base, name);
    else if (home != NULL && home[0] == '/')
        n = asprintf(&path, "%s/%s/offgrid/%s", home, places[folder].fallback, name);
    return n < 0 ? NULL : path;
}

bool og_folder_make(const char *path) {
    char *part = strdup(path);
    if (part == NULL) return false;
    bool made = true;
    for (char *slash = strchr(part + 1, '/'); slash != NULL && made; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        made = mkdir(part, 0700) == 0 || errno == EEXIST;
        *slash = '/';
    }
    free(part);
    return made;
}
