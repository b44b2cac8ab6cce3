/* sound.h: sound in files and from standard input, as the samples that speech recognition takes. */
#ifndef OG_MEDIA_SOUND_H
#define OG_MEDIA_SOUND_H

#include "base/base.h"

typedef struct og_sound og_sound;

/* Opens a file of any kind that libsndfile reads (wav, flac, ogg, mp3, ...), of any rate; or, where path is "-", 16-bit PCM of
 * `raw_channels` channels at `raw_rate` from standard input. It is given at `rate` as one channel, the mean of all, or as two with
 * `stereo`, which a sound of another number of channels refuses. */
typedef struct og_sound_params {
    const char *path;
    int rate;
    bool stereo;
    int raw_rate, raw_channels;
} og_sound_params;
og_status og_sound_open(const og_sound_params *params, og_sound **out, og_error *err);
void og_sound_close(og_sound *sound);

/* Up to n frames (interleaved, where there are two channels); *got is 0 at the end. Memory does not grow with the sound's length. */
og_status og_sound_read(og_sound *sound, float *out, size_t n, size_t *got, og_error *err);
/* Seconds, as the file's header has it; 0 where it isn't known. */
double og_sound_seconds(const og_sound *sound);

#endif
