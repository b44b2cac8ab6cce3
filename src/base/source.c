/* source.c: bytes to read from. The file stays open beside its mapping: copies go through pread, which reports a file that shrank
 * or a disk that failed, where touching the mapping would raise a signal. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct og_source {
    char *name;
    uint64_t size;
    const uint8_t *view; /* or NULL */
    bool mapped;         /* view is ours to unmap */
    int fd;              /* -1 for memory, and for what is computed */
    og_source_read_fn *compute;
    void (*release)(void *ctx);
    void *ctx; /* of both */
};

static const char *kind_of(mode_t mode) {
    if (S_ISDIR(mode)) return "a directory";
    if (S_ISFIFO(mode)) return "a pipe";
    if (S_ISSOCK(mode)) return "a socket";
    return "a device";
}

static og_status source_new(const char *name, og_source **out, og_error *err) {
    og_source *src = og_calloc(1, sizeof(*src));
    if (src) src->name = og_strndup(name, strlen(name));
    if (!src || !src->name) {
        og_release(src);
        return og_fail(err, OG_ERR_MEMORY, "out of memory while opening \"%s\"", name);
    }
    src->fd = -1;
    *out = src;
    return OG_OK;
}

/* Sets fd and size. Not blocking, so that a pipe is refused and not waited for. */
static og_status open_regular(og_source *src, og_error *err) {
    do src->fd = open(src->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    while (src->fd < 0 && errno == EINTR);
    struct stat st;
    if (src->fd < 0 || fstat(src->fd, &st) != 0) return og_fail(err, OG_ERR_IO, "cannot open \"%s\": %s", src->name, strerror(errno));
    if (!S_ISREG(st.st_mode)) return og_fail(err, OG_ERR_IO, "\"%s\" is %s: name a file", src->name, kind_of(st.st_mode));
    src->size = (uint64_t)st.st_size;
    return OG_OK;
}

static og_status open_file(const char *path, bool map, og_source **out, og_error *err) {
    og_source *src = NULL;
    OG_TRY(source_new(path, &src, err));
    og_status status = open_regular(src, err);
    if (status != OG_OK) {
        og_source_close(src);
        return status;
    }
    if (map && src->size > 0 && src->size <= SIZE_MAX) {
        void *view = mmap(NULL, (size_t)src->size, PROT_READ, MAP_PRIVATE, src->fd, 0);
        if (view != MAP_FAILED) {
            src->view = view;
            src->mapped = true;
        } else {
            og_log(1, "cannot map \"%s\" (%s): reading it instead", path, strerror(errno));
        }
    }
    *out = src;
    return OG_OK;
}

og_status og_source_open(const char *path, og_source **out, og_error *err) {
    return open_file(path, true, out, err);
}

og_status og_source_open_unmapped(const char *path, og_source **out, og_error *err) {
    return open_file(path, false, out, err);
}

og_status og_source_memory(const void *data, size_t bytes, const char *name, og_source **out, og_error *err) {
    OG_TRY(source_new(name, out, err));
    (*out)->view = data;
    (*out)->size = bytes;
    return OG_OK;
}

og_status og_source_computed(uint64_t bytes, const char *name, og_source_read_fn *fn, void (*release)(void *ctx), void *ctx,
                             og_source **out, og_error *err) {
    og_status status = source_new(name, out, err);
    if (status != OG_OK) {
        if (release) release(ctx);
        return status;
    }
    (*out)->size = bytes;
    (*out)->compute = fn;
    (*out)->release = release;
    (*out)->ctx = ctx;
    return OG_OK;
}

void og_source_close(og_source *src) {
    if (!src) return;
    if (src->release) src->release(src->ctx);
    if (src->mapped) munmap((void *)(uintptr_t)src->view, (size_t)src->size);
    if (src->fd >= 0) close(src->fd);
    og_release(src->name);
    og_release(src);
}

og_status og_source_stamp(const og_source *src, og_stamp *out, og_error *err) {
    *out = (og_stamp){0};
    if (src->fd < 0) return OG_OK;
    struct stat st;
    if (fstat(src->fd, &st) != 0) return og_fail(err, OG_ERR_IO, "cannot examine \"%s\": %s", src->name, strerror(errno));
    *out = (og_stamp){.device = (uint64_t)st.st_dev,
                      .inode = (uint64_t)st.st_ino,
                      .bytes = (uint64_t)st.st_size,
                      .changed_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec};
    return OG_OK;
}

uint64_t og_source_size(const og_source *src) {
    return src->size;
}

const char *og_source_name(const og_source *src) {
    return src->name;
}

const uint8_t *og_source_view(const og_source *src) {
    return src->view;
}

static og_status read_file(const og_source *src, uint64_t offset, uint8_t *dst, size_t bytes, og_error *err) {
    while (bytes > 0) {
        ssize_t n = pread(src->fd, dst, OG_MIN(bytes, (size_t)1 << 30), (off_t)offset);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return og_fail(err, OG_ERR_IO, "cannot read \"%s\": %s", src->name, strerror(errno));
        if (n == 0) return og_fail(err, OG_ERR_IO, "\"%s\" became shorter while it was read: something else is writing to it", src->name);
        dst += n;
        offset += (uint64_t)n;
        bytes -= (size_t)n;
    }
    return OG_OK;
}

og_status og_source_read(const og_source *src, uint64_t offset, void *dst, size_t bytes, og_error *err) {
    if (offset > src->size || bytes > src->size - offset) {
        return og_fail(err, OG_ERR_FORMAT, "\"%s\" ends at byte %llu, but %llu bytes from %llu on are needed: it is incomplete or damaged",
                       src->name, (unsigned long long)src->size, (unsigned long long)bytes, (unsigned long long)offset);
    }
    if (src->compute) return src->compute(src->ctx, offset, dst, bytes, err);
    if (src->fd >= 0) return read_file(src, offset, dst, bytes, err);
    if (bytes) memcpy(dst, src->view + offset, bytes);
    return OG_OK;
}

void og_source_drop(const og_source *src, uint64_t offset, uint64_t bytes) {
    if (!src->mapped || offset >= src->size) return;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t end = offset + OG_MIN(bytes, src->size - offset);
    /* Whole pages only; the file's last page counts as whole. */
    uint64_t first = OG_ALIGN_UP(offset, page), last = end == src->size ? end : end / page * page;
    if (first < last) madvise((void *)(uintptr_t)(src->view + first), (size_t)(last - first), MADV_DONTNEED);
}
