/* partial.c: a file that is being pulled, and its journal. */
#include "store/pull/partial.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "store/pull/plan.h"

typedef struct record {
    uint64_t piece, hash;
} record;

uint32_t og_partial_piece(const og_partial *p, size_t i) {
    return i + 1 < p->n_pieces ? (uint32_t)p->piece : (uint32_t)(p->size - p->piece * (p->n_pieces - 1));
}

uint64_t og_partial_bytes(const og_partial *p) {
    bool last = p->n_pieces > 0 && p->have[p->n_pieces - 1] == og_partial_piece(p, p->n_pieces - 1);
    return p->n_done * p->piece - (last ? p->piece - og_partial_piece(p, p->n_pieces - 1) : 0);
}

static bool read_at(int fd, void *to, size_t n, uint64_t at) {
    for (uint8_t *out = to; n > 0;) {
        ssize_t got = pread(fd, out, n, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        out += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return true;
}

static bool write_at(int fd, const void *from, size_t n, uint64_t at) {
    for (const uint8_t *in = from; n > 0;) {
        ssize_t put = pwrite(fd, in, n, (off_t)at);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        in += put;
        at += (uint64_t)put;
        n -= (size_t)put;
    }
    return true;
}

/* The digest follows the pieces that are done without a gap. */
static og_status follow(og_partial *p, og_error *err) {
    while (p->hashed < p->n_pieces && p->have[p->hashed] == og_partial_piece(p, p->hashed)) {
        size_t n = og_partial_piece(p, p->hashed);
        if (!read_at(p->data, p->buffer, n, p->hashed * p->piece))
            return og_fail(err, OG_ERR_IO, "cannot read \"%s\": %s", p->data_path, strerror(errno));
        og_digest_add(p->digest, p->buffer, n);
        p->hashed++;
    }
    return OG_OK;
}

/* ---- opening ---- */

/* Opens and locks. A file that its last holder has removed or moved away meanwhile does not count: again. */
static int open_locked(const char *path, bool (*busy)(void *user), void *user, bool *gave_up) {
    for (;;) {
        struct stat mine, there;
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0) return -1;
        while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK || (busy != NULL && !busy(user))) {
                *gave_up = errno == EWOULDBLOCK;
                close(fd);
                return -1;
            }
            usleep(50000);
        }
        if (fstat(fd, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev) return fd;
        close(fd);
    }
}

static og_status begin(og_partial *p, const char *head, size_t n, og_error *err) {
    if (ftruncate(p->journal, 0) == 0 && ftruncate(p->data, 0) == 0 && ftruncate(p->data, (off_t)p->size) == 0 &&
        write_at(p->journal, head, n, 0))
        return OG_OK;
    return og_fail(err, OG_ERR_IO, "cannot write \"%s\": %s", p->data_path, strerror(errno));
}

/* Takes over the pieces whose checksums agree with the data; a torn record at the end is cut off. */
static og_status resume(og_partial *p, size_t head, og_error *err) {
    record r;
    uint64_t at = head;
    for (; read_at(p->journal, &r, sizeof r, at); at += sizeof r) {
        if (r.piece >= p->n_pieces || p->have[r.piece] != 0) continue;
        uint32_t n = og_partial_piece(p, (size_t)r.piece);
        if (!read_at(p->data, p->buffer, n, r.piece * p->piece) || og_hash(p->buffer, n, r.piece) != r.hash) continue;
        p->have[r.piece] = n;
        p->n_done++;
    }
    if (ftruncate(p->journal, (off_t)at) != 0) return og_fail(err, OG_ERR_IO, "cannot write \"%s\": %s", p->journal_path, strerror(errno));
    return follow(p, err);
}

static og_status open_files(og_partial *p, const char *identity, bool (*busy)(void *user), void *user, og_error *err) {
    bool gave_up = false;
    p->journal = open_locked(p->journal_path, busy, user, &gave_up);
    if (p->journal >= 0) p->data = open_locked(p->data_path, busy, user, &gave_up);
    if (gave_up) return og_fail(err, OG_ERR_CANCELLED, "interrupted");
    if (p->data < 0)
        return og_fail(err, OG_ERR_IO, "cannot open \"%s\": %s", p->journal < 0 ? p->journal_path : p->data_path, strerror(errno));
    char *head = og_plan_text("offgrid pull 1 %" PRIu64 " %" PRIu64 " %s\n", p->size, p->piece, identity);
    size_t n = head != NULL ? strlen(head) : 0;
    char *old = head != NULL ? og_alloc(n) : NULL;
    struct stat st;
    og_status status = OG_OK;
    if (old == NULL)
        status = og_fail(err, OG_ERR_MEMORY, "out of memory");
    else if (read_at(p->journal, old, n, 0) && memcmp(old, head, n) == 0 && fstat(p->data, &st) == 0 && (uint64_t)st.st_size == p->size)
        status = resume(p, n, err);
    else
        status = begin(p, head, n, err);
    og_release(head);
    og_release(old);
    return status;
}

