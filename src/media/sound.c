#include "media/sound.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <samplerate.h>
#include <sndfile.h>

enum { BLOCK = 4096, MAX_CHANNELS = 64, MIN_RATE = 100, MAX_RATE = 1 << 20 };

struct og_sound {
    char *path;
    SNDFILE *file;        /* NULL: standard input */
    SRC_STATE *resampler; /* NULL: the rate is right already */
    double ratio, seconds;
    int channels_in, channels; /* of the file; of what is given */
    float *in, *mixed;         /* [BLOCK] frames of each */
    int16_t *raw;
    size_t at, have; /* of mixed, where nothing is resampled */
    int64_t frames;
    bool failed, odd; /* a sample that is no number */
};

/* The next frames of the source in sound->mixed. */
static long next_block(void *user, float **data) {
    og_sound *s = user;
    const size_t width = (size_t)s->channels_in;
    size_t n = 0;
    *data = s->mixed;
    if (s->file) {
        const sf_count_t got = sf_readf_float(s->file, s->in, BLOCK);
        n = got > 0 ? (size_t)got : 0;
        if (got < 0 || sf_error(s->file) != SF_ERR_NO_ERROR) s->failed = true;
    } else {
        n = fread(s->raw, width * sizeof *s->raw, BLOCK, stdin);
        for (size_t i = 0; i < n * width; i++) s->in[i] = (float)s->raw[i] / 32768;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < width; c++)
            if (!isfinite(s->in[i * width + c])) s->odd = true;
        if (s->channels == 2) {
            s->mixed[2 * i] = s->in[2 * i];
            s->mixed[2 * i + 1] = s->in[2 * i + 1];
            continue;
        }
        float sum = 0;
        for (size_t c = 0; c < width; c++) sum += s->in[i * width + c];
        s->mixed[i] = sum / (float)width;
    }
    s->frames += (int64_t)n;
    return (long)n;
}

static og_status open_source(og_sound *s, const og_sound_params *p, int *rate, og_error *err) {
    if (strcmp(p->path, "-") == 0) {
        *rate = p->raw_rate;
        s->channels_in = p->raw_channels;
    } else {
        SF_INFO info = {0};
        FILE *f = fopen(p->path, "rb"); /* says more than libsndfile does of why a file cannot be opened */
        if (!f) return og_fail(err, OG_ERR_IO, "%s cannot be opened", p->path);
        const int empty = fgetc(f) == EOF;
        fclose(f);
        if (empty) return og_fail(err, OG_ERR_FORMAT, "%s is empty, or no file", p->path);
        s->file = sf_open(p->path, SFM_READ, &info);
        if (!s->file)
            return og_fail(err, OG_ERR_FORMAT, "%s is no sound that can be read (%s): wav, flac, ogg and mp3 can", p->path,
                           sf_strerror(NULL));
        *rate = info.samplerate;
        s->channels_in = info.channels;
        if (info.frames > 0 && info.frames<SF_COUNT_MAX && * rate> 0) s->seconds = (double)info.frames / *rate;
    }
    if (*rate < MIN_RATE || *rate > MAX_RATE || s->channels_in < 1 || s->channels_in > MAX_CHANNELS)
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s: %d channels at %d Hz are not possible: up to %d at %d to %d Hz are", p->path,
                       s->channels_in, *rate, MAX_CHANNELS, MIN_RATE, MAX_RATE);
    if (p->stereo && s->channels_in != 2)
        return og_fail(err, OG_ERR_ARG, "%s has %d channels; telling speakers apart by channels takes two", p->path, s->channels_in);
    return OG_OK;
}

static og_status open_all(og_sound *s, const og_sound_params *p, og_error *err) {
    int rate = 0, error = 0;
    s->path = og_strndup(p->path, strlen(p->path));
    if (!s->path) return og_fail(err, OG_ERR_MEMORY, "out of memory for reading sound");
    OG_TRY(open_source(s, p, &rate, err));
    s->channels = p->stereo ? 2 : 1;
    s->ratio = (double)p->rate / rate;
    const size_t width = (size_t)s->channels_in;
    s->in = og_alloc(BLOCK * width * sizeof *s->in);
    s->mixed = og_alloc(BLOCK * 2 * sizeof *s->mixed);
    s->raw = og_alloc(BLOCK * width * sizeof *s->raw);
    if (!s->in || !s->mixed || !s->raw) return og_fail(err, OG_ERR_MEMORY, "out of memory for reading sound");
    if (!src_is_valid_ratio(s->ratio)) return og_fail(err, OG_ERR_UNSUPPORTED, "%s: %d Hz cannot be resampled", p->path, rate);
    if (rate == p->rate) return OG_OK;
    s->resampler = src_callback_new(next_block, SRC_SINC_MEDIUM_QUALITY, s->channels, &error, s);
    if (!s->resampler) return og_fail(err, OG_ERR_MEMORY, "%s cannot be resampled: %s", p->path, src_strerror(error));
    return OG_OK;
}

og_status og_sound_open(const og_sound_params *params, og_sound **out, og_error *err) {
    og_sound *s = og_calloc(1, sizeof *s);
    if (!s) return og_fail(err, OG_ERR_MEMORY, "out of memory for reading sound");
    const og_status status = open_all(s, params, err);
    if (status == OG_OK)
        *out = s;
    else
        og_sound_close(s);
    return status;
}

void og_sound_close(og_sound *s) {
    if (!s) return;
    if (s->resampler) src_delete(s->resampler);
    if (s->file) sf_close(s->file);
    og_release(s->path);
    og_release(s->in);
    og_release(s->mixed);
    og_release(s->raw);
    og_release(s);
}

/* As it is, where no resampling is needed. */
static size_t copy_through(og_sound *s, float *out, size_t n) {
    const size_t width = (size_t)s->channels;
    size_t total = 0;
    while (total < n) {
        float *data = s->mixed;
        if (s->at == s->have) {
            s->have = (size_t)next_block(s, &data);
            s->at = 0;
            if (s->have == 0) break;
        }
        const size_t step = OG_MIN(n - total, s->have - s->at);
        memcpy(out + total * width, s->mixed + s->at * width, step * width * sizeof *out);
        s->at += step;
        total += step;
    }
    return total;
}

og_status og_sound_read(og_sound *s, float *out, size_t n, size_t *got, og_error *err) {
    const long frames = s->resampler ? src_callback_read(s->resampler, s->ratio, (long)n, out) : (long)copy_through(s, out, n);
    *got = frames > 0 ? (size_t)frames : 0;
    if (s->odd) return og_fail(err, OG_ERR_FORMAT, "%s has samples that are no numbers (NaN or infinite)", s->path);
    if (s->failed)
        return og_fail(err, OG_ERR_FORMAT, "%s is damaged after %lld frames: %s", s->path, (long long)s->frames, sf_strerror(s->file));
    return OG_OK;
}

double og_sound_seconds(const og_sound *s) {
    return s->seconds;
}
