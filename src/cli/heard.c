#include "cli/heard.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cli/terminal.h"

enum { TIME = 64 };

/* 01:02:03.456 with `point` before the thousandths. */
static const char *clock_time(char *out, double seconds, char point) {
    const int64_t ms = seconds > 0 ? (int64_t)llround(seconds * 1000) : 0;
    snprintf(out, TIME, "%02" PRId64 ":%02d:%02d%c%03d", ms / 3600000, (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), point,
             (int)(ms % 1000));
    return out;
}

static void nothing(og_heard_writer *w) {
    (void)w;
}

static void put_speaker(og_heard_writer *w, int speaker) {
    if (speaker >= 0) fprintf(w->f, "(speaker %d) ", speaker);
}

static void put_text(og_heard_writer *w, const og_heard *h) {
    og_cli_put(w->f, h->text, strlen(h->text));
}

static void txt_add(og_heard_writer *w, const og_heard *h, int speaker) {
    put_speaker(w, speaker);
    put_text(w, h);
    fputc('\n', w->f);
    fflush(w->f);
}

static void srt_add(og_heard_writer *w, const og_heard *h, int speaker) {
    char from[TIME], to[TIME];
    fprintf(w->f, "%" PRIu64 "\n%s --> %s\n", w->n + 1, clock_time(from, h->start, ','), clock_time(to, h->end, ','));
    put_speaker(w, speaker);
    put_text(w, h);
    fputs("\n\n", w->f);
}

static void vtt_begin(og_heard_writer *w) {
    fputs("WEBVTT\n\n", w->f);
}

static void vtt_add(og_heard_writer *w, const og_heard *h, int speaker) {
    char from[TIME], to[TIME];
    fprintf(w->f, "%s --> %s\n", clock_time(from, h->start, '.'), clock_time(to, h->end, '.'));
    if (speaker >= 0) fprintf(w->f, "<v Speaker%d>", speaker);
    put_text(w, h);
    fputs("\n\n", w->f);
}

static void lrc_begin(og_heard_writer *w) {
    fputs("[by:offgrid]\n", w->f);
}

static void lrc_add(og_heard_writer *w, const og_heard *h, int speaker) {
    const int64_t cs = h->start > 0 ? (int64_t)llround(h->start * 100) : 0;
    fprintf(w->f, "[%02" PRId64 ":%02d.%02d]", cs / 6000, (int)(cs / 100 % 60), (int)(cs % 100));
    put_speaker(w, speaker);
    put_text(w, h);
    fputc('\n', w->f);
}

static void tsv_begin(og_heard_writer *w) {
    fputs("start\tend\ttext\n", w->f);
}

static void tsv_add(og_heard_writer *w, const og_heard *h, int speaker) {
    fprintf(w->f, "%lld\t%lld\t", llround(h->start * 1000), llround(h->end * 1000));
    put_speaker(w, speaker);
    for (const char *p = h->text; *p; p++) fputc(*p == '\t' || *p == '\n' ? ' ' : *p, w->f);
    fputc('\n', w->f);
}

static void csv_begin(og_heard_writer *w) {
    fputs("start,end,speaker,text\n", w->f);
}

static void csv_add(og_heard_writer *w, const og_heard *h, int speaker) {
    fprintf(w->f, "%lld,%lld,", llround(h->start * 1000), llround(h->end * 1000));
    if (speaker >= 0) fprintf(w->f, "%d", speaker);
    fputs(",\"", w->f);
    for (const char *p = h->text; *p; p++) {
        if (*p == '"') fputc('"', w->f);
        fputc(*p, w->f);
    }
    fputs("\"\n", w->f);
}

/* ---- json ---- */

static void json_begin(og_heard_writer *w) {
    w->segments = og_json_array();
}

static og_json *json_words(const og_heard *h) {
    og_json *list = og_json_array();
    for (size_t i = 0; i < h->n_words; i++) {
        og_json *o = og_json_object();
        og_json_set(o, "word", og_json_string(h->words[i].text));
        og_json_set(o, "start", og_json_real(h->words[i].start));
        og_json_set(o, "end", og_json_real(h->words[i].end));
        og_json_set(o, "probability", og_json_real((double)h->words[i].probability));
        og_json_add(list, o);
    }
    return list;
}

static void json_add(og_heard_writer *w, const og_heard *h, int speaker) {
    og_json *o = og_json_object(), *ids = og_json_array();
    for (size_t i = 0; i < h->n_ids; i++) og_json_add(ids, og_json_int(h->ids[i]));
    og_json_set(o, "id", og_json_int((int64_t)w->n));
    og_json_set(o, "start", og_json_real(h->start));
    og_json_set(o, "end", og_json_real(h->end));
    og_json_set(o, "text", og_json_string(h->text));
    if (speaker >= 0) og_json_set(o, "speaker", og_json_int(speaker));
    og_json_set(o, "tokens", ids);
    og_json_set(o, "temperature", og_json_real((double)h->temperature));
    og_json_set(o, "avg_logprob", og_json_real((double)h->average_logprob));
    og_json_set(o, "compression_ratio", og_json_real((double)h->compression_ratio));
    og_json_set(o, "no_speech_prob", og_json_real((double)h->no_speech));
    if (h->words) og_json_set(o, "words", json_words(h));
    og_json_add(w->segments, o);
}

static void json_end(og_heard_writer *w) {
    og_json *o = og_json_object();
    og_json_set(o, "file", og_json_string(w->source));
    og_json_set(o, "language", w->language[0] ? og_json_string(w->language) : og_json_string(NULL));
    og_json_set(o, "segments", w->segments);
    og_json_write(o, OG_JSON_SHORT, w->f);
}

static const og_heard_format formats[] = {
    {"txt", nothing, txt_add, nothing},       {"srt", nothing, srt_add, nothing},   {"vtt", vtt_begin, vtt_add, nothing},
    {"json", json_begin, json_add, json_end}, {"csv", csv_begin, csv_add, nothing}, {"lrc", lrc_begin, lrc_add, nothing},
    {"tsv", tsv_begin, tsv_add, nothing},
};

const og_heard_format *og_heard_format_named(const char *name) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0) return &formats[i];
    return NULL;
}

void og_heard_begin(og_heard_writer *w, const og_heard_format *format, FILE *f, const char *source) {
    *w = (og_heard_writer){.format = format, .f = f, .source = source};
    format->begin(w);
}

void og_heard_add(og_heard_writer *w, const og_heard *heard, int speaker) {
    if (heard->language) snprintf(w->language, sizeof w->language, "%s", heard->language);
    w->format->add(w, heard, speaker);
    w->n++;
}

bool og_heard_end(og_heard_writer *w) {
    w->format->end(w);
    return fflush(w->f) == 0 && !ferror(w->f);
}
