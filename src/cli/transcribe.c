/* transcribe.c: `offgrid transcribe`: what is said in sounds. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/heard.h"
#include "cli/human.h"
#include "cli/models.h"
#include "cli/terminal.h"
#include "media/sound.h"

enum { FILES_MAX = 256, BLOCK = 8000, LOUDNESS = 1 << 14 }; /* LOUDNESS: hundredths of a second that are kept */

typedef struct transcribe_opts {
    og_cli_engine engine;
    og_cli_list format;
    const char *language, *prompt, *folder, *vad;
    int64_t beams, best_of, raw_rate, raw_channels;
    double temperature, step, no_speech, logprob, compression;
    og_cli_seed seed;
    bool translate, words, plain, forget, diarize, stats, json, no_color;
} transcribe_opts;

#define AT(field) offsetof(transcribe_opts, field)
static const og_cli_opt options[] = {
    {"language", 'l', OG_CLI_TEXT, "CODE", "the language spoken: en, de, zh, ... (default: heard from the first half minute)", AT(language),
     0, 0},
    {"translate", 0, OG_CLI_FLAG, NULL, "write English, whatever is spoken", AT(translate), 0, 0},
    {"format", 'f', OG_CLI_LIST, "FORMAT", "txt, srt, vtt, json, csv, lrc or tsv (default txt); repeatable with --output", AT(format), 0,
     0},
    {"output", 'o', OG_CLI_TEXT, "DIR", "write a file in DIR for each FILE and format (default: to standard output)", AT(folder), 0, 0},
    {"words", 'w', OG_CLI_FLAG, NULL, "times and probabilities of words, in json", AT(words), 0, 0},
    {"no-times", 0, OG_CLI_FLAG, NULL, "text without times: one piece each half minute", AT(plain), 0, 0},
    {"prompt", 'p', OG_CLI_TEXT, "TEXT", "what might have been said before: names, spelling, style", AT(prompt), 0, 0},
    {"forget", 0, OG_CLI_FLAG, NULL, "tell no window what was said before it", AT(forget), 0, 0},
    {"beams", 0, OG_CLI_INT, "N", "texts to follow at once (default 1: the likeliest token)", AT(beams), 1, 64},
    {"best-of", 0, OG_CLI_INT, "N", "tries at temperatures above 0 (default 5)", AT(best_of), 1, 64},
    {"temperature", 0, OG_CLI_REAL, "T", "first temperature (default 0)", AT(temperature), 0, 1},
    {"temperature-step", 0, OG_CLI_REAL, "T", "how much hotter to try again what seems wrong; 0: never (default 0.2)", AT(step), 0, 1},
    {"compression", 0, OG_CLI_REAL, "R", "text that zlib makes smaller by more than this repeats itself (default 2.4)", AT(compression), 0,
     100},
    {"logprob", 0, OG_CLI_REAL, "P", "text less likely than this, by its mean logarithm, seems wrong (default -1)", AT(logprob), -100, 0},
    {"no-speech", 0, OG_CLI_REAL, "P", "likelier than this, nobody speaks (default 0.6)", AT(no_speech), 0, 1},
    {"seed", 's', OG_CLI_SEED, "N", "of tries at temperatures above 0", AT(seed), 0, 0},
    {"vad", 0, OG_CLI_TEXT, "FILE", "pass over silence: FILE is Silero's detector (ggml-silero-v6.2.0.bin)", AT(vad), 0, 0},
    {"diarize", 0, OG_CLI_FLAG, NULL, "tell two speakers apart by the channel that is louder", AT(diarize), 0, 0},
    {"raw-rate", 0, OG_CLI_INT, "HZ", "of 16-bit samples on standard input (default 16000)", AT(raw_rate), 100, 1 << 20},
    {"raw-channels", 0, OG_CLI_INT, "N", "of samples on standard input (default 1)", AT(raw_channels), 1, 64},
    {"stats", 0, OG_CLI_FLAG, NULL, "say at the end what took how long", AT(stats), 0, 0},
    OG_CLI_ENGINE_ROWS(transcribe_opts),
    OG_CLI_OUTPUT_ROWS(transcribe_opts),
};
#undef AT

