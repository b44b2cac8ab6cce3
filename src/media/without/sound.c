/* sound.c where libsndfile or libsamplerate is not there. */
#include "media/sound.h"

og_status og_sound_open(const og_sound_params *params, og_sound **out, og_error *err) {
    (void)out;
    return og_fail(err, OG_ERR_UNSUPPORTED, "%s cannot be read: this offgrid was built without libsndfile and libsamplerate", params->path);
}

void og_sound_close(og_sound *sound) {
    (void)sound;
}

og_status og_sound_read(og_sound *sound, float *out, size_t n, size_t *got, og_error *err) {
    (void)sound;
    (void)out;
    (void)n;
    *got = 0;
    return og_fail(err, OG_ERR_UNSUPPORTED, "this offgrid was built without libsndfile and libsamplerate");
}

double og_sound_seconds(const og_sound *sound) {
    (void)sound;
    return 0;
}
