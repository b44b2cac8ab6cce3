/* transcribe.c: sound of any length, window by window: what a window says, where the next one begins, and what it is told of the ones
 * before. As OpenAI's reference does it, but that a window's spectrogram is normalized by itself, so that nothing depends on sound to come.
 */
#include "runtime/speech/decode.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FRAMES_A_SECOND = OG_MEL_RATE / OG_MEL_HOP, MEL_CHUNK = 128, MAX_BEAMS = 64 };

struct og_transcriber {
    og_speech *speech;
    og_transcribe_params params; /* its pointers are copies, or unused */
    og_arena arena;              /* of these copies */
    og_hear_rules rules;
    og_hearing *hearing;
    uint8_t *heads; /* [n_layer_decoder * n_head] that times of words are read from; NULL: not wanted */
    int heads_layers;
    int language; /* number among the model's; -1: not known, or there is one only */
    /* sound: samples [first, first + n) of it */
    float *sample;
    size_t n, cap;
    int64_t first;
    int64_t seek;            /* the frame that the next window begins with */
    uint8_t *voice;          /* ring of n_voice: whether chunk i of the sound, modulo n_voice, has a voice; NULL: all may have */
    int64_t n_voice, voiced; /* voiced: chunks judged so far */
    float *wave, *mel;
    int n_frames; /* of a window */
    /* what was said, as the next window is told: the last tokens */
    int32_t *history;
    int n_history, cap_history;
    int32_t *prompt;
    og_transcribe_stats stats;
    volatile int cancel;
};

og_transcribe_params og_transcribe_defaults(void) {
    return (og_transcribe_params){
        .temperature_step = 0.2f, .compression_max = 2.4f, .logprob_min = -1.0f, .no_speech_max = 0.6f, .max_initial = 1.0f};
}

/* ---- open ---- */

static og_status no_memory(og_error *err) {
    return og_fail(err, OG_ERR_MEMORY, "out of memory for transcribing");
}

static og_status check_params(const og_transcribe_params *p, og_error *err) {
    if (p->beams < 0 || p->beams > MAX_BEAMS || p->best_of < 0 || p->best_of > MAX_BEAMS)
        return og_fail(err, OG_ERR_ARG, "%d beams and %d tries are not possible: 0 to %d", p->beams, p->best_of, MAX_BEAMS);
    if (!(p->temperature >= 0 && p->temperature <= 10) || !(p->temperature_step >= 0 && p->temperature_step <= 10))
        return og_fail(err, OG_ERR_ARG, "temperatures must be from 0 to 10");
    return OG_OK;
}

static og_status find_language(og_transcriber *t, og_error *err) {
    const og_speech_tokens *tokens = &t->speech->token;
    t->language = -1;
    if (tokens->n_languages == 0 && t->params.translate)
        return og_fail(err, OG_ERR_ARG, "the model hears one language only and cannot translate");
    if (tokens->n_languages == 0 || !t->params.language) return OG_OK;
    for (uint32_t i = 0; i < tokens->n_languages; i++)
        if (strcmp(tokens->code[i], t->params.language) == 0) t->language = (int)i;
    if (t->language < 0)
        return og_fail(err, OG_ERR_ARG, "the model does not know the language '%.16s': it wants a code such as en, de or zh",
                       t->params.language);
    return OG_OK;
}

static bool mark_head(og_transcriber *t, int64_t layer, int64_t head) {
    const og_lm *lm = t->speech->lm;
    const int64_t n_layer = og_speech_dec_layers(lm), n_head = lm->hp.n_head;
    if (layer < 0 || layer >= n_layer || head < 0 || head >= n_head) return false;
    t->heads[layer * n_head + head] = 1;
    return true;
}

