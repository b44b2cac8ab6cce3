/* hf.c: models of the Hugging Face hub. One document says which files a repository has, how large they are, their SHA-256 and the licence.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "store/pull/plan.h"

enum { DOCUMENT_MAX = 16 << 20 };

/* What is taken where nobody says: small and good first. */
static const char *const usual[] = {"Q4_K_M", "Q4_K_S", "Q4_0", "IQ4_NL", "IQ4_XS", "Q5_K_M",
                                    "Q5_K_S", "Q6_K",   "Q8_0", "F16",    "BF16",   "F32"};

/* Whether the name holds the quantization as a word of its own: "-Q4_0." but not "Q4_0_4_4". */
static bool has_word(const char *name, const char *word) {
    size_t n = strlen(word);
    for (const char *s = name; *s != '\0'; s++) {
        if (strncasecmp(s, word, n) != 0) continue;
        bool begins = s == name || (!isalnum((unsigned char)s[-1]) && s[-1] != '_'), ends = !isalnum((unsigned char)s[n]) && s[n] != '_';
        if (begins && ends) return true;
    }
    return false;
}

static const char *base_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Models as people run them: not the picture encoder beside them, not parts but the first. */
static bool is_model(const char *name) {
    size_t n = strlen(name);
    if (n < 6 || strcasecmp(name + n - 5, ".gguf") != 0 || strcasestr(base_of(name), "mmproj") != NULL) return false;
    const char *of = n > 19 ? strstr(name + n - 14, "-of-") : NULL;
    return of == NULL || (strncmp(of - 5, "00001", 5) == 0 && of[-6] == '-');
}

static const char *name_of(const og_jval *sibling) {
    const og_jval *v = og_jval_get(sibling, "rfilename");
    return v != NULL && v->kind == OG_JSON_STRING ? v->u.s : "";
}

/* The file that is meant; NULL: none. */
static const og_jval *choose(const og_jval *siblings, const char *quant) {
    const og_jval *only = NULL;
    size_t n = 0;
    for (size_t pass = 0; pass < (quant != NULL ? 1 : OG_LEN(usual)); pass++) {
        n = 0;
        for (const og_jval *v = siblings->u.first; v != NULL; v = v->next) {
            const char *name = name_of(v);
            if (quant != NULL && (strcmp(name, quant) == 0 || strcmp(base_of(name), quant) == 0)) return v;
            if (!is_model(name)) continue;
            only = v;
            n++;
            if (has_word(base_of(name), quant != NULL ? quant : usual[pass])) return v;
        }
    }
    return quant == NULL && n == 1 ? only : NULL;
}

static og_status none_chosen(const og_jval *siblings, const char *repo, const char *quant, og_error *err) {
    og_buf b;
    og_buf_init(&b);
    for (const og_jval *v = siblings->u.first; v != NULL; v = v->next)
        if (is_model(name_of(v)) && b.len < 300) og_buf_addf(&b, "%s%s", b.len > 0 ? ", " : "", base_of(name_of(v)));
    og_status status = b.len == 0
                           ? og_fail(err, OG_ERR_FORMAT, "hf:%s has no GGUF files; look for a repository whose name ends with GGUF", repo)
                           : og_fail(err, OG_ERR_ARG, "hf:%s has %s%s; name one of: %s", repo,
                                     quant != NULL ? "nothing like " : "several models", quant != NULL ? quant : "", b.data);
    og_buf_free(&b);
    return status;
}

/* Adds a file, pinned to the repository's state. */
static og_status add_file(const og_jval *v, const char *hub, const char *repo, const char *commit, og_pull_plan *plan, og_error *err) {
    const og_jval *lfs = og_jval_get(v, "lfs"), *sum = og_jval_get(lfs, "sha256"), *size = og_jval_get(v, "size");
    bool known = sum != NULL && sum->kind == OG_JSON_STRING && og_digest_valid(sum->u.s);
    char *url = og_plan_text("%s/%s/resolve/%s/%s", hub, repo, commit, name_of(v));
    uint64_t bytes = size != NULL && size->kind == OG_JSON_INT && size->u.i > 0 ? (uint64_t)size->u.i : 0;
    bool good = url != NULL && og_plan_add(plan, url, name_of(v), known ? sum->u.s : NULL, bytes);
    og_release(url);
    return good ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory");
}

