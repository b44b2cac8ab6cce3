/* talks.c: conversations in SQLite. */
#include "store/talks/talks.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/folders.h"
#include "store/talks/seal.h"

enum { TITLE = 72 };
static const char checked[] = "offgrid conversations"; /* sealed in the table `meta`: tells the right passphrase */

struct og_talks {
    sqlite3 *db;
    bool sealed;
    uint8_t key[OG_SEAL_KEY];
};

static const char schema[] =
    "PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = "
    "NORMAL;"
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB);"
    "CREATE TABLE IF NOT EXISTS talk (id INTEGER PRIMARY KEY, model TEXT NOT NULL, started INTEGER NOT NULL,"
    " changed INTEGER NOT NULL, title BLOB);"
    "CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, talk INTEGER NOT NULL REFERENCES talk ON DELETE CASCADE,"
    " role TEXT NOT NULL, at INTEGER NOT NULL, text BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS message_talk ON message (talk);"
    "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (text, content = 'message', content_rowid = 'id');";

bool og_talks_built(void) {
    return true;
}

static og_status fail(const og_talks *t, og_error *err) {
    return og_fail(err, OG_ERR_IO, "the conversations cannot be read or written: %s", sqlite3_errmsg(t->db));
}

static og_status run(og_talks *t, const char *sql, og_error *err) {
    return sqlite3_exec(t->db, sql, NULL, NULL, NULL) == SQLITE_OK ? OG_OK : fail(t, err);
}

static sqlite3_stmt *prepare(const og_talks *t, const char *sql) {
    sqlite3_stmt *s = NULL;
    return sqlite3_prepare_v2(t->db, sql, -1, &s, NULL) == SQLITE_OK ? s : NULL;
}

/* Runs a statement that gives no rows, and releases it. NULL is a failure. */
static og_status finish(const og_talks *t, sqlite3_stmt *s, og_error *err) {
    int code = s != NULL ? sqlite3_step(s) : SQLITE_ERROR;
    og_status status = code == SQLITE_DONE || code == SQLITE_ROW ? OG_OK : fail(t, err);
    sqlite3_finalize(s);
    return status;
}

/* ---- sealing ---- */

/* Text as it is stored: itself, or sealed. *out is og_release'd. */
static og_status store_text(const og_talks *t, const char *about, const void *text, size_t len, uint8_t **out, size_t *n, og_error *err) {
    *n = len + (t->sealed ? OG_SEAL_MORE : 0);
    *out = og_alloc(*n);
    if (*out == NULL) return og_fail(err, OG_ERR_MEMORY, "out of memory for a message of %zu bytes", len);
    if (!t->sealed) memcpy(*out, text, len);
    if (!t->sealed || og_seal_close(t->key, about, text, len, *out)) return OG_OK;
    og_release(*out);
    *out = NULL;
    return og_fail(err, OG_ERR_INTERNAL, "a message cannot be sealed");
}

/* The other way; *out is NUL-terminated besides. */
static og_status load_text(const og_talks *t, const char *about, const void *stored, size_t n, char **out, size_t *len, og_error *err) {
    *out = og_calloc(n + 1, 1);
    *len = n;
    if (*out == NULL) return og_fail(err, OG_ERR_MEMORY, "out of memory for a message of %zu bytes", n);
    if (!t->sealed && n > 0) memcpy(*out, stored, n);
    if (!t->sealed) return OG_OK;
    if (og_seal_open(t->key, about, stored, n, (uint8_t *)*out)) {
        *len = n - OG_SEAL_MORE;
        (*out)[*len] = '\0';
        return OG_OK;
    }
    og_release(*out);
    *out = NULL;
    return og_fail(err, OG_ERR_FORMAT, "a message in the conversations is damaged, or was changed by somebody without the passphrase");
}

/* What is authenticated with a text. */
static const char *about_message(char out[96], int64_t talk, const char *role) {
    snprintf(out, 96, "message %lld %.40s", (long long)talk, role);
    return out;
}
static const char *about_title(char out[96], int64_t talk) {
    snprintf(out, 96, "title %lld", (long long)talk);
    return out;
}

static bool meta(const og_talks *t, const char *name, uint8_t *out, size_t size, size_t *n) {
    sqlite3_stmt *s = prepare(t, "SELECT value FROM meta WHERE name = ?");
    bool found = s != NULL && sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW &&
                 (size_t)sqlite3_column_bytes(s, 0) <= size;
    *n = found ? (size_t)sqlite3_column_bytes(s, 0) : 0;
    if (*n > 0) memcpy(out, sqlite3_column_blob(s, 0), *n);
    sqlite3_finalize(s);
    return found;
}