/* Heads as asked for, as the file says, or all of the last half of the layers. */
static og_status choose_heads(og_transcriber *t, const og_transcribe_params *p, og_error *err) {
    const og_lm *lm = t->speech->lm;
    const uint32_t n_layer = og_speech_dec_layers(lm), n_head = lm->hp.n_head;
    og_value list, layer, head;
    t->heads_layers = (int)n_layer;
    t->heads = og_calloc((size_t)n_layer * n_head, 1);
    if (!t->heads) return no_memory(err);
    bool ok = true, any = p->n_alignment > 0;
    for (size_t i = 0; i < p->n_alignment; i++) ok = ok && mark_head(t, p->alignment_heads[2 * i], p->alignment_heads[2 * i + 1]);
    if (!any && og_file_find(t->speech->file, "whisper.alignment_heads", &list) && list.type == OG_VALUE_ARRAY)
        for (uint64_t i = 0; i + 1 < list.count && i < 4096; i += 2) {
            any = og_file_element(t->speech->file, "whisper.alignment_heads", i, &layer) &&
                  og_file_element(t->speech->file, "whisper.alignment_heads", i + 1, &head);
            ok = ok && any && mark_head(t, layer.i, head.i);
        }
    if (!ok) return og_fail(err, OG_ERR_ARG, "a head to read times from is none of %u layers with %u heads", n_layer, n_head);
    for (uint32_t i = n_layer / 2 * n_head; i < n_layer * n_head && !any; i++) t->heads[i] = 1;
    return OG_OK;
}

static og_status read_prompt(og_transcriber *t, og_error *err) {
    if (!t->params.prompt || !*t->params.prompt) return OG_OK;
    og_buf text;
    og_buf_init(&text);
    og_buf_addf(&text, " %s", t->params.prompt);
    int32_t *ids = NULL;
    size_t n = 0;
    og_status status = text.failed ? no_memory(err) : og_tok_encode(t->speech->tok, text.data, text.len, 0, &ids, &n, err);
    og_buf_free(&text);
    if (status != OG_OK) return status;
    const size_t kept = OG_MIN(n, (size_t)t->cap_history);
    memcpy(t->history, ids + n - kept, kept * sizeof *ids);
    t->n_history = (int)kept;
    og_release(ids);
    return OG_OK;
}

static og_status begin(og_transcriber *t, og_error *err) {
    t->n = 0;
    t->first = t->seek = t->voiced = 0;
    if (t->voice) og_vad_reset(t->params.vad);
    t->n_history = 0;
    OG_TRY(find_language(t, err));
    return read_prompt(t, err);
}

static og_status open_all(og_transcriber *t, const og_transcribe_params *p, og_error *err) {
    const og_lm *lm = t->speech->lm;
    OG_TRY(check_params(p, err));
    t->params = *p;
    t->params.suppress = t->params.alignment_heads = NULL;
    if (t->params.best_of == 0) t->params.best_of = 5;
    if (p->temperature <= 0 && p->temperature_step <= 0) t->params.best_of = 1; /* nothing is tried at a temperature */
    if (p->language && !(t->params.language = og_arena_strndup(&t->arena, p->language, strlen(p->language)))) return no_memory(err);
    if (p->prompt && !(t->params.prompt = og_arena_strndup(&t->arena, p->prompt, strlen(p->prompt)))) return no_memory(err);
    OG_TRY(og_hear_rules_open(t->speech, p, &t->rules, err));
    if (p->words) OG_TRY(choose_heads(t, p, err));
    OG_TRY(og_hearing_open(t->speech, og_hear_sequences(t->params.beams, t->params.best_of), &t->hearing, err));
    t->n_frames = 2 * (int)og_speech_n_audio(lm);
    t->cap_history = (int)lm->hp.n_ctx_train / 2 - 1;
    t->cap = (size_t)t->n_frames * OG_MEL_HOP + OG_MEL_FRAME;
    t->sample = og_alloc(t->cap * sizeof *t->sample);
    t->wave = og_alloc(t->cap * sizeof *t->wave);
    t->n_voice = (int64_t)(t->cap / OG_VAD_CHUNK) + 4;
    if (p->vad && !(t->voice = og_calloc((size_t)t->n_voice, 1))) return no_memory(err);
    t->mel = og_alloc((size_t)t->n_frames * og_speech_n_mel(lm) * sizeof *t->mel);
    t->history = og_alloc(((size_t)t->cap_history + 1) * sizeof *t->history);
    t->prompt = og_alloc((size_t)lm->hp.n_ctx_train * sizeof *t->prompt + 8 * sizeof *t->prompt);
    if (!t->sample || !t->wave || !t->mel || !t->history || !t->prompt) return no_memory(err);
    return begin(t, err);
}

