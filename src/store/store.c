/* store.c: names and blobs on the disk. */
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "store/folders.h"
#include "store/inside.h"

char *og_store_join(const og_store *store, const char *middle, const char *name, const char *end) {
    size_t n = strlen(store->folder) + strlen(middle) + strlen(name) + strlen(end) + 3;
    char *path = og_alloc(n);
    if (path != NULL) snprintf(path, n, "%s/%s/%s%s", store->folder, middle, name, end);
    return path;
}

char *og_store_blob_path(const og_store *store, const char *sha256) {
    char name[OG_SHA256_HEX + 8];
    snprintf(name, sizeof name, "sha256-%s", sha256);
    return og_store_join(store, "blobs", name, "");
}

char *og_store_partial_path(const og_store *store, const char *name) {
    return og_store_join(store, "partial", name, "");
}

og_status og_store_open(const char *folder, og_store **out, og_error *err) {
    *out = NULL;
    const char *env = getenv("OFFGRID_MODELS");
    if (folder == NULL && env != NULL && env[0] != '\0') folder = env;
    char *usual = folder == NULL ? og_folder_path(OG_FOLDER_DATA, "models") : NULL;
    if (folder == NULL && usual == NULL)
        return og_fail(err, OG_ERR_IO, "there is no place for models: set HOME, XDG_DATA_HOME, or OFFGRID_MODELS to a folder");
    if (folder == NULL) folder = usual;
    og_store *store = og_calloc(1, sizeof *store);
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/') len--;
    if (store != NULL) store->folder = og_strndup(folder, len);
    free(usual);
    if (store == NULL || store->folder == NULL) {
        og_store_close(store);
        return og_fail(err, OG_ERR_MEMORY, "out of memory for the model store");
    }
    *out = store;
    return OG_OK;
}

void og_store_close(og_store *store) {
    if (store == NULL) return;
    og_release(store->folder);
    og_release(store);
}

const char *og_store_folder(const og_store *store) {
    return store->folder;
}

og_status og_store_make(og_store *store, og_error *err) {
    static const char *const part[] = {"blobs", "names", "views", "partial"};
    for (size_t i = 0; i < OG_LEN(part); i++) {
        char *path = og_store_join(store, part[i], "", "");
        bool made = path != NULL && og_folder_make(path);
        int why = errno;
        og_release(path);
        if (!made) return og_fail(err, OG_ERR_IO, "cannot make the folder \"%s/%s\": %s", store->folder, part[i], strerror(why));
    }
    return OG_OK;
}

int og_store_lock(const og_store *store, bool exclusive, og_error *err) {
    char *path = og_store_join(store, ".", "lock", "");
    int fd = path != NULL ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    og_release(path);
    int locked = -1;
    while (fd >= 0 && (locked = flock(fd, exclusive ? LOCK_EX : LOCK_SH)) != 0 && errno == EINTR) continue;
    if (locked == 0) return fd;
    og_fail(err, OG_ERR_IO, "cannot lock the model store in \"%s\": %s", store->folder, strerror(errno));
    if (fd >= 0) close(fd);
    return -1;
}

void og_store_sync_folder(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    if (fsync(fd) != 0) og_log(2, "cannot sync \"%s\": %s", path, strerror(errno)); /* some file systems refuse */
    close(fd);
}

/* ---- looking up ---- */

og_status og_store_find(const og_store *store, const char *name, bool *found, og_stored *out, og_error *err) {
    *found = false;
    *out = (og_stored){0};
    if (!og_store_name_valid(name)) return OG_OK;
    char *path = og_manifest_path(store, name);
    if (path == NULL) return og_fail(err, OG_ERR_MEMORY, "out of memory");
    og_status status = OG_OK;
    if (access(path, F_OK) == 0) {
        status = og_manifest_read(path, out, err);
        *found = status == OG_OK;
    }
    og_release(path);
    return status;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const og_stored *)a)->name, ((const og_stored *)b)->name);
}