static og_status set_meta(og_talks *t, const char *name, const void *value, size_t n, og_error *err) {
    sqlite3_stmt *s = prepare(t, "INSERT OR REPLACE INTO meta VALUES (?, ?)");
    if (s != NULL) sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
    if (s != NULL) sqlite3_bind_blob(s, 2, value, (int)n, SQLITE_STATIC);
    return finish(t, s, err);
}

/* Finds out whether it is sealed, and makes the key. */
static og_status unlock(og_talks *t, const char *passphrase, og_error *err) {
    uint8_t salt[OG_SEAL_SALT], check[sizeof checked + OG_SEAL_MORE], text[sizeof checked];
    size_t n_salt, n_check;
    if (!meta(t, "salt", salt, sizeof salt, &n_salt) || n_salt != sizeof salt || !meta(t, "check", check, sizeof check, &n_check))
        return OG_OK;
    t->sealed = true;
    if (passphrase == NULL)
        return og_fail(err, OG_ERR_ARG,
                       "the conversations are sealed: give the passphrase on a terminal, or in the environment as OFFGRID_PASSPHRASE");
    if (!og_seal_key(passphrase, salt, t->key)) return og_fail(err, OG_ERR_MEMORY, "no key can be made of the passphrase");
    if (og_seal_open(t->key, "check", check, n_check, text)) return OG_OK;
    return og_fail(err, OG_ERR_ARG, "this is not the passphrase of the conversations");
}

/* ---- opening ---- */

static char *usual_path(const char *path) {
    const char *env = getenv("OFFGRID_CONVERSATIONS");
    if (path != NULL) return strdup(path);
    if (env != NULL && env[0] != '\0') return strdup(env);
    return og_folder_path(OG_FOLDER_DATA, "conversations.db");
}

og_status og_talks_open(const char *path, const char *passphrase, og_talks **out, og_error *err) {
    *out = NULL;
    char *at = usual_path(path);
    og_talks *t = og_calloc(1, sizeof *t);
    og_status status = OG_OK;
    if (at == NULL || t == NULL)
        status = og_fail(err, OG_ERR_IO, "there is no place for conversations: set HOME, XDG_DATA_HOME or OFFGRID_CONVERSATIONS");
    else if (!og_folder_make(at) || sqlite3_open(at, &t->db) != SQLITE_OK)
        status = og_fail(err, OG_ERR_IO, "cannot open the conversations in \"%s\"", at);
    else
        chmod(at, 0600);
    if (status == OG_OK) status = run(t, schema, err);
    if (status == OG_OK) status = unlock(t, passphrase, err);
    free(at);
    if (status == OG_OK)
        *out = t;
    else
        og_talks_close(t);
    return status;
}