og_status og_transcriber_open(og_speech *speech, const og_transcribe_params *params, og_transcriber **out, og_error *err) {
    if (!speech || !out) return og_fail(err, OG_ERR_ARG, "og_transcriber_open needs a model and a place for the transcriber");
    const og_transcribe_params defaults = og_transcribe_defaults();
    og_transcriber *t = og_calloc(1, sizeof *t);
    if (!t) return no_memory(err);
    t->speech = speech;
    og_arena_init(&t->arena, 1024);
    const og_status status = open_all(t, params ? params : &defaults, err);
    if (status == OG_OK)
        *out = t;
    else
        og_transcriber_close(t);
    return status;
}

void og_transcriber_close(og_transcriber *t) {
    if (!t) return;
    og_hear_rules_close(&t->rules);
    og_hearing_close(t->hearing);
    og_release(t->heads);
    og_release(t->sample);
    og_release(t->wave);
    og_release(t->voice);
    og_release(t->mel);
    og_release(t->history);
    og_release(t->prompt);
    og_arena_free(&t->arena);
    og_release(t);
}

void og_transcriber_cancel(og_transcriber *t) {
    t->cancel = 1;
}

const char *og_transcriber_language(const og_transcriber *t) {
    return t->language < 0 ? NULL : t->speech->token.code[t->language];
}

void og_transcriber_stats(const og_transcriber *t, og_transcribe_stats *out) {
    *out = t->stats;
}

/* ---- a window's spectrogram ---- */

static void mel_chunk(void *ctx, int step, int chunk, int thread) {
    const og_transcriber *t = ctx;
    (void)step;
    (void)thread;
    const int first = chunk * MEL_CHUNK, n = OG_MIN(MEL_CHUNK, t->n_frames - first);
    og_mel_frames(t->speech->mel, t->wave + (size_t)first * OG_MEL_HOP, n, t->mel + (size_t)first * og_speech_n_mel(t->speech->lm));
}

/* The window at t->seek; before the beginning of the sound it is mirrored, after its end there are zeros. */
static void make_mel(og_transcriber *t) {
    const double start = og_now();
    const int64_t begin_at = t->seek * OG_MEL_HOP - OG_MEL_HALF, end = t->first + (int64_t)t->n;
    for (size_t i = 0; i < t->cap; i++) {
        const int64_t at = begin_at + (int64_t)i, real = at < 0 ? -at : at;
        t->wave[i] = real < end ? t->sample[real - t->first] : 0;
    }
    const int chunks = OG_DIV_UP(t->n_frames, MEL_CHUNK);
    og_pool_run(t->speech->engine->pool, 1, &chunks, mel_chunk, t, NULL);
    og_mel_normalize(t->mel, (size_t)t->n_frames * og_speech_n_mel(t->speech->lm));
    t->stats.mel += og_now() - start;
}

/* ---- a window's text ---- */

static og_status hear_language(og_transcriber *t, og_error *err) {
    const og_speech_tokens *tokens = &t->speech->token;
    const float *logits = NULL;
    const int seq = 0;
    const int32_t row = 0;
    const og_hear_batch batch = {.id = &tokens->sot, .seq = &seq, .n = 1, .row = &row, .n_rows = 1};
    og_hearing_rewind(t->hearing, 0, 0);
    OG_TRY(og_hearing_decode(t->hearing, &batch, &t->cancel, &logits, NULL, err));
    t->language = 0;
    for (uint32_t i = 1; i < tokens->n_languages; i++)
        if (logits[tokens->language[i]] > logits[tokens->language[t->language]]) t->language = (int)i;
    return OG_OK;
}

/* What the decoder is told first; *sot: where the transcript's start is in it, *n_sot: tokens from there to the task. */
static int make_prompt(og_transcriber *t, int *sot, int *n_sot) {
    const og_speech_tokens *tokens = &t->speech->token;
    int n = 0;
    if (t->n_history > 0 && tokens->prev >= 0) {
        t->prompt[n++] = tokens->prev;
        memcpy(t->prompt + n, t->history, (size_t)t->n_history * sizeof *t->prompt);
        n += t->n_history;
    }
    *sot = n;
    t->prompt[n++] = tokens->sot;
    if (t->language >= 0) {
        t->prompt[n++] = tokens->language[t->language];
        t->prompt[n++] = t->params.translate ? tokens->translate : tokens->transcribe;
    }
    *n_sot = n - *sot;
    if (t->params.plain) t->prompt[n++] = tokens->no_times;
    return n;
}