static const og_cli_spec spec = {
    .name = "transcribe",
    .about = "Writes what is said in each FILE: wav, flac, ogg, mp3 and what else libsndfile reads, of any length; \"-\" is raw 16-bit "
             "sound from\n"
             "standard input. MODEL is a Whisper model: a GGUF file, a file of whisper.cpp, or a checkpoint folder of Hugging Face.\n"
             "--json is --format json.",
    .opt = options,
    .n_opt = sizeof options / sizeof *options,
    .min_args = 2,
    .max_args = 1 + FILES_MAX,
    .examples = "  offgrid transcribe ggml-base.en.bin talk.mp3\n"
                "  offgrid transcribe whisper-small.gguf *.flac -f srt -f json -o subtitles/\n"
                "  arecord -f S16_LE -r 16000 -d 10 -t raw | offgrid transcribe ggml-tiny.bin - -l de\n",
};

/* One sound on its way to text. */
typedef struct hearing {
    const transcribe_opts *opts;
    const char *path;
    og_sound *sound;
    og_heard_writer writer[OG_CLI_LIST_MAX];
    FILE *file[OG_CLI_LIST_MAX];
    size_t n_writers;
    float loud[LOUDNESS][2]; /* of both channels: energy of each hundredth of a second, the last ones */
    uint64_t frames;
    bool progress;
    double start, shown;
} hearing;

static int speaker_of(const hearing *h, const og_heard *heard) {
    double sum[2] = {0, 0};
    if (!h->opts->diarize) return -1;
    for (int64_t i = (int64_t)(heard->start * 100); i < (int64_t)(heard->end * 100); i++)
        for (int c = 0; c < 2; c++) sum[c] += (double)h->loud[i % LOUDNESS][c];
    return sum[1] > sum[0];
}

static void wipe(const hearing *h) {
    if (h->progress && h->shown > 0) fputs("\r\033[K", stderr);
}

static bool on_heard(void *user, const og_heard *heard) {
    hearing *h = user;
    wipe(h);
    for (size_t i = 0; i < h->n_writers; i++) og_heard_add(&h->writer[i], heard, speaker_of(h, heard));
    return !og_cli_interrupted();
}

static void show_progress(hearing *h) {
    const double now = og_cli_seconds(), spent = now - h->start, done = (double)h->frames / OG_SPEECH_RATE,
                 all = og_sound_seconds(h->sound);
    if (!h->progress || now - h->shown < 0.2 || spent < 0.3) return;
    h->shown = now;
    char left[OG_HUMAN] = "";
    const double speed = done / spent;
    if (all > done && speed > 0) og_cli_human_time(left, (all - done) / speed);
    fprintf(stderr, "\r\033[K%s %3.0f %%  %.1fx real time%s%s", h->path, all > 0 ? 100 * done / all : 0, speed, left[0] ? "  left: " : "",
            left);
    fflush(stderr);
}

/* One channel from two, and how loud each was. */
static void mix(hearing *h, float *samples, size_t n) {
    for (size_t i = 0; i < n; i++) {
        float *loud = h->loud[(h->frames + i) / 160 % LOUDNESS];
        const float a = samples[2 * i], b = samples[2 * i + 1];
        if ((h->frames + i) % 160 == 0) loud[0] = loud[1] = 0;
        loud[0] += a * a;
        loud[1] += b * b;
        samples[i] = (a + b) / 2;
    }
}

static og_status feed_all(hearing *h, og_transcriber *t, og_error *err) {
    static float samples[2 * BLOCK];
    for (;;) {
        size_t n = 0;
        og_status status = og_sound_read(h->sound, samples, BLOCK, &n, err);
        if (status != OG_OK) return status;
        if (n == 0) return og_transcriber_finish(t, err);
        if (h->opts->diarize) mix(h, samples, n);
        h->frames += n;
        status = og_transcriber_feed(t, samples, n, err);
        if (status != OG_OK) return status;
        if (og_cli_interrupted()) return *err = (og_error){OG_ERR_CANCELLED, "interrupted"}, OG_ERR_CANCELLED;
        show_progress(h);
    }
}

