#include "runtime/speech/decode.h"

#include "base/real.h"

#include <math.h>
#include <string.h>

/* Symbols that are annotation rather than speech, as OpenAI lists them. Of the notes every way to write them is left out. */
static const char *const symbols[] = {
    "\"",  "#",  "(",  ")",  "*",   "+",  "/",  ":",   ";",   "<",  "=",  ">",  "@",  "[",   "\\",  "]",
    "^",   "_",  "`",  "{",  "|",   "}",  "~",  "「",  "」",  "『", "』", "<<", ">>", "<<<", ">>>", "--",
    "---", "-(", "-[", "('", "(\"", "((", "))", "(((", ")))", "[[", "]]", "{{", "}}", "♪♪",  "♪♪♪",
};
static const char *const notes[] = {"♩", "♪", "♫", "♬", "♭", "♮", "♯"};

double og_hear_log_sum(const float *x, int32_t n) {
    float top = -INFINITY;
    double sum = 0;
    for (int32_t i = 0; i < n; i++) top = OG_MAX(top, x[i]);
    if (!(top > -INFINITY)) return (double)-INFINITY;
    for (int32_t i = 0; i < n; i++)
        if (x[i] > top - 40) sum += og_real_exp((double)(x[i] - top));
    return (double)top + og_real_log(sum);
}

/* Suppresses the text's only token or, with `any`, its first. */
static og_status suppress_text(og_hear_rules *r, const char *text, bool any, og_error *err) {
    int32_t *ids = NULL;
    size_t n = 0;
    const og_status status = og_tok_encode(r->speech->tok, text, strlen(text), 0, &ids, &n, err);
    if (status != OG_OK) return status == OG_ERR_MEMORY ? status : OG_OK; /* what has no tokens cannot be said */
    if (n == 1 || (any && n > 0)) r->suppressed[ids[0]] = 1;
    og_release(ids);
    return OG_OK;
}

static og_status suppress_symbols(og_hear_rules *r, og_error *err) {
    OG_TRY(suppress_text(r, " -", true, err));
    OG_TRY(suppress_text(r, " '", true, err));
    for (size_t i = 0; i < OG_LEN(symbols) + OG_LEN(notes); i++) {
        const bool note = i >= OG_LEN(symbols);
        char spaced[24] = " ";
        strcpy(spaced + 1, note ? notes[i - OG_LEN(symbols)] : symbols[i]);
        OG_TRY(suppress_text(r, spaced + 1, note, err));
        OG_TRY(suppress_text(r, spaced, note, err));
    }
    return OG_OK;
}

static og_status fill(og_hear_rules *r, const og_transcribe_params *params, og_error *err) {
    const og_speech_tokens *t = &r->speech->token;
    const int32_t n_vocab = (int32_t)r->speech->lm->hp.n_vocab;
    const int32_t never[] = {t->sot, t->prev, t->translate, t->transcribe, t->no_speech};
    for (size_t i = 0; i < params->n_suppress; i++) {
        if (params->suppress[i] < 0 || params->suppress[i] >= n_vocab)
            return og_fail(err, OG_ERR_ARG, "token %d, which is to be suppressed, is none of the model's %d", params->suppress[i], n_vocab);
        r->suppressed[params->suppress[i]] = 1;
    }
    if (!params->keep_symbols) OG_TRY(suppress_symbols(r, err));
    for (size_t i = 0; i < OG_LEN(never); i++)
        if (never[i] >= 0) r->suppressed[never[i]] = 1;
    /* What lies between the end and the times is no text either. */
    for (int32_t i = t->eot + 1; i < t->time0; i++) r->suppressed[i] = 1;
    if (!params->plain) return OG_OK;
    for (int32_t i = t->time0; i < n_vocab; i++) r->suppressed[i] = 1;
    return OG_OK;
}

og_status og_hear_rules_open(const og_speech *speech, const og_transcribe_params *params, og_hear_rules *out, og_error *err) {
    *out = (og_hear_rules){.speech = speech, .plain = params->plain, .blank = -1};
    out->suppressed = og_calloc(speech->lm->hp.n_vocab, 1);
    if (!out->suppressed) return og_fail(err, OG_ERR_MEMORY, "out of memory for the list of suppressed tokens");
    out->max_initial = (int32_t)(OG_MAX(0.0f, params->max_initial) * 50 + 0.5f);
    int32_t *ids = NULL;
    size_t n = 0;
    og_status status = og_tok_encode(speech->tok, " ", 1, 0, &ids, &n, err);
    if (status == OG_OK && n == 1) out->blank = ids[0];
    og_release(ids);
    if (status == OG_OK) status = fill(out, params, err);
    if (status != OG_OK) og_hear_rules_close(out);
    return status;
}

void og_hear_rules_close(og_hear_rules *r) {
    og_release(r->suppressed);
    r->suppressed = NULL;
}

static void forbid(float *logits, int32_t from, int32_t to) {
    for (int32_t i = from; i < to; i++) logits[i] = -INFINITY;
}

/* Times come in pairs, never fall, and one comes first; where all of them together are likelier than any text, a time comes. */
static void apply_times(const og_hear_rules *r, const int32_t *ids, int n, float *logits) {
    const og_speech_tokens *t = &r->speech->token;
    const int32_t time0 = t->time0, end = (int32_t)r->speech->lm->hp.n_vocab;
    const bool last = n >= 1 && ids[n - 1] >= time0, before = n < 2 || ids[n - 2] >= time0;
    if (last && before) forbid(logits, time0, end);
    if (last && !before) forbid(logits, 0, t->eot);
    int i = n - 1;
    while (i >= 0 && ids[i] < time0) i--;
    if (i >= 0) forbid(logits, time0, last && !before ? ids[i] : OG_MIN(ids[i] + 1, end));
    if (n == 0) {
        forbid(logits, 0, time0);
        forbid(logits, OG_MIN(time0 + r->max_initial + 1, end), end);
    }
    forbid(logits, OG_MIN(time0 + t->n_times, end), end);
    float text = -INFINITY;
    for (i = 0; i < time0; i++) text = OG_MAX(text, logits[i]);
    if (og_hear_log_sum(logits + time0, end - time0) > (double)text) forbid(logits, 0, time0);
}

void og_hear_rules_apply(const og_hear_rules *r, const int32_t *ids, int n, float *logits) {
    const int32_t n_vocab = (int32_t)r->speech->lm->hp.n_vocab;
    if (n == 0 && r->blank >= 0) logits[r->blank] = -INFINITY;
    if (n == 0) logits[r->speech->token.eot] = -INFINITY;
    for (int32_t i = 0; i < n_vocab; i++)
        if (r->suppressed[i]) logits[i] = -INFINITY;
    if (!r->plain) apply_times(r, ids, n, logits);
}
