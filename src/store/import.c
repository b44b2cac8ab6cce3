/* import.c: files that are on this device already become models of the store. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "store/inside.h"

enum { PIECE = 1 << 20, SUMS_MAX = 1 << 20 };

typedef struct job {
    og_store *store;
    const og_import *what;
    uint64_t done, total;
    uint8_t *piece;
} job;

static const char *base_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* ---- names ---- */

/* Of "a/B.Q4_0-00001-of-00003.gguf": "B.Q4_0". What a name cannot hold becomes '-'. */
static char *usual_name(const char *path, size_t n_parts) {
    const char *base = base_of(path);
    size_t len = strlen(base);
    if (len > 5 && strcmp(base + len - 5, ".gguf") == 0) len -= 5;
    if (n_parts > 1 && len > 15) len -= 15; /* -00001-of-00003 */
    while (len > 0 && !isalnum((unsigned char)*base)) base++, len--;
    char *name = og_strndup(base, OG_MIN(len, (size_t)200));
    for (char *s = name; s != NULL && *s != '\0'; s++) {
        if (!isalnum((unsigned char)*s) && strchr("._-:+@", *s) == NULL) *s = '-';
    }
    return name;
}

/* The path of part `i` of a split model, by its first. */
static char *part_path(const char *first, size_t i, size_t n_parts) {
    size_t len = strlen(first);
    char *path = og_strndup(first, len), number[24];
    if (path == NULL || n_parts < 2) return path;
    snprintf(number, sizeof number, "%05zu", i + 1);
    if (len > 19) memcpy(path + len - 19, number, 5); /* 00001-of-00003.gguf */
    return path;
}

/* ---- what digest a file should have ---- */

/* The digest of `base` in the text of a sum file: "DIGEST  name" or "DIGEST *name" a line, or a digest alone. */
static bool find_sum(const char *text, const char *base, bool alone, char out[OG_SHA256_HEX]) {
    for (const char *line = text; *line != '\0';) {
        size_t n = strcspn(line, "\r\n"), digits = strspn(line, "0123456789abcdefABCDEF");
        const char *name = line + digits + strspn(line + digits, " \t*");
        size_t len = n > (size_t)(name - line) ? n - (size_t)(name - line) : 0;
        if (digits == 64 && ((len == strlen(base) && strncmp(name, base, len) == 0) || (alone && len == 0))) {
            for (int i = 0; i < 64; i++) out[i] = (char)tolower((unsigned char)line[i]);
            out[64] = '\0';
            return true;
        }
        line += n;
        line += strspn(line, "\r\n");
    }
    return false;
}

static bool read_sum(const char *path, const char *base, bool alone, char out[OG_SHA256_HEX]) {
    og_source *src = NULL;
    if (access(path, R_OK) != 0 || og_source_open_unmapped(path, &src, NULL) != OG_OK) return false;
    size_t n = (size_t)OG_MIN(og_source_size(src), (uint64_t)SUMS_MAX);
    char *text = og_calloc(n + 1, 1);
    bool found = text != NULL && og_source_read(src, 0, text, n, NULL) == OG_OK && find_sum(text, base, alone, out);
    og_release(text);
    og_source_close(src);
    return found;
}

/* From --sha256, FILE.sha256 or SHA256SUMS. False: nobody says. */
static bool expected_sum(const og_import *what, const char *path, char out[OG_SHA256_HEX]) {
    if (what->sha256 != NULL && what->n_parts < 2) {
        for (int i = 0; i <= 64; i++) out[i] = (char)tolower((unsigned char)what->sha256[i]);
        return true;
    }
    og_buf b;
    og_buf_init(&b);
    og_buf_addf(&b, "%s.sha256", path);
    bool found = !b.failed && read_sum(b.data, base_of(path), true, out);
    b.len = 0;
    og_buf_addf(&b, "%.*sSHA256SUMS", (int)(base_of(path) - path), path);
    found = found || (!b.failed && read_sum(b.data, base_of(path), false, out));
    og_buf_free(&b);
    return found;
}

