/* buf.c: growable bytes. A failed append is remembered, so that a long text needs one check at its end. */
#include "base/base.h"

#include <stdio.h>
#include <string.h>

void og_buf_init(og_buf *buf) {
    *buf = (og_buf){0};
}

void og_buf_free(og_buf *buf) {
    og_release(buf->data);
    *buf = (og_buf){0};
}

bool og_buf_reserve(og_buf *buf, size_t extra) {
    if (buf->failed) return false;
    if (extra < buf->cap - buf->len) return true; /* one byte more than len is the NUL's */
    size_t cap = OG_MAX(buf->cap, 64);
    while (cap - buf->len <= extra && cap <= SIZE_MAX / 2) cap *= 2;
    char *data = cap - buf->len > extra ? og_realloc(buf->data, cap) : NULL;
    if (!data) {
        buf->failed = true;
        return false;
    }
    data[buf->len] = '\0';
    buf->data = data;
    buf->cap = cap;
    return true;
}

bool og_buf_add(og_buf *buf, const void *data, size_t len) {
    if (!og_buf_reserve(buf, len)) return false;
    if (len) memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
    return true;
}

bool og_buf_addf(og_buf *buf, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    if (len < 0) buf->failed = true;
    bool ok = len >= 0 && og_buf_reserve(buf, (size_t)len);
    if (ok) {
        vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
    return ok;
}