bool og_talks_sealed(const char *path) {
    char *at = usual_path(path);
    og_talks t = {0};
    uint8_t salt[OG_SEAL_SALT];
    size_t n;
    bool sealed = at != NULL && access(at, F_OK) == 0 && sqlite3_open_v2(at, &t.db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
                  meta(&t, "salt", salt, sizeof salt, &n) && n > 0;
    sqlite3_close(t.db);
    free(at);
    return sealed;
}

void og_talks_close(og_talks *t) {
    if (t == NULL) return;
    sqlite3_close(t->db);
    og_seal_forget(t->key, sizeof t->key);
    og_release(t);
}

/* ---- writing ---- */

og_status og_talks_begin(og_talks *t, const char *model, int64_t *id, og_error *err) {
    sqlite3_stmt *s = prepare(t, "INSERT INTO talk (model, started, changed) VALUES (?1, ?2, ?2)");
    if (s != NULL) sqlite3_bind_text(s, 1, model, -1, SQLITE_STATIC);
    if (s != NULL) sqlite3_bind_int64(s, 2, (sqlite3_int64)time(NULL));
    OG_TRY(finish(t, s, err));
    *id = sqlite3_last_insert_rowid(t->db);
    return OG_OK;
}

/* The first question names the conversation. */
static og_status set_title(og_talks *t, int64_t id, const char *text, size_t len, og_error *err) {
    char about[96];
    uint8_t *stored;
    size_t n, take = OG_MIN(len, (size_t)TITLE);
    while (take < len && take > 0 && ((uint8_t)text[take] & 0xc0) == 0x80) take--;
    OG_TRY(store_text(t, about_title(about, id), text, take, &stored, &n, err));
    sqlite3_stmt *s = prepare(t, "UPDATE talk SET title = ? WHERE id = ? AND title IS NULL");
    if (s != NULL) sqlite3_bind_blob(s, 1, stored, (int)n, SQLITE_STATIC);
    if (s != NULL) sqlite3_bind_int64(s, 2, id);
    og_status status = finish(t, s, err);
    og_release(stored);
    return status;
}

static og_status add(og_talks *t, int64_t id, const char *role, const char *text, size_t len, og_error *err) {
    char about[96];
    uint8_t *stored;
    size_t n;
    OG_TRY(store_text(t, about_message(about, id, role), text, len, &stored, &n, err));
    sqlite3_stmt *s = prepare(t, "INSERT INTO message (talk, role, at, text) VALUES (?, ?, ?, ?)");
    if (s != NULL) {
        sqlite3_bind_int64(s, 1, id);
        sqlite3_bind_text(s, 2, role, -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 3, (sqlite3_int64)time(NULL));
        if (t->sealed)
            sqlite3_bind_blob(s, 4, stored, (int)n, SQLITE_STATIC);
        else
            sqlite3_bind_text(s, 4, (const char *)stored, (int)n, SQLITE_STATIC);
    }
    og_status status = finish(t, s, err);
    og_release(stored);
    OG_TRY(status);
    s = prepare(t, "UPDATE talk SET changed = ? WHERE id = ?");
    if (s != NULL) sqlite3_bind_int64(s, 1, (sqlite3_int64)time(NULL));
    if (s != NULL) sqlite3_bind_int64(s, 2, id);
    int64_t row = sqlite3_last_insert_rowid(t->db);
    OG_TRY(finish(t, s, err));
    if (strcmp(role, "user") == 0) OG_TRY(set_title(t, id, text, len, err));
    if (t->sealed) return OG_OK;
    s = prepare(t, "INSERT INTO words (rowid, text) VALUES (?, ?)");
    if (s != NULL) sqlite3_bind_int64(s, 1, row);
    if (s != NULL) sqlite3_bind_text(s, 2, text, (int)len, SQLITE_STATIC);
    return finish(t, s, err);
}

og_status og_talks_add(og_talks *t, int64_t id, const char *role, const char *text, size_t len, og_error *err) {
    if (len > 64 << 20) return og_fail(err, OG_ERR_ARG, "a message of %zu bytes is too long to be kept", len);
    OG_TRY(run(t, "BEGIN IMMEDIATE", err));
    og_status status = add(t, id, role, text, len, err);
    og_error other;
    og_status ended = run(t, status == OG_OK ? "COMMIT" : "ROLLBACK", status == OG_OK ? err : &other);
    return status != OG_OK ? status : ended;
}

/* ---- reading ---- */

/* Whether all words of `search` occur in one message of a sealed conversation. */
typedef struct hunt {
    const char *search;
    bool found;
} hunt;

static bool hunt_in(void *user, const char *role, const char *text, size_t len, int64_t at) {
    hunt *h = user;
    char *words = strdup(h->search), *rest = NULL;
    bool all = words != NULL;
    (void)role, (void)len, (void)at;
    for (char *w = words != NULL ? strtok_r(words, " \t", &rest) : NULL; w != NULL && all; w = strtok_r(NULL, " \t", &rest))
        all = strcasestr(text, w) != NULL;
    free(words);
    h->found = h->found || all;
    return !h->found;
}

/* "two words" as FTS5 takes them: each a string of its own, so that nothing in them is an operator. */
static char *words_query(const char *search) {
    og_buf b;
    og_buf_init(&b);
    for (const char *s = search; *s != '\0';) {
        size_t n = strcspn(s, " \t\r\n");
        if (n > 0) {
            og_buf_add(&b, "\"", 1);
            for (size_t i = 0; i < n; i++) og_buf_addf(&b, s[i] == '"' ? "\"\"" : "%c", s[i]);
            og_buf_add(&b, "\" ", 2);
        }
        s += n + strspn(s + n, " \t\r\n");
    }
    if (b.len == 0) og_buf_add(&b, "\"\"", 2);
    char *out = b.failed ? NULL : og_strndup(b.data, b.len);
    og_buf_free(&b);
    return out;
}

static og_status list_one(og_talks *t, sqlite3_stmt *s, const char *search, bool (*fn)(void *, const og_talks_entry *), void *user,
                          bool *more, og_error *err) {
    og_talks_entry e = {.id = sqlite3_column_int64(s, 0),
                        .model = (const char *)sqlite3_column_text(s, 1),
                        .started = sqlite3_column_int64(s, 2),
                        .changed = sqlite3_column_int64(s, 3),
                        .messages = sqlite3_column_int64(s, 5)};
    char about[96], *title = NULL;
    size_t n = (size_t)sqlite3_column_bytes(s, 4);
    hunt h = {.search = search, .found = search == NULL || !t->sealed};
    if (!h.found) OG_TRY(og_talks_read(t, e.id, hunt_in, &h, err));
    if (!h.found) return OG_OK;
    if (n > 0) OG_TRY(load_text(t, about_title(about, e.id), sqlite3_column_blob(s, 4), n, &title, &n, err));
    e.title = title != NULL ? title : "";
    if (e.model == NULL) e.model = "";
    *more = fn(user, &e);
    og_release(title);
    return OG_OK;
}

og_status og_talks_list(og_talks *t, const char *search, bool (*fn)(void *user, const og_talks_entry *e), void *user, og_error *err) {
#define COLUMNS "SELECT id, model, started, changed, title, (SELECT count(*) FROM message WHERE talk = talk.id) FROM talk "
    bool indexed = search != NULL && !t->sealed, more = true;
    char *query = indexed ? words_query(search) : NULL;
    sqlite3_stmt *s =
        prepare(t, indexed ? COLUMNS "WHERE id IN (SELECT talk FROM message WHERE id IN (SELECT rowid FROM words WHERE words MATCH ?)) "
                                     "ORDER BY changed DESC, id DESC"
                           : COLUMNS "ORDER BY changed DESC, id DESC");
#undef COLUMNS
    og_status status = s != NULL && (!indexed || query != NULL) ? OG_OK : fail(t, err);
    if (status == OG_OK && indexed) sqlite3_bind_text(s, 1, query, -1, SQLITE_STATIC);
    int code = SQLITE_DONE;
    while (status == OG_OK && more && (code = sqlite3_step(s)) == SQLITE_ROW) status = list_one(t, s, search, fn, user, &more, err);
    if (status == OG_OK && code != SQLITE_DONE && code != SQLITE_ROW) status = fail(t, err);
    sqlite3_finalize(s);
    og_release(query);
    return status;
}

og_status og_talks_find(og_talks *t, int64_t id, bool *found, int64_t *last, og_error *err) {
    sqlite3_stmt *s =
        prepare(t, "SELECT (SELECT count(*) FROM talk WHERE id = ?), (SELECT id FROM talk ORDER BY changed DESC, id DESC LIMIT 1)");
    if (s != NULL) sqlite3_bind_int64(s, 1, id);
    if (s == NULL || sqlite3_step(s) != SQLITE_ROW) {
        sqlite3_finalize(s);
        return fail(t, err);
    }
    *found = sqlite3_column_int64(s, 0) > 0;
    *last = sqlite3_column_int64(s, 1);
    sqlite3_finalize(s);
    return OG_OK;
}

og_status og_talks_read(og_talks *t, int64_t id, bool (*fn)(void *user, const char *role, const char *text, size_t len, int64_t at),
                        void *user, og_error *err) {
    sqlite3_stmt *s = prepare(t, "SELECT role, text, at FROM message WHERE talk = ? ORDER BY id");
    og_status status = s != NULL ? OG_OK : fail(t, err);
    if (s != NULL) sqlite3_bind_int64(s, 1, id);
    bool more = true;
    while (status == OG_OK && more && sqlite3_step(s) == SQLITE_ROW) {
        char about[96], *text = NULL;
        const char *role = (const char *)sqlite3_column_text(s, 0);
        size_t n;
        if (role == NULL) role = "";
        status =
            load_text(t, about_message(about, id, role), sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1), &text, &n, err);
        if (status == OG_OK) more = fn(user, role, text, n, sqlite3_column_int64(s, 2));
        og_release(text);
    }
    sqlite3_finalize(s);
    return status;
}