static bool seems_right(const og_transcribe_params *p, const og_hear_result *r) {
    if (r->no_speech > p->no_speech_max && r->average_logprob < p->logprob_min) return true; /* silence */
    return !(r->compression_ratio > p->compression_max) && !(r->average_logprob < p->logprob_min);
}

static og_status decode_window(og_transcriber *t, og_hear_result *out, og_error *err) {
    const og_transcribe_params *p = &t->params;
    const double start = og_now();
    int sot, n_sot;
    const int n = make_prompt(t, &sot, &n_sot);
    for (int i = 0;; i++) {
        const float temperature = p->temperature + (float)i * p->temperature_step;
        const og_hear_search search = {.hearing = t->hearing,
                                       .rules = &t->rules,
                                       .prompt = t->prompt,
                                       .n_prompt = n,
                                       .sot = sot,
                                       .beams = p->beams,
                                       .best_of = p->best_of,
                                       .temperature = temperature,
                                       .seed = p->seed + (uint64_t)t->seek * 16 + (uint64_t)i,
                                       .cancel = &t->cancel,
                                       .n_decoded = &t->stats.tokens};
        OG_TRY(og_hear_search_run(&search, out, err));
        t->stats.tries++;
        if (seems_right(p, out) || p->temperature_step <= 0 || temperature + p->temperature_step > 1.0001f) break;
        og_hear_result_free(out);
    }
    t->stats.decode += og_now() - start;
    return OG_OK;
}

/* ---- segments ---- */

/* Tokens [from, to) of a window's text, spoken between two positions of 20 ms. */
typedef struct piece {
    int from, to;
    double start, end; /* seconds from the window's beginning */
} piece;

/* Cuts a window's text where one time follows another; returns how many pieces and, in *frames, how far the next window is. */
static int cut_pieces(const og_transcriber *t, const og_hear_result *r, int content, piece *out, int64_t *frames) {
    const int32_t time0 = t->speech->token.time0;
    const bool single = r->n >= 2 && r->id[r->n - 2] < time0 && r->id[r->n - 1] >= time0;
    int n = 0, from = 0;
    *frames = content;
    for (int i = 1; i <= r->n; i++) {
        const bool pair = i < r->n && r->id[i - 1] >= time0 && r->id[i] >= time0;
        if (!pair && !(single && i == r->n && n > 0)) continue;
        out[n++] = (piece){from, i, (r->id[from] - time0) * 0.02, (r->id[i - 1] - time0) * 0.02};
        from = i;
    }
    if (n > 0 && !single) {
        const int64_t ahead = 2 * (int64_t)(r->id[from - 1] - time0);
        if (ahead > 0) *frames = ahead;
    }
    if (n > 0) return n;
    double end = (double)content / FRAMES_A_SECOND;
    for (int i = r->n - 1; i >= 0; i--) {
        if (r->id[i] < time0) continue;
        if (r->id[i] != time0) end = (r->id[i] - time0) * 0.02;
        break;
    }
    out[0] = (piece){0, r->n, 0, end};
    return r->n > 0;
}

static void remember(og_transcriber *t, const int32_t *ids, int n) {
    const int kept = OG_MIN(n, t->cap_history), old = OG_MIN(t->n_history, t->cap_history - kept);
    memmove(t->history, t->history + t->n_history - old, (size_t)old * sizeof *t->history);
    memcpy(t->history + old, ids + n - kept, (size_t)kept * sizeof *t->history);
    t->n_history = old + kept;
}

static bool is_blank(const char *text, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\n') return false;
    return true;
}

