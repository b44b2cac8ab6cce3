/* gguf_header.c: see gguf_header.h. */
#include "format/gguf_header.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>

enum { SHOWN_NAME = 72, SHOWN_PATH = 180, LOAD_STEP = 64 * 1024 };

unsigned og_gguf_value_size(uint32_t type) {
    switch (type) {
    case OG_VALUE_U8:
    case OG_VALUE_I8:
    case OG_VALUE_BOOL:
        return 1;
    case OG_VALUE_U16:
    case OG_VALUE_I16:
        return 2;
    case OG_VALUE_U32:
    case OG_VALUE_I32:
    case OG_VALUE_F32:
        return 4;
    case OG_VALUE_U64:
    case OG_VALUE_I64:
    case OG_VALUE_F64:
        return 8;
    default:
        return 0;
    }
}

/* ---- messages ---- */

static og_gguf_shown show(const char *s, size_t len, size_t max) {
    og_gguf_shown out;
    size_t n = 0;
    for (size_t i = 0; i < len;) {
        int32_t cp;
        int step = og_utf8_decode(s + i, len - i, &cp);
        if (n + (size_t)step > max) {
            memcpy(out.s + n, "...", 3);
            n += 3;
            break;
        }
        if (cp < 0x20 || cp == 0x7f) {
            out.s[n++] = '?';
        } else {
            memcpy(out.s + n, s + i, (size_t)step);
            n += (size_t)step;
        }
        i += (size_t)step;
    }
    out.s[n] = 0;
    return out;
}

og_gguf_shown og_gguf_show(const char *s, size_t len) {
    return show(s, len, SHOWN_NAME);
}

og_gguf_shown og_gguf_show_path(const char *path) {
    size_t len = strlen(path);
    if (len <= SHOWN_PATH) return show(path, len, SHOWN_PATH);
    const char *tail = path + len - (SHOWN_PATH - 3);
    while ((*tail & 0xc0) == 0x80) tail++; /* not from the middle of a character */
    og_gguf_shown rest = show(tail, strlen(tail), SHOWN_PATH), out;
    snprintf(out.s, sizeof out.s, "...%.*s", SHOWN_PATH, rest.s);
    return out;
}

og_status og_gguf_bad(const og_gguf_header *h, og_status status, og_error *err, const char *fmt, ...) {
    char text[320];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    og_gguf_shown file = og_gguf_show_path(og_source_name(h->src));
    if (!h->item) return og_fail(err, status, "%s: %s", file.s, text);
    if (!h->name) {
        return og_fail(err, status, "%s: %s %" PRIu64 " of %" PRIu64 " (at byte %" PRIu64 "): %s", file.s, h->item, h->number, h->total,
                       h->start, text);
    }
    return og_fail(err, status, "%s: %s %" PRIu64 " of %" PRIu64 " ('%s', at byte %" PRIu64 "): %s", file.s, h->item, h->number, h->total,
                   og_gguf_show(h->name, h->name_len).s, h->start, text);
}

/* ---- the walk ---- */

/* Unmapped files: reads on so that at least `need` bytes are here, at most twice what was here. */
static og_status load(og_gguf_header *h, uint64_t need, og_error *err) {
    uint64_t target = OG_MIN(OG_MAX(OG_MAX(need, 2 * h->have), LOAD_STEP), h->size);
    uint8_t *copy = target <= SIZE_MAX / 2 ? og_realloc(h->copy, (size_t)target) : NULL;
    if (!copy) return og_gguf_bad(h, OG_ERR_MEMORY, err, "no memory for %" PRIu64 " bytes of header", target);
    h->copy = copy;
    OG_TRY(og_source_read(h->src, h->have, copy + h->have, (size_t)(target - h->have), err));
    h->have = target;
    return OG_OK;
}

og_status og_gguf_take(og_gguf_header *h, uint64_t n, const char *what, const uint8_t **p, og_error *err) {
    if (n > h->size - h->at) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err,
                           "%s at byte %" PRIu64 " needs %" PRIu64 " bytes, but the file ends at byte %" PRIu64
                           ". It was cut off or is damaged: download it again",
                           what, h->at, n, h->size);
    }
    if (!h->view && n > h->have - h->at) OG_TRY(load(h, h->at + n, err));
    *p = (h->view ? h->view : h->copy) + h->at;
    h->at += n;
    return OG_OK;
}

og_status og_gguf_take_u32(og_gguf_header *h, const char *what, uint32_t *v, og_error *err) {
    const uint8_t *p = NULL;
    OG_TRY(og_gguf_take(h, 4, what, &p, err));
    *v = og_gguf_u32(p);
    return OG_OK;
}

og_status og_gguf_take_u64(og_gguf_header *h, const char *what, uint64_t *v, og_error *err) {
    const uint8_t *p = NULL;
    OG_TRY(og_gguf_take(h, 8, what, &p, err));
    *v = og_gguf_u64(p);
    return OG_OK;
}

