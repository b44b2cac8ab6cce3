/* stored.c: models of the store, for programs. */
#include <stdio.h>
#include <time.h>

#include "cli/stored.h"

og_json *og_stored_json(const og_stored *model) {
    og_json *o = og_json_object(), *files = og_json_array();
    for (size_t i = 0; i < model->n_files; i++) {
        og_json *f = og_json_object();
        og_json_set(f, "name", og_json_string(model->file[i].name));
        og_json_set(f, "sha256", og_json_string(model->file[i].sha256));
        og_json_set(f, "bytes", og_json_int((int64_t)model->file[i].bytes));
        og_json_add(files, f);
    }
    og_json_set(o, "name", og_json_string(model->name));
    og_json_set(o, "bytes", og_json_int((int64_t)og_stored_bytes(model)));
    og_json_set(o, "source", og_json_string(model->source));
    og_json_set(o, "licence", og_json_string(model->licence));
    og_json_set(o, "added", og_json_int(model->added));
    og_json_set(o, "verified", og_json_bool(model->verified));
    og_json_set(o, "files", files);
    return o;
}

void og_stored_date(char out[16], int64_t seconds) {
    time_t t = (time_t)seconds;
    struct tm tm;
    if (localtime_r(&t, &tm) == NULL || strftime(out, 16, "%Y-%m-%d", &tm) == 0) out[0] = '\0';
}