/* ---- deleting, sealing ---- */

/* The index is made anew, for deleted words would stay in its old segments, and the file is written anew, without free pages. */
static og_status scrub(og_talks *t, og_error *err) {
    OG_TRY(run(t, "DROP TABLE words", err));
    OG_TRY(run(t, schema, err));
    if (!t->sealed) OG_TRY(run(t, "INSERT INTO words (words) VALUES ('rebuild')", err));
    OG_TRY(run(t, "VACUUM", err));
    return run(t, "PRAGMA wal_checkpoint(TRUNCATE)", err); /* nor in the log */
}

og_status og_talks_delete(og_talks *t, int64_t id, og_error *err) {
    sqlite3_stmt *s = prepare(t, id != 0 ? "DELETE FROM talk WHERE id = ?" : "DELETE FROM talk");
    if (s != NULL && id != 0) sqlite3_bind_int64(s, 1, id);
    OG_TRY(finish(t, s, err));
    return scrub(t, err);
}

/* Rewrites column `text` of the rows that `select` gives (rowid, talk, role, text; role NULL: a title). */
static og_status reseal_rows(og_talks *from, const og_talks *to, const char *select, const char *update, og_error *err) {
    sqlite3_stmt *s = prepare(from, select);
    og_status status = s != NULL ? OG_OK : fail(from, err);
    while (status == OG_OK && sqlite3_step(s) == SQLITE_ROW) {
        char about[96], *text = NULL;
        uint8_t *stored = NULL;
        size_t len, n;
        const char *role = (const char *)sqlite3_column_text(s, 2);
        int64_t talk = sqlite3_column_int64(s, 1);
        if (role != NULL)
            about_message(about, talk, role);
        else
            about_title(about, talk);
        status = load_text(from, about, sqlite3_column_blob(s, 3), (size_t)sqlite3_column_bytes(s, 3), &text, &len, err);
        if (status == OG_OK) status = store_text(to, about, text, len, &stored, &n, err);
        sqlite3_stmt *u = status == OG_OK ? prepare(from, update) : NULL;
        if (u != NULL && to->sealed) sqlite3_bind_blob(u, 1, stored, (int)n, SQLITE_STATIC);
        if (u != NULL && !to->sealed) sqlite3_bind_text(u, 1, (const char *)stored, (int)n, SQLITE_STATIC);
        if (u != NULL) sqlite3_bind_int64(u, 2, sqlite3_column_int64(s, 0));
        if (status == OG_OK) status = finish(from, u, err);
        og_release(text);
        og_release(stored);
    }
    sqlite3_finalize(s);
    return status;
}

