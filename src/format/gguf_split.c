/* gguf_split.c: see gguf_split.h. */
#include "format/gguf_split.h"

#include <inttypes.h>
#include <stdio.h>

/* An integer of the metadata that fits [0, max]; absent: *out keeps its value. */
static og_status read_count(const og_gguf_meta *m, const og_gguf_header *h, const char *key, uint64_t max, bool *found, uint64_t *out,
                            og_error *err) {
    og_value v;
    *found = og_gguf_meta_find(m, key, &v);
    if (!*found) return OG_OK;
    if (!og_gguf_is_integer(v.type)) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err, "metadata key '%s' is no integer but of type %s. The file is damaged: download it again",
                           key, og_gguf_value_name(v.type));
    }
    if (v.i < 0 || v.u > max) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err,
                           "metadata key '%s' is out of range (0 to %" PRIu64 "). The file is damaged: download it again", key, max);
    }
    *out = v.u;
    return OG_OK;
}

og_status og_gguf_split_read(const og_gguf_meta *m, const og_gguf_header *h, og_gguf_split *out, og_error *err) {
    uint64_t number = 0, count = 1, total = 0;
    bool found;
    OG_TRY(read_count(m, h, "split.count", OG_GGUF_PARTS_MAX, &found, &count, err));
    OG_TRY(read_count(m, h, "split.no", OG_GGUF_PARTS_MAX, &found, &number, err));
    OG_TRY(read_count(m, h, "split.tensors.count", INT64_MAX, &found, &total, err));
    count = OG_MAX(count, 1); /* 0, like 1, says: not split */
    if (number >= count) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err,
                           "says it is part %" PRIu64 " of %" PRIu64 " (split.no, split.count). The file is damaged: download it again",
                           number + 1, count);
    }
    *out = (og_gguf_split){.number = (uint32_t)number, .count = (uint32_t)count, .has_total = found, .total = total};
    return OG_OK;
}

/* ---- names ---- */

static const char tail_shape[] = "-00000-of-00000.gguf";
enum { TAIL = sizeof tail_shape - 1, DIGITS = 5 };

static uint32_t number_at(const char *s) {
    uint32_t v = 0;
    for (int i = 0; i < DIGITS; i++) v = v * 10 + (uint32_t)(s[i] - '0');
    return v;
}

bool og_gguf_split_parse(const char *path, uint32_t *number, uint32_t *count) {
    size_t len = strlen(path);
    if (len <= TAIL) return false;
    const char *tail = path + len - TAIL;
    for (int i = 0; i < TAIL; i++) {
        bool fits = tail_shape[i] == '0' ? tail[i] >= '0' && tail[i] <= '9' : tail[i] == tail_shape[i];
        if (!fits) return false;
    }
    *number = number_at(tail + 1);
    *count = number_at(tail + strlen("-00000-of-"));
    return true;
}

char *og_gguf_split_path(const char *path, uint32_t number) {
    size_t len = strlen(path);
    char *out = og_strndup(path, len), digits[DIGITS + 1];
    if (!out) return NULL;
    snprintf(digits, sizeof digits, "%05" PRIu32, number % (OG_GGUF_PARTS_MAX + 1));
    memcpy(out + len - TAIL + 1, digits, DIGITS);
    return out;
}

og_status og_gguf_split_not_first(const og_gguf_header *h, const og_gguf_split *split, og_error *err) {
    uint32_t number, count;
    const char *name = og_source_name(h->src);
    char *first = og_gguf_split_parse(name, &number, &count) && number != 1 ? og_gguf_split_path(name, 1) : NULL;
    og_status status;
    if (first) {
        status =
            og_gguf_bad(h, OG_ERR_ARG, err, "this is part %" PRIu32 " of %" PRIu32 " of a split model. Open its first part instead: %s",
                        split->number + 1, split->count, og_gguf_show_path(first).s);
    } else {
        status = og_gguf_bad(h, OG_ERR_ARG, err,
                             "this is part %" PRIu32 " of %" PRIu32
                             " of a split model. Open its first part instead, whose name ends in -00001-of-%05" PRIu32 ".gguf",
                             split->number + 1, split->count, split->count);
    }
    og_release(first);
    return status;
}