/* Calls `fn` for each entry of a folder that begins with no dot; a folder that is not there is empty. */
static og_status each(const og_store *store, const char *part,
                      og_status (*fn)(void *ctx, const char *path, const char *name, og_error *err), void *ctx, og_error *err) {
    char *folder = og_store_join(store, part, "", "");
    if (folder == NULL) return og_fail(err, OG_ERR_MEMORY, "out of memory");
    DIR *dir = opendir(folder);
    og_status status = OG_OK;
    if (dir == NULL && errno != ENOENT) status = og_fail(err, OG_ERR_IO, "cannot read the folder \"%s\": %s", folder, strerror(errno));
    og_release(folder);
    for (struct dirent *e; dir != NULL && status == OG_OK && (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == '.') continue;
        char *path = og_store_join(store, part, e->d_name, "");
        status = path != NULL ? fn(ctx, path, e->d_name, err) : og_fail(err, OG_ERR_MEMORY, "out of memory");
        og_release(path);
    }
    if (dir != NULL) closedir(dir);
    return status;
}

typedef struct listing {
    og_stored *model;
    size_t n, cap, damaged;
} listing;

static og_status list_one(void *ctx, const char *path, const char *name, og_error *err) {
    listing *l = ctx;
    size_t len = strlen(name);
    if (len < 5 || strcmp(name + len - 5, ".json") != 0) return OG_OK; /* a temporary */
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 16;
        og_stored *more = og_realloc(l->model, cap * sizeof *more);
        if (more == NULL) return og_fail(err, OG_ERR_MEMORY, "out of memory for the list of models");
        l->model = more;
        l->cap = cap;
    }
    og_error why;
    og_status status = og_manifest_read(path, &l->model[l->n], &why);
    if (status == OG_OK)
        l->n++;
    else if (status == OG_ERR_MEMORY)
        return og_fail(err, status, "%s", why.text);
    else if (access(path, F_OK) == 0) /* else it was removed meanwhile */
        l->damaged++;
    return OG_OK;
}

og_status og_store_list(const og_store *store, og_stored **out, size_t *n, size_t *damaged, og_error *err) {
    listing l = {0};
    og_status status = each(store, "names", list_one, &l, err);
    if (status != OG_OK) {
        og_store_list_free(l.model, l.n);
        l = (listing){0};
    }
    if (l.n > 1) qsort(l.model, l.n, sizeof *l.model, by_name);
    *out = l.model;
    *n = l.n;
    if (damaged != NULL) *damaged = l.damaged;
    return status;
}

void og_store_list_free(og_stored *model, size_t n) {
    for (size_t i = 0; i < n; i++) og_stored_free(&model[i]);
    og_release(model);
}

