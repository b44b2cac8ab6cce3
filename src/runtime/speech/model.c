/* model.c: opening a model that hears, and the tokens it speaks with. */
#include "convert/convert.h"
#include "convert/whisper.h"
#include "runtime/speech/speech.h"

#include <stdio.h>
#include <string.h>

enum { ENGLISH_VOCABULARY = 51864 }; /* English models have tokens of languages, and no use for them */

static const char *const languages[] = {OG_WHISPER_LANGUAGES};

/* The token spelled "<|name|>"; -1: none. Such tokens are at the end of a vocabulary, so it is searched from there. */
static int32_t find(const og_tok *tok, const char *name) {
    char text[48];
    const size_t n = (size_t)snprintf(text, sizeof text, "<|%s|>", name);
    for (int32_t id = og_tok_size(tok) - 1; id >= 0; id--) {
        size_t len;
        const char *s = og_tok_piece(tok, id, &len);
        if (s && len == n && memcmp(s, text, n) == 0) return id;
    }
    return -1;
}

static og_status find_tokens(og_speech *s, og_error *err) {
    og_speech_tokens *t = &s->token;
    t->eot = find(s->tok, "endoftext");
    t->sot = find(s->tok, "startoftranscript");
    t->translate = find(s->tok, "translate");
    t->transcribe = find(s->tok, "transcribe");
    t->prev = find(s->tok, "startofprev");
    t->no_speech = find(s->tok, "nospeech");
    if (t->no_speech < 0) t->no_speech = find(s->tok, "nocaptions");
    t->no_times = find(s->tok, "notimestamps");
    if (t->eot < 0 || t->sot < t->eot || t->no_times < t->sot)
        return og_fail(err, OG_ERR_FORMAT,
                       "the vocabulary has no <|endoftext|>, <|startoftranscript|> and <|notimestamps|>, in this order");
    t->time0 = t->no_times + 1;
    t->n_times = OG_MIN((int32_t)s->lm->hp.n_vocab - t->time0, (int32_t)og_speech_n_audio(s->lm) + 1);
    if (t->n_times < 0) t->n_times = 0;
    for (size_t i = 0; i < OG_LEN(languages) && s->lm->hp.n_vocab != ENGLISH_VOCABULARY; i++) {
        const int32_t id = find(s->tok, languages[i]);
        if (id < 0) continue;
        t->language[t->n_languages] = id;
        t->code[t->n_languages++] = languages[i];
    }
    if (t->n_languages > 0 && (t->translate < 0 || t->transcribe < 0))
        return og_fail(err, OG_ERR_FORMAT, "the vocabulary has languages, but no <|transcribe|> and <|translate|>");
    return OG_OK;
}

static og_status load(og_speech *s, const og_speech_params *params, og_error *err) {
    og_backend *be = s->engine->be;
    og_value v;
    OG_TRY(og_speech_bind(s->file, &s->lm, err));
    OG_TRY(og_tok_open(s->file, &s->tok, err));
    OG_TRY(find_tokens(s, err));
    OG_TRY(og_mel_open((int)og_speech_n_mel(s->lm), &s->mel, err));
    const bool named = og_file_find(s->file, "general.name", &v) && v.type == OG_VALUE_STRING;
    s->name = named ? og_strndup(v.str, v.len) : og_strndup("", 0);
    if (!s->name) return og_fail(err, OG_ERR_MEMORY, "out of memory for the model's name");
    uint64_t weights = 0;
    for (int i = 0; i < s->lm->n_list; i++) weights += be->weight_bytes(be, s->lm->list[i]);
    OG_TRY(og_engine_reserve(s->engine, weights, 0, "the model", err));
    s->weight_bytes = weights;
    OG_TRY(be->weights_load(be, s->lm->list, s->lm->n_list, params->progress, params->user, err));
    s->loaded = true;
    return OG_OK;
}

og_status og_speech_open(og_engine *engine, const char *path, const og_speech_params *params, og_speech **out, og_error *err) {
    if (!engine || !path || !out) return og_fail(err, OG_ERR_ARG, "og_speech_open needs an engine, a path and a place for the model");
    const og_speech_params defaults = {0};
    og_file *file;
    OG_TRY(og_convert_open_any(path, &file, err));
    og_speech *s = og_calloc(1, sizeof *s);
    if (!s) {
        og_file_close(file);
        return og_fail(err, OG_ERR_MEMORY, "out of memory for a model");
    }
    s->engine = og_engine_hold(engine);
    s->file = file;
    const og_status status = load(s, params ? params : &defaults, err);
    if (status == OG_OK) {
        *out = s;
        return OG_OK;
    }
    og_speech_close(s);
    return og_fail_prefix(err, status, "%s", path);
}

void og_speech_close(og_speech *s) {
    if (!s) return;
    if (s->loaded) s->engine->be->weights_free(s->engine->be, s->lm->list, s->lm->n_list);
    og_engine_unreserve(s->engine, s->weight_bytes);
    og_lm_close(s->lm);
    og_tok_close(s->tok);
    og_mel_close(s->mel);
    og_file_close(s->file);
    og_release(s->name);
    og_engine_close(s->engine);
    og_release(s);
}

void og_speech_describe(const og_speech *s, og_speech_info *out) {
    const og_hparams *hp = &s->lm->hp;
    *out = (og_speech_info){
        .name = s->name,
        .n_layer_encoder = og_speech_enc_layers(s->lm),
        .n_layer_decoder = og_speech_dec_layers(s->lm),
        .n_embd = hp->n_embd,
        .n_head = hp->n_head,
        .n_mel = og_speech_n_mel(s->lm),
        .n_vocab = hp->n_vocab,
        .seconds = og_speech_n_audio(s->lm) * 2.0 * OG_MEL_HOP / OG_MEL_RATE,
        .n_languages = s->token.n_languages,
        .n_params = s->lm->n_params,
        .weight_bytes = s->weight_bytes,
    };
}

const char *og_speech_language(const og_speech *s, uint32_t i) {
    return i < s->token.n_languages ? s->token.code[i] : NULL;
}
