/* sources.c: names of models elsewhere, with and without libcurl. */
#include <string.h>

#include "store/pull/pull.h"

bool og_pull_understands(const char *what) {
    static const char *const scheme[] = {"hf:", "ollama:", "https://", "http://"};
    for (size_t i = 0; i < OG_LEN(scheme); i++)
        if (strncmp(what, scheme[i], strlen(scheme[i])) == 0) return true;
    return false;
}