bool og_store_has_blob(const og_store *store, const char *sha256, uint64_t bytes) {
    char *path = og_store_blob_path(store, sha256);
    struct stat st;
    bool has = path != NULL && stat(path, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == bytes;
    og_release(path);
    return has;
}

/* A folder in which the parts of a split model have the names that their first one expects. Its own name comes from the digests, so what is
 * there is right, and making it again changes nothing. */
static og_status make_view(const og_store *store, const og_stored *model, char **path, og_error *err) {
    og_digest *d = og_digest_open();
    char key[OG_SHA256_HEX] = "", link[OG_SHA256_HEX + 32];
    for (size_t i = 0; d != NULL && i < model->n_files; i++) {
        og_digest_add(d, model->file[i].sha256, 64);
        og_digest_add(d, model->file[i].name, strlen(model->file[i].name) + 1);
    }
    og_digest_close(d, key);
    key[32] = '\0';
    og_buf b;
    og_buf_init(&b);
    og_status status = OG_OK;
    for (size_t i = model->n_files; i-- > 0 && status == OG_OK;) { /* the first comes last, and stays in b */
        b.len = 0;
        og_buf_addf(&b, "%s/views/%s/%s", store->folder, key, model->file[i].name);
        snprintf(link, sizeof link, "../../blobs/sha256-%s", model->file[i].sha256);
        if (b.failed || d == NULL)
            status = og_fail(err, OG_ERR_MEMORY, "out of memory for the model %s", model->name);
        else if (!og_folder_make(b.data) || (symlink(link, b.data) != 0 && errno != EEXIST))
            status = og_fail(err, OG_ERR_IO, "cannot make \"%s\": %s", b.data, strerror(errno));
    }
    if (status == OG_OK) *path = og_strndup(b.data, b.len);
    if (status == OG_OK && *path == NULL) status = og_fail(err, OG_ERR_MEMORY, "out of memory for the model %s", model->name);
    og_buf_free(&b);
    return status;
}

og_status og_store_path(const og_store *store, const og_stored *model, char **path, og_error *err) {
    *path = NULL;
    for (size_t i = 0; i < model->n_files; i++) {
        if (!og_store_has_blob(store, model->file[i].sha256, model->file[i].bytes))
            return og_fail(err, OG_ERR_IO,
                           "the model %s is incomplete: %s is not in the store with its %" PRIu64
                           " bytes; \"offgrid rm %s\", then pull or import it again",
                           model->name, model->file[i].name, model->file[i].bytes, model->name);
    }
    if (model->n_files > 1) return make_view(store, model, path, err);
    *path = og_store_blob_path(store, model->file[0].sha256);
    return *path != NULL ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for the model %s", model->name);
}

/* ---- adding ---- */

og_status og_store_room(const og_store *store, uint64_t bytes, og_error *err) {
    const uint64_t spare = (uint64_t)16 << 20; /* the rest of the system lives there too */
    struct statvfs v;
    if (statvfs(store->folder, &v) != 0) return OG_OK; /* writing will tell */
    uint64_t room = (uint64_t)v.f_bavail * v.f_frsize;
    if (bytes == 0 || room >= bytes + spare) return OG_OK;
    return og_fail(
        err, OG_ERR_IO,
        "the disk is too full: %.2f GB are still to be written and %.2f GB are free in \"%s\"; free some, or set OFFGRID_MODELS to "
        "a folder on another disk",
        (double)bytes / 1e9, (double)room / 1e9, store->folder);
}

/* A finished file becomes a blob; one that is there already stays. */
static og_status adopt(const og_store *store, const og_stored_file *file, const char *from, og_error *err) {
    char *to = og_store_blob_path(store, file->sha256);
    if (to == NULL) return og_fail(err, OG_ERR_MEMORY, "out of memory for %s", file->name);
    og_status status = OG_OK;
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) status = og_fail(err, OG_ERR_IO, "cannot write \"%s\" to the disk: %s", from, strerror(errno));
    if (fd >= 0) close(fd);
    if (status == OG_OK && og_store_has_blob(store, file->sha256, file->bytes)) {
        unlink(from);
    } else if (status == OG_OK && rename(from, to) != 0) {
        status = og_fail(err, OG_ERR_IO, "cannot move \"%s\" into the store: %s", from, strerror(errno));
    }
    og_release(to);
    return status;
}

og_status og_store_add(og_store *store, const og_stored *model, const char *const *paths, og_error *err) {
    char *manifest = og_manifest_path(store, model->name), *blobs = og_store_join(store, "blobs", "", "");
    int lock = -1;
    og_status status = OG_OK;
    if (manifest == NULL || blobs == NULL)
        status = og_fail(err, OG_ERR_ARG, "\"%s\" cannot be a model's name: letters, digits and . _ - : / + @, at most 200", model->name);
    if (status == OG_OK) status = og_store_make(store, err);
    if (status == OG_OK && (lock = og_store_lock(store, false, err)) < 0) status = OG_ERR_IO;
    for (size_t i = 0; i < model->n_files && status == OG_OK; i++) {
        if (paths[i] != NULL)
            status = adopt(store, &model->file[i], paths[i], err);
        else if (!og_store_has_blob(store, model->file[i].sha256, model->file[i].bytes))
            status = og_fail(err, OG_ERR_IO, "%s was removed from the store meanwhile; try again", model->file[i].name);
    }
    if (status == OG_OK) og_store_sync_folder(blobs);
    if (status == OG_OK) status = og_manifest_write(manifest, model, err);
    if (lock >= 0) close(lock);
    og_release(manifest);
    og_release(blobs);
    return status;
}