/* Words whose text tokens are those of this piece, as seconds. */
static og_status take_words(const og_hear_words *words, int first, int n, double offset, og_word **out, size_t *n_out, og_error *err) {
    og_word *w = og_calloc((size_t)words->n + 1, sizeof *w);
    if (!w) return no_memory(err);
    *n_out = 0;
    for (int i = 0; i < words->n; i++) {
        const og_hear_word *from = &words->word[i];
        if (from->first < first || from->first >= first + n) continue;
        w[(*n_out)++] = (og_word){offset + (double)from->start * 0.02, offset + (double)from->end * 0.02, from->text, from->probability};
    }
    *out = w;
    return OG_OK;
}

static og_status tell(og_transcriber *t, const og_hear_result *r, const piece *p, const og_hear_words *words, int first, og_error *err) {
    const double offset = (double)t->seek / FRAMES_A_SECOND;
    char *text = NULL;
    size_t len = 0, n_words = 0;
    og_word *word = NULL;
    OG_TRY(og_tok_decode(t->speech->tok, r->id + p->from, (size_t)(p->to - p->from), false, &text, &len, err));
    if (p->start == p->end || is_blank(text, len)) {
        og_release(text);
        return OG_OK;
    }
    remember(t, r->id + p->from, p->to - p->from);
    int n_text = 0;
    for (int i = p->from; i < p->to; i++) n_text += r->id[i] < t->speech->token.eot;
    og_status status = words->n ? take_words(words, first, n_text, offset, &word, &n_words, err) : OG_OK;
    const char *shown = text;
    while (*shown == ' ') shown++;
    const og_heard heard = {.start = offset + p->start,
                            .end = offset + p->end,
                            .text = shown,
                            .ids = r->id + p->from,
                            .probability = r->probability + p->from,
                            .n_ids = (size_t)(p->to - p->from),
                            .words = word,
                            .n_words = n_words,
                            .language = og_transcriber_language(t),
                            .average_logprob = r->average_logprob,
                            .no_speech = r->no_speech,
                            .compression_ratio = r->compression_ratio,
                            .temperature = r->temperature};
    if (status == OG_OK && t->params.on_heard && !t->params.on_heard(t->params.user, &heard))
        status = og_fail(err, OG_ERR_CANCELLED, "transcribing was cancelled");
    og_release(text);
    og_release(word);
    return status;
}

/* Words of the whole window's text. */
static og_status find_words(og_transcriber *t, const og_hear_result *r, int content, og_hear_words *out, og_error *err) {
    const double start = og_now();
    int sot, n_sot, n = 0;
    make_prompt(t, &sot, &n_sot);
    int32_t *ids = og_alloc((size_t)r->n * sizeof *ids);
    if (!ids) return no_memory(err);
    for (int i = 0; i < r->n; i++)
        if (r->id[i] < t->speech->token.eot) ids[n++] = r->id[i];
    const og_status status = og_hear_words_find(t->hearing, t->speech, t->prompt + sot, n_sot, ids, n, OG_DIV_UP(content, 2),
                                                og_transcriber_language(t), t->heads, t->heads_layers, &t->cancel, out, err);
    og_release(ids);
    t->stats.align += og_now() - start;
    return status;
}

static og_status tell_pieces(og_transcriber *t, const og_hear_result *r, int content, int64_t *ahead, og_error *err) {
    piece *pieces = og_alloc(((size_t)r->n + 1) * sizeof *pieces);
    if (!pieces) return no_memory(err);
    og_hear_words words = {0};
    const int n = cut_pieces(t, r, content, pieces, ahead);
    og_status status = t->heads && n > 0 ? find_words(t, r, content, &words, err) : OG_OK;
    for (int i = 0, first = 0; i < n && status == OG_OK; i++) {
        status = tell(t, r, &pieces[i], &words, first, err);
        for (int k = pieces[i].from; k < pieces[i].to; k++) first += r->id[k] < t->speech->token.eot;
    }
    if (t->params.forget || r->temperature > 0.5f) t->n_history = 0;
    og_hear_words_free(&words);
    og_release(pieces);
    return status;
}