/* ---- where it goes ---- */

/* DIR/name-without-its-end.format, malloc'd. */
static char *output_path(const char *folder, const char *path, const char *format) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    const int n = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    const size_t size = strlen(folder) + (size_t)n + strlen(format) + 3;
    char *out = malloc(size);
    if (out) snprintf(out, size, "%s/%.*s.%s", folder, n, strcmp(path, "-") == 0 ? "stdin" : name, format);
    return out;
}

static int open_writers(hearing *h) {
    const transcribe_opts *o = h->opts;
    const size_t n = o->format.n ? o->format.n : 1;
    for (size_t i = 0; i < n; i++) {
        const char *name = o->format.n ? o->format.item[i] : o->json ? "json" : "txt";
        FILE *f = stdout;
        if (o->folder) {
            char *path = output_path(o->folder, h->path, name);
            f = path ? fopen(path, "w") : NULL;
            if (!f) og_cli_failf(o->json, OG_ERR_IO, "%s cannot be written: %s", path ? path : o->folder, strerror(errno));
            free(path);
            if (!f) return OG_EXIT_FAIL;
            h->file[i] = f;
        }
        og_heard_begin(&h->writer[i], og_heard_format_named(name), f, h->path);
        h->n_writers++;
    }
    return OG_EXIT_OK;
}

static int close_writers(hearing *h, int code) {
    for (size_t i = 0; i < h->n_writers; i++) {
        bool ok = og_heard_end(&h->writer[i]);
        if (h->file[i] && fclose(h->file[i]) != 0) ok = false;
        if (!ok && code == OG_EXIT_OK)
            code = og_cli_failf(h->opts->json, OG_ERR_IO, "the text of %s could not be written: %s", h->path, strerror(errno));
    }
    return code;
}

/* ---- one sound ---- */

static og_transcribe_params params_of(const transcribe_opts *o, og_vad *vad, hearing *h) {
    og_transcribe_params p = og_transcribe_defaults();
    p.language = o->language && strcmp(o->language, "auto") != 0 ? o->language : NULL;
    p.translate = o->translate;
    p.words = o->words;
    p.plain = o->plain;
    p.prompt = o->prompt;
    p.forget = o->forget;
    p.beams = (int)o->beams;
    p.best_of = (int)o->best_of;
    p.temperature = (float)o->temperature;
    p.temperature_step = (float)o->step;
    p.compression_max = (float)o->compression;
    p.logprob_min = (float)o->logprob;
    p.no_speech_max = (float)o->no_speech;
    p.seed = o->seed.value;
    p.vad = vad;
    p.on_heard = on_heard;
    p.user = h;
    return p;
}

static void print_stats(const og_transcriber *t, const char *path, double spent) {
    og_transcribe_stats s;
    og_transcriber_stats(t, &s);
    fprintf(stderr,
            "%s: %.1f s of sound in %.2f s (%.1fx real time); spectrogram %.3f s, encoder %.3f s in %llu windows, decoder %.3f s for %llu "
            "tokens in "
            "%llu tries, words %.3f s\n",
            path, s.sound, spent, s.sound / (spent > 0 ? spent : 1e-9), s.mel, s.encode, (unsigned long long)s.windows, s.decode,
            (unsigned long long)s.tokens, (unsigned long long)s.tries, s.align);
}