og_status og_partial_open(const og_store *store, const char *key, const char *identity, uint64_t size, uint64_t piece,
                          bool (*busy)(void *user), void *user, og_partial *out, og_error *err) {
    *out = (og_partial){.data = -1, .journal = -1, .size = size, .piece = piece, .n_pieces = (size_t)OG_DIV_UP(size, piece)};
    char *path = og_store_partial_path(store, key);
    out->data_path = path != NULL ? og_plan_text("%s.data", path) : NULL;
    out->journal_path = path != NULL ? og_plan_text("%s.journal", path) : NULL;
    out->have = og_calloc(out->n_pieces, sizeof *out->have);
    out->buffer = og_alloc((size_t)piece);
    out->digest = og_digest_open();
    og_release(path);
    og_status status = OG_OK;
    if (!out->data_path || !out->journal_path || !out->have || !out->buffer || !out->digest)
        status = og_fail(err, OG_ERR_MEMORY, "out of memory for a file of %" PRIu64 " bytes", size);
    if (status == OG_OK) status = open_files(out, identity, busy, user, err);
    if (status != OG_OK) og_partial_close(out, false);
    return status;
}

/* ---- receiving ---- */

og_status og_partial_write(og_partial *p, size_t i, const void *data, size_t n, og_error *err) {
    uint32_t whole = og_partial_piece(p, i);
    if (!write_at(p->data, data, n, i * p->piece + p->have[i]))
        return og_fail(err, OG_ERR_IO, "cannot write \"%s\": %s; free some room and pull again, it goes on where it was", p->data_path,
                       strerror(errno));
    p->have[i] += (uint32_t)n;
    p->received += n;
    if (p->have[i] < whole) return OG_OK;
    if (!read_at(p->data, p->buffer, whole, i * p->piece))
        return og_fail(err, OG_ERR_IO, "cannot read \"%s\": %s", p->data_path, strerror(errno));
    record r = {.piece = i, .hash = og_hash(p->buffer, whole, i)};
    off_t end = lseek(p->journal, 0, SEEK_END);
    if (end < 0 || !write_at(p->journal, &r, sizeof r, (uint64_t)end))
        return og_fail(err, OG_ERR_IO, "cannot write \"%s\": %s", p->journal_path, strerror(errno));
    p->n_done++;
    return follow(p, err);
}

void og_partial_finish(og_partial *p, char hex[OG_SHA256_HEX]) {
    og_digest_close(p->digest, hex);
    p->digest = NULL;
}

void og_partial_close(og_partial *p, bool drop) {
    if (drop) {
        unlink(p->journal_path); /* first: data without a journal is begun anew */
        unlink(p->data_path);
    }
    if (p->data >= 0) close(p->data);
    if (p->journal >= 0) close(p->journal);
    og_digest_close(p->digest, NULL);
    og_release(p->data_path);
    og_release(p->journal_path);
    og_release(p->have);
    og_release(p->buffer);
    *p = (og_partial){.data = -1, .journal = -1};
}

uint64_t og_partial_held(const og_store *store, const char *key) {
    char *path = og_store_partial_path(store, key), *data = path != NULL ? og_plan_text("%s.data", path) : NULL;
    struct stat st;
    uint64_t bytes = data != NULL && stat(data, &st) == 0 ? (uint64_t)st.st_blocks * 512 : 0;
    og_release(path);
    og_release(data);
    return bytes;
}

void og_partial_forget(const og_store *store, const char *key) {
    char *path = og_store_partial_path(store, key), *data = path != NULL ? og_plan_text("%s.data", path) : NULL;
    char *journal = path != NULL ? og_plan_text("%s.journal", path) : NULL;
    int fd = data != NULL && journal != NULL ? open(journal, O_RDWR | O_CLOEXEC) : -1;
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) { /* else somebody is at it, who will see that the file is here */
        unlink(journal);
        unlink(data);
    }
    if (fd >= 0) close(fd);
    og_release(path);
    og_release(data);
    og_release(journal);
}