og_status og_gguf_take_name(og_gguf_header *h, const char *what, const char **s, size_t *len, og_error *err) {
    uint64_t n;
    const uint8_t *p = NULL;
    OG_TRY(og_gguf_take_u64(h, what, &n, err));
    if (n == 0) return og_gguf_bad(h, OG_ERR_FORMAT, err, "%s is empty. The file is damaged: download it again", what);
    if (n > OG_GGUF_NAME_MAX) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err,
                           "%s has %" PRIu64 " bytes, more than the %d allowed. The file is damaged: download it again", what, n,
                           OG_GGUF_NAME_MAX);
    }
    OG_TRY(og_gguf_take(h, n, what, &p, err));
    if (memchr(p, 0, (size_t)n)) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err, "%s contains a zero byte ('%s'). The file is damaged or made to deceive: do not use it",
                           what, og_gguf_show((const char *)p, (size_t)n).s);
    }
    *s = (const char *)p;
    *len = (size_t)n;
    return OG_OK;
}

/* ---- the first 24 bytes ---- */

#define OLD_GGML "a GGML file (Whisper, or a language model from before August 2023): get the GGUF file of a language model"

/* What else people hand over by mistake, by its first bytes. */
static const struct {
    const char *start, *what;
} strangers[] = {
    {"version https://git-lfs", "a Git LFS pointer, not the model itself: fetch it with `git lfs pull` or download the file it stands for"},
    {"<", "a web page, so the download got an error or login page: download the model again"},
    {"PK\x03\x04", "a zip archive or PyTorch checkpoint: convert it to GGUF first"},
    {"lmgg", OLD_GGML},
    {"tjgg", OLD_GGML},
    {"fmgg", OLD_GGML},
    {"FUGG", "a GGUF file with its bytes reversed: make it again on a little-endian machine"},
};

static og_status refuse_magic(const og_gguf_header *h, const uint8_t magic[4], og_error *err) {
    for (size_t i = 0; i < OG_LEN(strangers); i++) {
        char start[32];
        size_t n = strlen(strangers[i].start);
        if (h->size < n || og_source_read(h->src, 0, start, n, NULL) != OG_OK) continue;
        if (memcmp(start, strangers[i].start, n) == 0) {
            return og_gguf_bad(h, OG_ERR_FORMAT, err, "this is not a GGUF model but %s", strangers[i].what);
        }
    }
    return og_gguf_bad(h, OG_ERR_FORMAT, err,
                       "this is not a GGUF model: it starts with bytes %02x %02x %02x %02x instead of \"GGUF\". Choose a .gguf file",
                       magic[0], magic[1], magic[2], magic[3]);
}

static og_status check_version(const og_gguf_header *h, uint32_t version, og_error *err) {
    if (version == 2 || version == 3) return OG_OK;
    if (version == 1) {
        return og_gguf_bad(h, OG_ERR_UNSUPPORTED, err,
                           "GGUF version 1 is not read (versions 2 and 3 are; 1 was used for a few weeks in 2023). Download a newer file "
                           "of this model or convert it again");
    }
    if (version && (version & 0xffff) == 0) {
        return og_gguf_bad(h, OG_ERR_UNSUPPORTED, err,
                           "this is a big-endian GGUF file (version field %08" PRIx32
                           "); only little-endian files are read. Convert it with gguf_convert_endian",
                           version);
    }
    if (version > 3 && version < 1000) {
        return og_gguf_bad(h, OG_ERR_UNSUPPORTED, err,
                           "GGUF version %" PRIu32 " is newer than this program, which reads 2 and 3. Update offgrid", version);
    }
    return og_gguf_bad(h, OG_ERR_FORMAT, err, "GGUF version %" PRIu32 " does not exist. The file is damaged: download it again", version);
}

og_status og_gguf_header_open(og_gguf_header *h, const og_source *src, og_error *err) {
    memset(h, 0, sizeof *h);
    h->src = src;
    h->size = og_source_size(src);
    h->view = og_source_view(src);
    if (h->size == 0) return og_gguf_bad(h, OG_ERR_FORMAT, err, "the file is empty. Download it again");
    const uint8_t *p = NULL;
    uint32_t version;
    OG_TRY(og_gguf_take(h, 4, "the magic number", &p, err));
    if (memcmp(p, "GGUF", 4) != 0) return refuse_magic(h, p, err);
    OG_TRY(og_gguf_take_u32(h, "the version", &version, err));
    OG_TRY(check_version(h, version, err));
    h->version = (int)version;
    OG_TRY(og_gguf_take_u64(h, "the tensor count", &h->n_tensors, err));
    OG_TRY(og_gguf_take_u64(h, "the metadata count", &h->n_meta, err));
    uint64_t left = h->size - h->at;
    if (h->n_meta > left / OG_GGUF_ENTRY_MIN || h->n_tensors > left / OG_GGUF_TENSOR_MIN) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err,
                           "the header claims %" PRIu64 " metadata entries and %" PRIu64 " tensors, which cannot fit the %" PRIu64
                           " bytes that follow it. The file was cut off or is damaged: download it again",
                           h->n_meta, h->n_tensors, left);
    }
    return OG_OK;
}

const uint8_t *og_gguf_header_finish(og_gguf_header *h) {
    if (h->view) return h->view;
    uint8_t *copy = og_realloc(h->copy, (size_t)h->at);
    if (copy) h->copy = copy; /* a larger block than needed does no harm */
    return h->copy;
}

void og_gguf_header_free(og_gguf_header *h) {
    og_release(h->copy);
    h->copy = NULL;
}