/* ---- bytes ---- */

static og_status write_all(int fd, const uint8_t *p, size_t n, const char *path, og_error *err) {
    while (n > 0) {
        ssize_t wrote = write(fd, p, n);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return og_fail(err, OG_ERR_IO, "cannot write \"%s\": %s", path, strerror(errno));
        p += wrote;
        n -= (size_t)wrote;
    }
    return OG_OK;
}

/* Reads a file once, for its digest, and writes it to fd unless that is -1. */
static og_status stream(job *j, const char *path, int fd, const char *to, og_stored_file *file, og_error *err) {
    og_source *src = NULL;
    OG_TRY(og_source_open_unmapped(path, &src, err));
    og_digest *d = og_digest_open();
    file->bytes = og_source_size(src);
    og_status status = d != NULL ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory");
    for (uint64_t at = 0; at < file->bytes && status == OG_OK;) {
        size_t n = (size_t)OG_MIN(file->bytes - at, (uint64_t)PIECE);
        status = og_source_read(src, at, j->piece, n, err);
        if (status == OG_OK) og_digest_add(d, j->piece, n);
        if (status == OG_OK && fd >= 0) status = write_all(fd, j->piece, n, to, err);
        at += n;
        j->done += n;
        if (status == OG_OK && j->what->progress != NULL && !j->what->progress(j->what->user, "importing", j->done, j->total))
            status = og_fail(err, OG_ERR_CANCELLED, "interrupted; nothing was imported");
    }
    og_digest_close(d, file->sha256);
    og_source_close(src);
    return status;
}