og_status og_store_verify(const og_store *store, const og_stored *model, og_progress_fn *progress, void *user, og_error *err) {
    enum { PIECE = 1 << 20 };
    uint64_t done = 0, total = og_stored_bytes(model);
    uint8_t *piece = og_alloc(PIECE);
    og_status status = piece != NULL ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < model->n_files && status == OG_OK; i++) {
        const og_stored_file *f = &model->file[i];
        char *path = og_store_blob_path(store, f->sha256), hex[OG_SHA256_HEX] = "";
        og_source *src = NULL;
        og_digest *d = og_digest_open();
        status = path != NULL && d != NULL ? og_source_open_unmapped(path, &src, err) : og_fail(err, OG_ERR_MEMORY, "out of memory");
        uint64_t size = status == OG_OK ? og_source_size(src) : 0;
        for (uint64_t at = 0; at < size && status == OG_OK;) {
            size_t n = (size_t)OG_MIN(size - at, (uint64_t)PIECE);
            status = og_source_read(src, at, piece, n, err);
            if (status == OG_OK) og_digest_add(d, piece, n);
            at += n;
            done += n;
            if (progress != NULL && !progress(user, "verifying", done, total)) status = og_fail(err, OG_ERR_CANCELLED, "interrupted");
        }
        og_digest_close(d, hex);
        og_source_close(src);
        og_release(path);
        if (status == OG_OK && strcmp(hex, f->sha256) != 0)
            status = og_fail(err, OG_ERR_FORMAT,
                             "%s of the model %s is damaged: its SHA-256 is %.12s..., not %.12s...; remove the model and "
                             "pull or import it again",
                             f->name, model->name, hex, f->sha256);
    }
    og_release(piece);
    return status;
}

/* ---- removing ---- */

typedef struct sweep {
    const og_store *store;
    og_stored *model; /* all that there are */
    size_t n;
    bool remove, downloads;
    uint64_t blobs, unused, partial;
    size_t n_blobs;
} sweep;

static bool meant(const sweep *s, const char *sha256) {
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->model[i].n_files; k++)
            if (strcmp(s->model[i].file[k].sha256, sha256) == 0) return true;
    return false;
}

static og_status sweep_blob(void *ctx, const char *path, const char *name, og_error *err) {
    sweep *s = ctx;
    struct stat st;
    if (strncmp(name, "sha256-", 7) != 0 || stat(path, &st) != 0) return OG_OK;
    bool used = meant(s, name + 7);
    s->n_blobs++;
    *(used ? &s->blobs : &s->unused) += (uint64_t)st.st_size;
    if (!used && s->remove && unlink(path) != 0 && errno != ENOENT)
        return og_fail(err, OG_ERR_IO, "cannot remove \"%s\": %s", path, strerror(errno));
    return OG_OK;
}

/* A view whose links lead nowhere, or to nothing that a name means. */
static og_status sweep_view(void *ctx, const char *path, const char *name, og_error *err) {
    sweep *s = ctx;
    (void)err;
    (void)name;
    DIR *dir = opendir(path);
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        char target[128], *blob;
        ssize_t n = e->d_name[0] == '.' ? -1 : readlinkat(dirfd(dir), e->d_name, target, sizeof target - 1);
        if (n < 0) continue;
        target[n] = '\0';
        blob = strrchr(target, '-');
        if (s->remove && (blob == NULL || !meant(s, blob + 1))) unlinkat(dirfd(dir), e->d_name, 0);
    }
    if (dir != NULL) closedir(dir);
    if (s->remove) rmdir(path); /* if it is empty now */
    return OG_OK;
}

