/* pull.c: without libcurl nothing can be pulled. */
#include "store/pull/pull.h"

bool og_pull_built(void) {
    return false;
}

og_status og_pull(og_store *store, const char *what, const og_pull_params *params, og_stored *out, og_error *err) {
    (void)store, (void)params;
    *out = (og_stored){0};
    return og_fail(err, OG_ERR_UNSUPPORTED,
                   "cannot pull \"%s\": this program was built without libcurl (Debian package libcurl4-openssl-dev); bring the file and "
                   "\"offgrid import\" it",
                   what);
}