/* The file and, if it is the first part of several, the others. */
static og_status add_files(const og_jval *siblings, const og_jval *first, const char *hub, const char *repo, const char *commit,
                           og_pull_plan *plan, og_error *err) {
    const char *name = name_of(first);
    size_t n = strlen(name);
    unsigned parts = 1;
    if (n > 20 && sscanf(name + n - 20, "-00001-of-%5u.gguf", &parts) != 1) parts = 1;
    OG_TRY(add_file(first, hub, repo, commit, plan, err));
    for (unsigned i = 2; i <= parts; i++) {
        char *want = og_plan_text("%.*s-%05u%s", (int)(n - 20), name, i, name + n - 14);
        const og_jval *v = want != NULL ? siblings->u.first : NULL;
        while (v != NULL && strcmp(name_of(v), want) != 0) v = v->next;
        og_release(want);
        if (v == NULL) return og_fail(err, OG_ERR_FORMAT, "hf:%s lacks part %u of %u of %s", repo, i, parts, name);
        OG_TRY(add_file(v, hub, repo, commit, plan, err));
    }
    return OG_OK;
}

static const char *text_at(const og_jval *object, const char *key) {
    const og_jval *v = og_jval_get(object, key);
    return v != NULL && v->kind == OG_JSON_STRING ? v->u.s : NULL;
}

static og_status read_repo(const og_jval *root, const char *hub, const char *repo, const char *quant, og_pull_plan *plan, og_error *err) {
    const og_jval *siblings = og_jval_get(root, "siblings"), *card = og_jval_get(root, "cardData"), *gated = og_jval_get(root, "gated");
    if (siblings == NULL || siblings->kind != OG_JSON_ARRAY)
        return og_fail(err, OG_ERR_FORMAT, "the hub's answer about hf:%s lists no files", repo);
    const og_jval *v = choose(siblings, quant);
    if (v == NULL) return none_chosen(siblings, repo, quant, err);
    const char *commit = text_at(root, "sha"), *licence = text_at(card, "license_name");
    if (licence == NULL) licence = text_at(card, "license");
    if (licence == NULL) licence = "";
    const char *page = text_at(card, "license_link");
    plan->licence = page != NULL ? og_plan_text("%s, %s", licence, page) : og_strndup(licence, strlen(licence));
    if (gated != NULL && gated->kind == OG_JSON_STRING)
        plan->notice = og_plan_text("the model's publisher asks you to accept terms on %s/%s first", hub, repo);
    return add_files(siblings, v, hub, repo, commit != NULL ? commit : "main", plan, err);
}

og_status og_plan_hf(og_http *h, const char *what, og_pull_plan *plan, og_error *err) {
    static const char *const variables[] = {"OFFGRID_HF_URL", "HF_ENDPOINT", NULL};
    const char *repo = what + 3, *colon = strchr(repo, ':'), *slash = strchr(repo, '/');
    size_t len = colon != NULL ? (size_t)(colon - repo) : strlen(repo);
    if (slash == NULL || slash == repo || strspn(repo, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/") != len ||
        memchr(slash + 1, '/', len - (size_t)(slash + 1 - repo)) != NULL || strstr(repo, "..") != NULL)
        return og_fail(err, OG_ERR_ARG, "\"%s\" is not of the form hf:USER/REPO or hf:USER/REPO:QUANT", what);
    char *name = og_strndup(repo, len), *hub = og_plan_hub("hf", variables, "https://huggingface.co");
    char *url = name != NULL && hub != NULL ? og_plan_text("%s/api/models/%s?blobs=true", hub, name) : NULL;
    og_buf body;
    og_buf_init(&body);
    h->token = getenv("HF_TOKEN");
    if (h->token == NULL || h->token[0] == '\0') h->token = getenv("HUGGING_FACE_HUB_TOKEN");
    if (h->token != NULL && h->token[0] == '\0') h->token = NULL;
    og_status status =
        url != NULL ? og_http_document(h, url, "application/json", DOCUMENT_MAX, &body, err) : og_fail(err, OG_ERR_MEMORY, "out of memory");
    og_jdoc *doc = NULL;
    if (status == OG_OK) {
        status = og_jdoc_open(body.data, body.len, url, &doc, err);
        og_buf_init(&body); /* the document has it now */
    }
    if (status == OG_OK) status = read_repo(og_jdoc_root(doc), hub, name, colon != NULL ? colon + 1 : NULL, plan, err);
    plan->name = og_strndup(what, strlen(what));
    plan->source = og_strndup(what, strlen(what));
    og_jdoc_close(doc);
    og_buf_free(&body);
    og_release(url);
    og_release(name);
    og_release(hub);
    if (status == OG_OK && (!plan->name || !plan->source || !plan->licence)) status = og_fail(err, OG_ERR_MEMORY, "out of memory");
    return status;
}
