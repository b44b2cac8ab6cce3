/* log.c: diagnostics for developers, a line each, silent unless asked for. */
#include "base/base.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

int og_log_level;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int environment_level;

static void read_environment(void) {
    const char *value = getenv("OFFGRID_LOG");
    if (value && value[0] >= '1' && value[0] <= '3' && !value[1]) environment_level = value[0] - '0';
}

void og_log(int level, const char *fmt, ...) {
    static const char *const names[] = {"", "warn", "info", "debug"};
    pthread_once(&once, read_environment);
    if (level < 1 || level > OG_MAX(og_log_level, environment_level)) return;

    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    fprintf(stderr, "offgrid: %s: %s\n", names[OG_MIN(level, 3)], text); /* one call: lines of threads do not mix */
}
