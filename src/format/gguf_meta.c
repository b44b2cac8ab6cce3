/* gguf_meta.c: see gguf_meta.h. */
#include "format/gguf_meta.h"

#include <inttypes.h>

static const char *const value_names[] = {"u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array", "u64", "i64", "f64"};

const char *og_gguf_value_name(og_value_type type) {
    return (size_t)type < OG_LEN(value_names) ? value_names[type] : "unknown";
}

/* ---- reading ---- */

static og_status check_bools(const og_gguf_header *h, const uint8_t *p, uint64_t n, og_error *err) {
    for (uint64_t i = 0; i < n; i++) {
        if (p[i] > 1) {
            return og_gguf_bad(h, OG_ERR_FORMAT, err, "a bool is neither 0 nor 1 but %u. The file is damaged: download it again", p[i]);
        }
    }
    return OG_OK;
}

static og_status read_string(og_gguf_header *h, uint64_t *len, og_error *err) {
    const uint8_t *p = NULL;
    OG_TRY(og_gguf_take_u64(h, "a string's length", len, err));
    return og_gguf_take(h, *len, "a string", &p, err);
}

static og_status read_strings(og_gguf_meta *m, og_gguf_header *h, og_gguf_entry *e, og_error *err) {
    if (e->count > (h->size - h->at) / 8) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err,
                           "claims %" PRIu64 " strings, but only %" PRIu64
                           " bytes follow. The file was cut off or is damaged: download it again",
                           e->count, h->size - h->at);
    }
    e->ends = m->n_ends;
    for (uint64_t k = 0, len; k < e->count; k++) {
        OG_TRY(read_string(h, &len, err));
        if (h->at - e->at > UINT32_MAX)
            return og_gguf_bad(h, OG_ERR_UNSUPPORTED, err, "an array of strings of more than %" PRIu32 " bytes is not supported",
                               UINT32_MAX);
        void *ends = m->ends;
        bool grown = og_gguf_grow(&ends, &m->cap_ends, m->n_ends + 1, sizeof *m->ends);
        m->ends = ends;
        if (!grown) return og_gguf_bad(h, OG_ERR_MEMORY, err, "no memory for an index of %" PRIu64 " strings", e->count);
        m->ends[m->n_ends++] = (uint32_t)(h->at - e->at);
    }
    return OG_OK;
}

static og_status read_array(og_gguf_meta *m, og_gguf_header *h, og_gguf_entry *e, og_error *err) {
    uint32_t element;
    OG_TRY(og_gguf_take_u32(h, "the element type", &element, err));
    OG_TRY(og_gguf_take_u64(h, "the element count", &e->count, err));
    e->at = h->at;
    if (element == OG_VALUE_ARRAY) return og_gguf_bad(h, OG_ERR_UNSUPPORTED, err, "arrays of arrays are not supported");
    e->element = (uint8_t)element;
    if (element == OG_VALUE_STRING) return read_strings(m, h, e, err);
    unsigned size = og_gguf_value_size(element);
    if (size == 0)
        return og_gguf_bad(h, OG_ERR_FORMAT, err, "element type %" PRIu32 " does not exist. The file is damaged: download it again",
                           element);
    uint64_t bytes;
    const uint8_t *p = NULL;
    if (!og_mul_u64(e->count, size, &bytes)) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err,
                           "claims %" PRIu64 " elements, more than any file can hold. The file is damaged: download it again", e->count);
    }
    OG_TRY(og_gguf_take(h, bytes, "the array", &p, err));
    return element == OG_VALUE_BOOL ? check_bools(h, p, e->count, err) : OG_OK;
}

static og_status read_entry(og_gguf_meta *m, og_gguf_header *h, og_error *err) {
    const char *key;
    size_t len;
    uint32_t type;
    OG_TRY(og_gguf_take_name(h, "the key", &key, &len, err));
    if (!og_names_add(&m->keys, key, len)) return og_gguf_bad(h, OG_ERR_MEMORY, err, "no memory for %" PRIu64 " metadata keys", h->n_meta);
    h->name = og_names_at(&m->keys, m->keys.n - 1, &h->name_len);
    void *entry = m->entry;
    bool grown = og_gguf_grow(&entry, &m->cap_entry, m->keys.n, sizeof *m->entry);
    m->entry = entry;
    if (!grown) return og_gguf_bad(h, OG_ERR_MEMORY, err, "no memory for %" PRIu64 " metadata entries", h->n_meta);
    OG_TRY(og_gguf_take_u32(h, "the value type", &type, err));
    og_gguf_entry *e = &m->entry[m->keys.n - 1];
    *e = (og_gguf_entry){.at = h->at, .count = 1, .type = (uint8_t)type};
    if (type == OG_VALUE_ARRAY) return read_array(m, h, e, err);
    if (type == OG_VALUE_STRING) return read_string(h, &e->count, err);
    unsigned size = og_gguf_value_size(type);
    if (size == 0)
        return og_gguf_bad(h, OG_ERR_FORMAT, err, "value type %" PRIu32 " does not exist. The file is damaged: download it again", type);
    const uint8_t *p = NULL;
    OG_TRY(og_gguf_take(h, size, "the value", &p, err));
    return type == OG_VALUE_BOOL ? check_bools(h, p, 1, err) : OG_OK;
}