static int transcribe_one(const transcribe_opts *o, og_speech *speech, og_vad *vad, const char *path) {
    og_error err = {0};
    hearing *h = calloc(1, sizeof *h);
    if (!h) return og_cli_failf(o->json, OG_ERR_MEMORY, "out of memory for %s", path);
    *h = (hearing){.opts = o, .path = path, .progress = og_cli_is_terminal(stderr), .start = og_cli_seconds()};
    const og_sound_params sp = {
        .path = path, .rate = OG_SPEECH_RATE, .stereo = o->diarize, .raw_rate = (int)o->raw_rate, .raw_channels = (int)o->raw_channels};
    og_transcriber *t = NULL;
    const og_transcribe_params tp = params_of(o, vad, h);
    int code = og_sound_open(&sp, &h->sound, &err) == OG_OK ? OG_EXIT_OK : og_cli_fail(o->json, &err);
    if (code == OG_EXIT_OK && og_transcriber_open(speech, &tp, &t, &err) != OG_OK) code = og_cli_fail(o->json, &err);
    if (code == OG_EXIT_OK) code = open_writers(h);
    if (code == OG_EXIT_OK) {
        const og_status status = feed_all(h, t, &err);
        wipe(h);
        if (status != OG_OK) code = og_cli_fail(o->json, &err);
        if (o->stats) print_stats(t, path, og_cli_seconds() - h->start);
    }
    code = close_writers(h, code);
    og_transcriber_close(t);
    og_sound_close(h->sound);
    free(h);
    return code;
}

static int check_formats(transcribe_opts *o) {
    for (size_t i = 0; i < o->format.n; i++) {
        if (!og_heard_format_named(o->format.item[i]))
            return og_cli_failf(o->json, OG_ERR_ARG, "there is no format \"%s\": txt, srt, vtt, json, csv, lrc and tsv are known",
                                o->format.item[i]);
        if (strcmp(o->format.item[i], "json") == 0) o->json = o->json || !o->folder;
        if (strcmp(o->format.item[i], "json") == 0 && !og_json_built())
            return og_cli_failf(false, OG_ERR_UNSUPPORTED, "this offgrid was built without jansson, which writes JSON");
    }
    if (o->format.n > 1 && !o->folder)
        return og_cli_failf(o->json, OG_ERR_ARG, "several formats at once need a folder to write them to: --output DIR");
    return OG_EXIT_OK;
}

int og_cmd_transcribe(int argc, char **argv) {
    const og_transcribe_params d = og_transcribe_defaults();
    transcribe_opts opts = {.raw_rate = OG_SPEECH_RATE,
                            .raw_channels = 1,
                            .step = 0.2,
                            .compression = (double)d.compression_max,
                            .logprob = (double)d.logprob_min,
                            .no_speech = 0.6};
    const char *args[1 + FILES_MAX];
    int code = og_cli_parse(&spec, argc, argv, &opts, args);
    if (code != OG_CLI_GO) return code;
    code = check_formats(&opts);
    if (code != OG_EXIT_OK) return code;
    og_cli_catch_interrupt();
    og_error err = {0};
    og_engine *engine = NULL;
    og_speech *speech = NULL;
    og_vad *vad = NULL;
    char *found = NULL;
    code = og_cli_find_model(opts.json, args[0], &found);
    if (code != OG_EXIT_OK) return code;
    og_engine_params ep = og_engine_defaults();
    ep.threads = (int)opts.engine.threads;
    ep.cpu = opts.engine.cpu;
    ep.memory_budget = opts.engine.memory;
    if (og_engine_open(&ep, &engine, &err) != OG_OK || og_speech_open(engine, found, NULL, &speech, &err) != OG_OK ||
        (opts.vad && og_vad_open(opts.vad, &vad, &err) != OG_OK))
        code = og_cli_fail(opts.json, &err);
    og_free(found);
    bool ready = code == OG_EXIT_OK;
    for (int i = 0; i < FILES_MAX && args[1 + i] && ready; i++) {
        const int one = transcribe_one(&opts, speech, vad, args[1 + i]);
        if (one != OG_EXIT_OK) code = one;
        ready = one == OG_EXIT_OK || one == OG_EXIT_FAIL; /* one sound that cannot be read does not stop the others */
    }
    og_vad_close(vad);
    og_speech_close(speech);
    og_engine_close(engine);
    return code == OG_EXIT_OK ? og_cli_finish(code) : code;
}