/* What is being written is locked by its writer. Copies begin with "copy-"; the rest are downloads, which can be resumed. */
static og_status sweep_partial(void *ctx, const char *path, const char *name, og_error *err) {
    sweep *s = ctx;
    (void)err;
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return OG_OK;
    bool copy = strncmp(name, "copy-", 5) == 0;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) s->partial += (uint64_t)st.st_blocks * 512;
    if (s->remove && (copy || s->downloads) && flock(fd, LOCK_EX | LOCK_NB) == 0) unlink(path);
    close(fd);
    return OG_OK;
}

static og_status sweep_all(sweep *s, size_t *damaged, og_error *err) {
    OG_TRY(og_store_list(s->store, &s->model, &s->n, damaged, err));
    og_status status = OG_OK;
    if (s->remove && *damaged > 0) {
        status = og_fail(err, OG_ERR_FORMAT,
                         "%zu names in \"%s/names\" cannot be read, so nobody knows which files they mean: remove those first", *damaged,
                         s->store->folder);
    }
    if (status == OG_OK) status = each(s->store, "blobs", sweep_blob, s, err);
    if (status == OG_OK) status = each(s->store, "views", sweep_view, s, err);
    if (status == OG_OK) status = each(s->store, "partial", sweep_partial, s, err);
    og_store_list_free(s->model, s->n);
    return status;
}

static og_status remove_unused(og_store *store, const char *name, bool downloads, uint64_t *freed, og_error *err) {
    sweep s = {.store = store, .remove = true, .downloads = downloads};
    size_t damaged = 0;
    int lock = og_store_lock(store, true, err);
    if (lock < 0) return OG_ERR_IO;
    og_status status = OG_OK;
    char *path = name != NULL ? og_manifest_path(store, name) : NULL, *names = og_store_join(store, "names", "", "");
    if (path != NULL && unlink(path) != 0) status = og_fail(err, OG_ERR_IO, "cannot remove \"%s\": %s", path, strerror(errno));
    if (path != NULL && names != NULL) og_store_sync_folder(names); /* the name goes before its files */
    if (status == OG_OK) status = sweep_all(&s, &damaged, err);
    if (freed != NULL) *freed = s.unused + (downloads ? s.partial : 0);
    close(lock);
    og_release(path);
    og_release(names);
    return status;
}

og_status og_store_remove(og_store *store, const char *name, uint64_t *freed, og_error *err) {
    char *path = og_manifest_path(store, name);
    bool there = path != NULL && access(path, F_OK) == 0;
    og_release(path);
    if (!there) return og_fail(err, OG_ERR_ARG, "there is no model named \"%s\"; \"offgrid list\" shows those that are here", name);
    return remove_unused(store, name, false, freed, err);
}

og_status og_store_clean(og_store *store, bool downloads, uint64_t *freed, og_error *err) {
    *freed = 0;
    if (access(store->folder, F_OK) != 0) return OG_OK;
    return remove_unused(store, NULL, downloads, freed, err);
}

og_status og_store_measure(const og_store *store, og_store_usage *out, og_error *err) {
    *out = (og_store_usage){0};
    sweep s = {.store = store};
    OG_TRY(sweep_all(&s, &out->n_damaged, err));
    struct statvfs v;
    if (statvfs(store->folder, &v) == 0) out->free = (uint64_t)v.f_bavail * v.f_frsize;
    out->models = s.blobs;
    out->unused = s.unused;
    out->partial = s.partial;
    out->n_models = s.n;
    out->n_blobs = s.n_blobs;
    return OG_OK;
}