/* One window, of which `content` frames are sound. */
static og_status hear_window(og_transcriber *t, int content, og_error *err) {
    make_mel(t);
    const double start = og_now();
    OG_TRY(og_hearing_encode(t->hearing, t->mel, &t->cancel, err));
    t->stats.encode += og_now() - start;
    t->stats.windows++;
    if (t->language < 0 && t->speech->token.n_languages > 0) OG_TRY(hear_language(t, err));
    og_hear_result r;
    OG_TRY(decode_window(t, &r, err));
    int64_t ahead = content;
    const bool silent = r.no_speech > t->params.no_speech_max && !(r.average_logprob > t->params.logprob_min);
    const og_status status = silent ? OG_OK : tell_pieces(t, &r, content, &ahead, err);
    og_hear_result_free(&r);
    t->seek += ahead;
    return status;
}

/* ---- feeding ---- */

/* Forgets the samples that no window will ask for: those before the first frame of the next. */
static void drop(og_transcriber *t) {
    const int64_t keep = OG_MAX((int64_t)0, t->seek * OG_MEL_HOP - OG_MEL_HALF);
    const size_t n = (size_t)OG_MIN(OG_MAX(keep - t->first, (int64_t)0), (int64_t)t->n);
    memmove(t->sample, t->sample + n, (t->n - n) * sizeof *t->sample);
    t->first += (int64_t)n;
    t->n -= n;
}

/* Judges the chunks that are complete or, at the end, begun. */
static void judge_voice(og_transcriber *t, bool end) {
    float chunk[OG_VAD_CHUNK];
    while (t->voice) {
        const int64_t at = t->voiced * OG_VAD_CHUNK - t->first, left = (int64_t)t->n - at;
        if (left < (end ? 1 : OG_VAD_CHUNK)) return;
        const size_t n = (size_t)OG_MIN(left, (int64_t)OG_VAD_CHUNK);
        memset(chunk, 0, sizeof chunk);
        memcpy(chunk, t->sample + at, n * sizeof *chunk);
        t->voice[t->voiced++ % t->n_voice] = og_vad_next(t->params.vad, chunk) >= 0.5f;
    }
}

/* Moves on to just before the next voice, if that is not near, or past the window, if there is none. Whether it moved. */
static bool skip_silence(og_transcriber *t, int content) {
    enum { NEAR = FRAMES_A_SECOND / 2, LEAD = FRAMES_A_SECOND / 5 };
    if (!t->voice) return false;
    const int64_t from = t->seek * OG_MEL_HOP / OG_VAD_CHUNK, end = OG_MIN(t->voiced, (t->seek + content) * OG_MEL_HOP / OG_VAD_CHUNK + 1);
    int64_t c = from;
    while (c < end && !t->voice[c % t->n_voice]) c++;
    const int64_t frame = c * OG_VAD_CHUNK / OG_MEL_HOP;
    if (c == end)
        t->seek += content;
    else if (frame - t->seek > NEAR)
        t->seek = frame - LEAD;
    else
        return false;
    return true;
}

og_status og_transcriber_feed(og_transcriber *t, const float *samples, size_t n, og_error *err) {
    if (!t || (!samples && n)) return og_fail(err, OG_ERR_ARG, "og_transcriber_feed needs a transcriber and samples");
    t->cancel = 0;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(samples[i]))
            return og_fail(err, OG_ERR_ARG, "sample %lld is no finite number", (long long)(t->first + (int64_t)(t->n + i)));
    while (n > 0) {
        const size_t step = OG_MIN(n, t->cap - t->n);
        memcpy(t->sample + t->n, samples, step * sizeof *samples);
        t->n += step;
        t->stats.sound += (double)step / OG_MEL_RATE;
        samples += step;
        n -= step;
        judge_voice(t, false);
        if (t->n < t->cap) break;
        if (!skip_silence(t, t->n_frames)) OG_TRY(hear_window(t, t->n_frames, err));
        drop(t);
    }
    return OG_OK;
}

og_status og_transcriber_finish(og_transcriber *t, og_error *err) {
    if (!t) return og_fail(err, OG_ERR_ARG, "og_transcriber_finish needs a transcriber");
    t->cancel = 0;
    const int64_t frames = (t->first + (int64_t)t->n) / OG_MEL_HOP;
    judge_voice(t, true);
    while (t->seek < frames) {
        const int content = (int)OG_MIN((int64_t)t->n_frames, frames - t->seek);
        if (!skip_silence(t, content)) OG_TRY(hear_window(t, content, err));
        drop(t);
    }
    return begin(t, err);
}