/* Makes a file in partial/ that holds the content of `path`: *fd keeps it locked, *made is its path. */
static og_status bring(job *j, const char *path, og_stored_file *file, int *fd, char **made, og_error *err) {
    static _Atomic unsigned counter;
    char name[64];
    snprintf(name, sizeof name, "copy-%ld-%u", (long)getpid(), atomic_fetch_add(&counter, 1));
    *made = og_store_partial_path(j->store, name);
    if (*made == NULL) return og_fail(err, OG_ERR_MEMORY, "out of memory");
    unlink(*made); /* of an earlier process with this number */
    if (j->what->link) {
        if (link(path, *made) != 0)
            return og_fail(err, OG_ERR_IO, "cannot link \"%s\" into the store: %s; leave out --link to copy it", path,
                           errno == EXDEV ? "it is on another file system" : strerror(errno));
        *fd = open(*made, O_RDONLY | O_CLOEXEC);
    } else {
        *fd = open(*made, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }
    if (*fd < 0) return og_fail(err, OG_ERR_IO, "cannot open \"%s\": %s", *made, strerror(errno));
    flock(*fd, LOCK_EX | LOCK_NB);
    OG_TRY(stream(j, path, j->what->link ? -1 : *fd, *made, file, err));
    if (!j->what->link && (fchmod(*fd, 0400) != 0 || fsync(*fd) != 0))
        return og_fail(err, OG_ERR_IO, "cannot write \"%s\": %s", *made, strerror(errno));
    return OG_OK;
}

static og_status import_part(job *j, size_t i, og_stored *model, int *fd, char **made, bool *expected, og_error *err) {
    const og_import *what = j->what;
    og_stored_file *file = &model->file[i];
    char *path = part_path(what->path, i, what->n_parts), want[OG_SHA256_HEX];
    if (path == NULL) return og_fail(err, OG_ERR_MEMORY, "out of memory");
    file->name = og_strndup(base_of(path), strlen(base_of(path)));
    model->n_files = i + 1;
    og_status status = file->name != NULL ? bring(j, path, file, fd, made, err) : og_fail(err, OG_ERR_MEMORY, "out of memory");
    *expected = expected_sum(what, path, want);
    if (status == OG_OK && *expected && strcmp(want, file->sha256) != 0)
        status = og_fail(err, OG_ERR_FORMAT,
                         "\"%s\" is not the file that was meant: its SHA-256 is %.16s..., expected is %.16s...; get it again", path,
                         file->sha256, want);
    og_release(path);
    return status;
}

static og_status measure(job *j, og_error *err) {
    for (size_t i = 0; i < j->what->n_parts; i++) {
        char *path = part_path(j->what->path, i, j->what->n_parts);
        og_source *src = NULL;
        og_status status = path != NULL ? og_source_open_unmapped(path, &src, err) : og_fail(err, OG_ERR_MEMORY, "out of memory");
        if (status == OG_OK) j->total += og_source_size(src);
        og_source_close(src);
        og_release(path);
        OG_TRY(status);
    }
    return j->what->link ? OG_OK : og_store_room(j->store, j->total, err);
}

/* Another model of that name must not be lost; the same one may come again. */
static og_status check_name(const og_store *store, const og_stored *model, og_error *err) {
    og_stored old;
    bool found;
    OG_TRY(og_store_find(store, model->name, &found, &old, err));
    bool same = found && old.n_files == model->n_files;
    for (size_t i = 0; same && i < old.n_files; i++) same = strcmp(old.file[i].sha256, model->file[i].sha256) == 0;
    og_stored_free(&old);
    if (!found || same) return OG_OK;
    return og_fail(err, OG_ERR_ARG, "there is another model named %s; give this one a different name (--name), or remove that one first",
                   model->name);
}

static og_status import_all(job *j, og_stored *model, int *fd, char **made, og_error *err) {
    const og_import *what = j->what;
    bool all = true;
    for (size_t i = 0; i < what->n_parts; i++) {
        bool expected = false;
        OG_TRY(import_part(j, i, model, &fd[i], &made[i], &expected, err));
        all = all && expected;
    }
    model->verified = all;
    OG_TRY(check_name(j->store, model, err));
    return og_store_add(j->store, model, (const char *const *)made, err);
}

og_status og_store_import(og_store *store, const og_import *what, og_stored *out, og_error *err) {
    *out = (og_stored){0};
    char *real = realpath(what->path, NULL);
    const char *licence = what->licence != NULL ? what->licence : "", *source = real != NULL ? real : what->path;
    og_stored model = {
        .added = (int64_t)time(NULL), .licence = og_strndup(licence, strlen(licence)), .source = og_strndup(source, strlen(source))};
    model.name = what->name != NULL ? og_strndup(what->name, strlen(what->name)) : usual_name(what->path, what->n_parts);
    model.file = og_calloc(what->n_parts, sizeof *model.file);
    job j = {.store = store, .what = what, .piece = og_alloc(PIECE)};
    int *fd = og_calloc(what->n_parts, sizeof *fd);
    char **made = og_calloc(what->n_parts, sizeof *made);
    og_status status = OG_OK;
    free(real);
    if (!model.licence || !model.source || !model.name || !model.file || !j.piece || !fd || !made)
        status = og_fail(err, OG_ERR_MEMORY, "out of memory for importing \"%s\"", what->path);
    else if (!og_store_name_valid(model.name))
        status = og_fail(err, OG_ERR_ARG, "\"%s\" cannot be a model's name: letters, digits and . _ - : / + @, at most 200", model.name);
    for (size_t i = 0; fd != NULL && i < what->n_parts; i++) fd[i] = -1;
    if (status == OG_OK) status = og_store_make(store, err);
    if (status == OG_OK) status = measure(&j, err);
    if (status == OG_OK) status = import_all(&j, &model, fd, made, err);
    for (size_t i = 0; fd != NULL && made != NULL && i < what->n_parts; i++) {
        if (made[i] != NULL && status != OG_OK) unlink(made[i]);
        if (fd[i] >= 0) close(fd[i]);
        og_release(made[i]);
    }
    og_release(fd);
    og_release(made);
    og_release(j.piece);
    if (status == OG_OK)
        *out = model;
    else
        og_stored_free(&model);
    return status;
}