static og_status reseal(og_talks *t, og_talks *to, const uint8_t *salt, og_error *err) {
    uint8_t check[sizeof checked + OG_SEAL_MORE];
    OG_TRY(reseal_rows(t, to, "SELECT id, talk, role, text FROM message", "UPDATE message SET text = ? WHERE id = ?", err));
    OG_TRY(
        reseal_rows(t, to, "SELECT id, id, NULL, title FROM talk WHERE title IS NOT NULL", "UPDATE talk SET title = ? WHERE id = ?", err));
    OG_TRY(run(t, "DELETE FROM meta WHERE name IN ('salt', 'check')", err));
    if (!to->sealed) return OG_OK;
    if (!og_seal_close(to->key, "check", checked, sizeof checked, check))
        return og_fail(err, OG_ERR_INTERNAL, "the conversations cannot be sealed");
    OG_TRY(set_meta(t, "salt", salt, OG_SEAL_SALT, err));
    return set_meta(t, "check", check, sizeof check, err);
}

og_status og_talks_seal(og_talks *t, const char *passphrase, og_error *err) {
    uint8_t salt[OG_SEAL_SALT];
    og_talks to = {.db = t->db, .sealed = passphrase != NULL};
    if (to.sealed && (!og_seal_random(salt, sizeof salt) || !og_seal_key(passphrase, salt, to.key)))
        return og_fail(err, OG_ERR_MEMORY, "no key can be made of the passphrase");
    OG_TRY(run(t, "BEGIN IMMEDIATE", err));
    og_error other;
    og_status status = reseal(t, &to, salt, err);
    og_status ended = run(t, status == OG_OK ? "COMMIT" : "ROLLBACK", status == OG_OK ? err : &other);
    if (status == OG_OK) status = ended;
    if (status == OG_OK) {
        memcpy(t->key, to.key, sizeof t->key);
        t->sealed = to.sealed;
        status = scrub(t, err);
    }
    og_seal_forget(to.key, sizeof to.key);
    return status;
}