og_status og_gguf_meta_read(og_gguf_meta *m, og_gguf_header *h, og_error *err) {
    h->item = "metadata entry";
    h->total = h->n_meta;
    for (uint64_t i = 0; i < h->n_meta; i++) {
        h->number = i + 1;
        h->start = h->at;
        h->name = NULL;
        OG_TRY(read_entry(m, h, err));
    }
    h->item = h->name = NULL;
    uint32_t which;
    switch (og_names_index(&m->keys, &which)) {
    case OG_NAMES_OK:
        return OG_OK;
    case OG_NAMES_MEMORY:
        return og_gguf_bad(h, OG_ERR_MEMORY, err, "no memory for %" PRIu64 " metadata keys", h->n_meta);
    case OG_NAMES_CLASHES:
        return og_gguf_bad(h, OG_ERR_FORMAT, err, "its metadata keys are chosen to make reading slow: do not use this file");
    case OG_NAMES_TWICE:
        break;
    }
    size_t len;
    const char *key = og_names_at(&m->keys, which, &len);
    return og_gguf_bad(h, OG_ERR_FORMAT, err,
                       "metadata key '%s' occurs twice (the second time in entry %" PRIu32 "). The file is damaged: download it again",
                       og_gguf_show(key, len).s, which + 1);
}

void og_gguf_meta_free(og_gguf_meta *m) {
    og_names_free(&m->keys);
    og_release(m->entry);
    og_release(m->ends);
    og_release(m->copy);
    memset(m, 0, sizeof *m);
}

/* ---- values ---- */

static void set_unsigned(og_value *out, uint64_t v) {
    out->u = v;
    out->i = v > INT64_MAX ? INT64_MAX : (int64_t)v;
    out->f = (double)v;
}

static void set_signed(og_value *out, int64_t v) {
    out->i = v;
    out->u = v < 0 ? 0 : (uint64_t)v;
    out->f = (double)v;
}

static void read_scalar(const uint8_t *p, og_value_type type, og_value *out) {
    memset(out, 0, sizeof *out);
    out->type = type;
    out->count = 1;
    uint32_t w;
    float f;
    switch (type) {
    case OG_VALUE_U8:
        set_unsigned(out, p[0]);
        break;
    case OG_VALUE_BOOL:
        set_unsigned(out, p[0] != 0);
        break;
    case OG_VALUE_I8:
        set_signed(out, (int8_t)p[0]);
        break;
    case OG_VALUE_U16:
        set_unsigned(out, (uint16_t)(p[0] | p[1] << 8));
        break;
    case OG_VALUE_I16:
        set_signed(out, (int16_t)(p[0] | p[1] << 8));
        break;
    case OG_VALUE_U32:
        set_unsigned(out, og_gguf_u32(p));
        break;
    case OG_VALUE_I32:
        set_signed(out, (int32_t)og_gguf_u32(p));
        break;
    case OG_VALUE_U64:
        set_unsigned(out, og_gguf_u64(p));
        break;
    case OG_VALUE_I64:
        set_signed(out, (int64_t)og_gguf_u64(p));
        break;
    case OG_VALUE_F32:
        w = og_gguf_u32(p);
        memcpy(&f, &w, sizeof f);
        out->f = (double)f;
        break;
    case OG_VALUE_F64: {
        uint64_t bits = og_gguf_u64(p);
        memcpy(&out->f, &bits, sizeof out->f);
        break;
    }
    case OG_VALUE_STRING:
    case OG_VALUE_ARRAY:
        break; /* not of fixed size: the callers' business */
    }
}

/* Bytes of all elements of an array. */
static uint64_t payload(const og_gguf_meta *m, const og_gguf_entry *e) {
    if (e->element == OG_VALUE_STRING) return e->count ? m->ends[e->ends + e->count - 1] : 0;
    return e->count * og_gguf_value_size(e->element);
}

static void set_string(og_value *out, const uint8_t *p, uint64_t len) {
    *out = (og_value){.type = OG_VALUE_STRING, .count = 1, .str = (const char *)p, .len = (size_t)len};
}

void og_gguf_meta_value(const og_gguf_meta *m, uint32_t i, og_value *out) {
    const og_gguf_entry *e = &m->entry[i];
    const uint8_t *p = m->base + e->at;
    if (e->type == OG_VALUE_ARRAY) {
        *out = (og_value){.type = OG_VALUE_ARRAY, .element = (og_value_type)e->element, .count = e->count};
    } else if (e->type == OG_VALUE_STRING) {
        set_string(out, p + 8, e->count);
    } else {
        read_scalar(p, (og_value_type)e->type, out);
    }
}

bool og_gguf_meta_element(const og_gguf_meta *m, uint32_t i, uint64_t k, og_value *out) {
    const og_gguf_entry *e = &m->entry[i];
    if (e->type != OG_VALUE_ARRAY || k >= e->count) return false;
    const uint8_t *p = m->base + e->at;
    if (e->element == OG_VALUE_STRING) {
        const uint32_t *ends = m->ends + e->ends;
        uint32_t start = (k ? ends[k - 1] : 0) + 8;
        set_string(out, p + start, ends[k] - start);
    } else {
        read_scalar(p + k * og_gguf_value_size(e->element), (og_value_type)e->element, out);
    }
    return true;
}

const uint8_t *og_gguf_meta_raw(const og_gguf_meta *m, uint32_t i, uint64_t *bytes) {
    const og_gguf_entry *e = &m->entry[i];
    const uint8_t *p = m->base + e->at;
    if (e->type == OG_VALUE_ARRAY) {
        *bytes = 12 + payload(m, e);
        return p - 12;
    }
    *bytes = e->type == OG_VALUE_STRING ? 8 + e->count : og_gguf_value_size(e->type);
    return p;
}

bool og_gguf_meta_find(const og_gguf_meta *m, const char *key, og_value *out) {
    int64_t i = og_names_find(&m->keys, key, strlen(key));
    if (i < 0) return false;
    if (out) og_gguf_meta_value(m, (uint32_t)i, out);
    return true;
}
