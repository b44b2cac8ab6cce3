/* writer.c: a file that appears whole or not at all. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER ((size_t)256 << 10)

struct og_writer {
    char *path, *temporary;
    int fd;
    uint64_t offset; /* bytes added */
    size_t held;     /* of them in the buffer */
    bool broken;     /* a write failed: what is on disk is not what was added */
    bool unsynced;   /* commit does not wait for the disk */
    uint8_t buffer[BUFFER];
};

static og_status fail_write(const og_writer *w, og_error *err) {
    return og_fail(err, OG_ERR_IO, "cannot write \"%s\": %s", w->path, strerror(errno));
}

static void writer_free(og_writer *w) {
    og_release(w->temporary);
    og_release(w->path);
    og_release(w);
}

/* Creates a file beside the path that nobody else has. */
static og_status open_temporary(og_writer *w, og_error *err) {
    static _Atomic unsigned counter;
    size_t size = strlen(w->path) + 64;
    w->temporary = og_alloc(size);
    if (!w->temporary) return og_fail(err, OG_ERR_MEMORY, "out of memory while writing \"%s\"", w->path);
    do {
        snprintf(w->temporary, size, "%s.tmp-%ld-%u", w->path, (long)getpid(), atomic_fetch_add(&counter, 1));
        w->fd = open(w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (w->fd < 0 && (errno == EEXIST || errno == EINTR));
    return w->fd < 0 ? fail_write(w, err) : OG_OK;
}

og_status og_writer_open(const char *path, og_writer **out, og_error *err) {
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        return og_fail(err, OG_ERR_IO, "cannot write \"%s\": it exists and is not a regular file", path);
    }
    og_writer *w = og_calloc(1, sizeof(*w));
    if (w) w->path = og_strndup(path, strlen(path));
    if (!w || !w->path) {
        og_release(w);
        return og_fail(err, OG_ERR_MEMORY, "out of memory while writing \"%s\"", path);
    }
    og_status status = open_temporary(w, err);
    if (status != OG_OK) {
        writer_free(w);
        return status;
    }
    *out = w;
    return OG_OK;
}

static og_status write_all(og_writer *w, const uint8_t *data, size_t bytes, og_error *err) {
    while (bytes > 0) {
        ssize_t n = write(w->fd, data, OG_MIN(bytes, (size_t)1 << 30));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            w->broken = true;
            return fail_write(w, err);
        }
        data += n;
        bytes -= (size_t)n;
    }
    return OG_OK;
}

static og_status flush(og_writer *w, og_error *err) {
    size_t held = w->held;
    w->held = 0;
    return write_all(w, w->buffer, held, err);
}

og_status og_writer_add(og_writer *w, const void *data, size_t bytes, og_error *err) {
    if (w->broken) return og_fail(err, OG_ERR_IO, "cannot write \"%s\": an earlier write to it failed", w->path);
    w->offset += bytes;
    if (bytes > BUFFER - w->held) OG_TRY(flush(w, err));
    if (bytes > BUFFER) return write_all(w, data, bytes, err);
    if (bytes) memcpy(w->buffer + w->held, data, bytes);
    w->held += bytes;
    return OG_OK;
}

uint64_t og_writer_offset(const og_writer *w) {
    return w->offset;
}

void og_writer_abort(og_writer *w) {
    if (!w) return;
    if (w->fd >= 0) close(w->fd);
    unlink(w->temporary);
    writer_free(w);
}

/* So that the new name survives a power cut. Some file systems refuse; the file itself is safe by then. */
static void sync_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    char *folder = slash ? og_strndup(path, (size_t)(slash - path) + 1) : og_strndup(".", 1);
    if (!folder) return;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        if (fsync(fd) != 0) og_log(2, "cannot sync \"%s\": %s", folder, strerror(errno));
        close(fd);
    }
    og_release(folder);
}

static og_status finish(og_writer *w, og_error *err) {
    if (w->broken) return og_fail(err, OG_ERR_IO, "cannot write \"%s\": an earlier write to it failed", w->path);
    OG_TRY(flush(w, err));
    if (!w->unsynced && fsync(w->fd) != 0) return fail_write(w, err);
    int failure = close(w->fd);
    w->fd = -1;
    if (failure != 0 || rename(w->temporary, w->path) != 0) return fail_write(w, err);
    return OG_OK;
}

void og_writer_unsynced(og_writer *w) {
    w->unsynced = true;
}

og_status og_writer_commit(og_writer *w, og_error *err) {
    og_status status = finish(w, err);
    if (status != OG_OK) {
        og_writer_abort(w);
        return status;
    }
    if (!w->unsynced) sync_folder(w->path);
    writer_free(w);
    return OG_OK;
}
